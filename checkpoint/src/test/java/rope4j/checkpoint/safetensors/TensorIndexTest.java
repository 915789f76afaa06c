package rope4j.checkpoint.safetensors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.CheckpointException;

class TensorIndexTest {

  private static final String TWO =
      """
      {"__metadata__": {"format": "pt"},
       "a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
       "b": {"dtype": "BF16", "shape": [4], "data_offsets": [24, 32]}}\
      """;

  @TempDir Path folder;

  private static byte[] safetensors(String header, int data) {
    byte[] json = header.getBytes(UTF_8);
    return ByteBuffer.allocate(8 + json.length + data)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .array();
  }

  private Path write(String name, byte[] bytes) {
    try {
      return Files.write(folder.resolve(name), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void index(String map) {
    write("model.safetensors.index.json", ("{\"weight_map\": " + map + "}").getBytes(UTF_8));
  }

  private TensorIndex read() {
    return TensorIndex.of(folder).orElseThrow();
  }

  private void refused(String... parts) {
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> TensorIndex.of(folder))
        .satisfies(e -> assertThat(e.getMessage()).contains(parts).doesNotContain("\n"));
  }

  @Test
  void aFolderWithoutSafetensorsHasNoIndex() {
    assertThat(TensorIndex.of(folder)).isEmpty();
  }

  @Test
  void oneFileIsReadByItsHeader() {
    write("model.safetensors", safetensors(TWO, 32));
    TensorIndex index = read();
    assertThat(index.files()).containsExactly("model.safetensors");
    assertThat(index.tensors().keySet()).containsExactly("a", "b");
    assertThat(index.tensors().get("a").shape()).containsExactly(2L, 3L);
    assertThat(index.tensors().get("b").type()).contains("BF16");
    assertThat(index.absentFiles()).isEmpty();
  }

  @Test
  void ofManyFilesOnlyTheIndexIsReadUntilATensorIsAskedFor() {
    index("{\"a\": \"x-1.safetensors\", \"b\": \"x-1.safetensors\", \"c\": \"x-2.safetensors\"}");
    write("x-2.safetensors", new byte[] {1, 2, 3});
    write("x-1.safetensors", safetensors(TWO, 32));
    TensorIndex index = read();
    assertThat(index.files()).containsExactly("x-1.safetensors", "x-2.safetensors");
    assertThat(index.tensors().get("a").type()).isEmpty();
    assertThat(index.described("a").orElseThrow().shape()).containsExactly(2L, 3L);
    assertThat(index.described("absent")).isEmpty();
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> index.described("c"))
        .withMessageContaining("x-2.safetensors");
  }

  @Test
  void filesThatAreNotThereAreNamedAndNoFailure() {
    index("{\"a\": \"x-1.safetensors\"}");
    assertThat(read().absentFiles()).containsExactly("x-1.safetensors");
    assertThat(read().described("a")).isEmpty();
  }

  @Test
  void anIndexThatLeadsOutOfItsFolderIsRefused() {
    for (String file :
        List.of("../../etc/passwd", "/etc/passwd", "a/b", "..", "", "a\\\\b", "C:x")) {
      index("{\"a\": \"" + file + "\"}");
      refused("weight_map", "in the same folder");
    }
    index("{\"a\": 5}");
    refused("weight_map");
    index("[]");
    refused("no weight_map");
  }

  @Test
  void consolidatedCopiesAreLeftOut() {
    write("consolidated.safetensors", safetensors("{}", 0));
    write("part.safetensors", safetensors(TWO, 32));
    assertThat(read().files()).containsExactly("part.safetensors");
  }

  @Test
  void aHeaderLongerThanItsFileCostsNothing() {
    write(
        "model.safetensors",
        ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(90_000_000L).array());
    refused("claims 90000000 bytes");
  }

  @Test
  void aHeaderLongerThanTheFormatAllowsIsRefused() throws IOException {
    Path file = folder.resolve("model.safetensors");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.writeLong(Long.reverseBytes(200_000_000L));
      sparse.setLength(1L << 30);
    }
    refused("allows at most 100000000");
  }

  @Test
  void contradictionsAreRefused() {
    write("model.safetensors", safetensors(TWO, 31));
    refused("tensor b", "data_offsets");
    write("model.safetensors", safetensors(TWO.replace("[2, 3]", "[2, 4]"), 32));
    refused("tensor a", "can't have 24 bytes");
    write("model.safetensors", safetensors(TWO.replace("[24, 32]", "[20, 28]"), 32));
    refused("tensor b", "overlaps a");
    write("model.safetensors", safetensors(TWO.replace("[2, 3]", "[2, -3]"), 32));
    refused("tensor a", "shape");
    write(
        "model.safetensors",
        safetensors(TWO.replace("[2, 3]", "[9223372036854775807, 9223372036854775807]"), 32));
    refused("tensor a", "impossible shape");
    write("model.safetensors", safetensors("{\"a\": 1}", 0));
    refused("tensor a");
  }

  @Test
  void aTypeNewerThanThisReaderIsTakenAsItIs() {
    write("model.safetensors", safetensors(TWO.replace("BF16", "F5_NEW"), 32));
    assertThat(read().tensors().get("b").type()).contains("F5_NEW");
  }

  @Test
  void damagedFilesAreReadOrRefusedWithOneSentence() {
    long seed = Long.getLong("rope4j.seed", 20261121);
    byte[] header = safetensors(TWO, 32);
    byte[] index =
        "{\"weight_map\": {\"a\": \"m.safetensors\", \"b\": \"n.safetensors\"}}".getBytes(UTF_8);
    int refused = 0;
    for (int run = 0; run < 1500; run++) {
      Random random = new Random(seed + run);
      boolean indexed = run % 3 == 0;
      byte[] damaged = indexed ? index.clone() : header.clone();
      if (random.nextBoolean()) {
        damaged = java.util.Arrays.copyOf(damaged, random.nextInt(damaged.length));
      } else {
        for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
          damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
      Path file = write(indexed ? "model.safetensors.index.json" : "model.safetensors", damaged);
      try {
        TensorIndex.of(folder);
      } catch (CheckpointException e) {
        refused++;
        assertThat(e.getMessage()).doesNotContain("\n").hasSizeLessThan(2000);
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ", run " + run, e);
      }
      assertThat(file.toFile().delete()).isTrue();
    }
    assertThat(refused).isBetween(150, 1499);
  }
}
