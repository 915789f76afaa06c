package rope4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.checkpoint.model.GgufCheckpoint;

/// Damaged files: whatever is cut or flipped, reading ends soon, reserves little, and fails with
/// the reader's own exception or not at all. `-Drope4j.seed` and `-Drope4j.fuzz` choose seed and
/// number of cases.
class GgufFuzzTest {

  private static final long SEED = Long.getLong("rope4j.seed", 20261121L);
  private static final int CASES = Integer.getInteger("rope4j.fuzz", 1000);

  @TempDir Path folder;

  /// A small model with every metadata type, a vocabulary, frequency factors and tensors.
  private static byte[] model() {
    List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
    List<Float> scores = new ArrayList<>(List.of(0f, 0f, 0f));
    List<Integer> kinds = new ArrayList<>(List.of(2, 3, 3));
    for (int b = 0; b < 256; b++) {
      tokens.add("<0x%02X>".formatted(b));
      scores.add(0f);
      kinds.add(6);
    }
    for (String text : List.of("▁", "a", "b", "ab", "▁ab")) {
      tokens.add(text);
      scores.add((float) -tokens.size());
      kinds.add(1);
    }
    GgufWriter writer =
        GgufWriter.llama()
            .put("llama.rope.freq_base", MetadataType.FLOAT32, 10000f)
            .put("llama.rope.dimension_count", MetadataType.UINT32, 16)
            .put("llama.rope.scaling.type", MetadataType.STRING, "yarn")
            .put("llama.rope.scaling.factor", MetadataType.FLOAT32, 4f)
            .put("llama.rope.scaling.original_context_length", MetadataType.UINT32, 64)
            .put("llama.attention.head_count_kv", MetadataType.ARRAY, ints(2, 2))
            .put("tokenizer.ggml.model", MetadataType.STRING, "llama")
            .put("tokenizer.ggml.tokens", MetadataType.ARRAY, array(MetadataType.STRING, tokens))
            .put("tokenizer.ggml.scores", MetadataType.ARRAY, array(MetadataType.FLOAT32, scores))
            .put("tokenizer.ggml.token_type", MetadataType.ARRAY, array(MetadataType.INT32, kinds))
            .put("tokenizer.ggml.bos_token_id", MetadataType.UINT32, 1)
            .put("tokenizer.ggml.add_bos_token", MetadataType.BOOL, true);
    for (MetadataType type : MetadataType.values()) {
      Object value =
          switch (type) {
            case FLOAT32 -> 1f;
            case FLOAT64 -> 1d;
            case BOOL -> true;
            case STRING -> "text";
            case ARRAY -> array(MetadataType.ARRAY, List.of(ints(1, 2), ints(3)));
            default -> 5;
          };
      writer.put("all." + type.label(), type, value);
    }
    return writer
        .floats("rope_freqs.weight", 1, 1, 1, 2, 4, 8, 8, 8)
        .tensor("token_embd.weight", TensorType.Q8_0, new byte[2 * 34 * 8], 64, 8)
        .tensor("blk.0.attn_q.weight", TensorType.F16, new byte[2 * 64 * 4], 64, 4)
        .tensor("output_norm.weight", TensorType.F32, new byte[4 * 64], 64)
        .bytes();
  }

  private static GgufWriter.ArrayOf ints(Integer... values) {
    return array(MetadataType.UINT32, List.of(values));
  }

  private static GgufWriter.ArrayOf array(MetadataType type, List<?> values) {
    return new GgufWriter.ArrayOf(type, values);
  }

  @Test
  void theUndamagedModelIsReadWhole() {
    assertThat(readEverything(GgufWriter.write(folder, model()))).isEmpty();
  }

  @Test
  void aFileCutAnywhereIsRefusedWithTheReadersOwnException() {
    byte[] whole = model();
    Random random = new Random(SEED);
    Path file = folder.resolve("cut.gguf");
    for (int n = 0; n < CASES; n++) {
      int length = random.nextInt(whole.length);
      write(file, Arrays.copyOf(whole, length));
      assertThat(check(file, whole.length, "seed " + SEED + " case " + n + ", cut at " + length))
          .as("cut at %d", length)
          .isNotEmpty();
    }
  }

  @Test
  void flippedBitsAreReadOrRefusedWithTheReadersOwnException() {
    byte[] whole = model();
    int header = whole.length - weights();
    int refused = 0;
    Path file = folder.resolve("flipped.gguf");
    for (int n = 0; n < CASES; n++) {
      Random random = new Random(SEED + n);
      byte[] damaged = whole.clone();
      for (int flips = random.nextInt(1, 5); flips > 0; flips--) {
        damaged[random.nextInt(header)] ^= (byte) (1 << random.nextInt(8));
      }
      write(file, damaged);
      refused += check(file, whole.length, "seed " + (SEED + n)).isEmpty() ? 0 : 1;
    }
    // Both happen, or the test does not reach what it is for.
    assertThat(refused).isBetween(CASES / 10, CASES * 9 / 10);
  }

  @Test
  void extremeNumbersAreReadOrRefusedWithTheReadersOwnException() {
    byte[] whole = model();
    byte[][] extremes = {
      {-1, -1, -1, -1, -1, -1, -1, -1},
      {-1, -1, -1, -1, -1, -1, -1, 0x7f},
      {0, 0, 0, 0, 0, 0, 0, -128},
      {-1, -1, -1, 0x7f, 0, 0, 0, 0},
      {0, 0, 0, 0, 0, 0, 0, 0}
    };
    Path file = folder.resolve("extreme.gguf");
    for (int n = 0; n < CASES; n++) {
      Random random = new Random(SEED + n);
      byte[] damaged = whole.clone();
      byte[] extreme = extremes[random.nextInt(extremes.length)];
      int width = random.nextBoolean() ? 4 : 8;
      int at = random.nextInt(4, whole.length - weights() - 8);
      System.arraycopy(extreme, 8 - width, damaged, at, width);
      write(file, damaged);
      check(file, whole.length, "seed " + (SEED + n));
    }
  }

  private static int weights() {
    return 32 + 2 * 34 * 8 + 2 * 64 * 4 + 4 * 64;
  }

  /// Reads a damaged file within limits of time and memory; returns the refusal, or nothing.
  private static String check(Path file, int size, String label) {
    long before = allocated();
    String refusal;
    try {
      refusal = readEverything(file);
    } catch (Throwable escaped) {
      throw new AssertionError(label + " let " + escaped + " escape", escaped);
    }
    assertThat(allocated() - before)
        .as("bytes allocated, %s", label)
        .isLessThan(1_000_000L + 100L * size);
    return refusal;
  }

  private static String readEverything(Path path) {
    try (Checkpoint checkpoint = Checkpoint.open(path)) {
      GgufCheckpoint gguf = (GgufCheckpoint) checkpoint;
      assertThat(gguf.facts().cache().keys(1000)).isNotNegative();
      assertThat(gguf.unknownRopeKeys()).hasSizeLessThanOrEqualTo(gguf.ropeKeys().size());
    } catch (CheckpointException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
    try (GgufFile file = GgufFile.open(path)) {
      for (MetadataValue value : file.metadata().asMap().values()) {
        if (value instanceof MetadataValue.Array array) {
          array.values();
        }
      }
      for (TensorInfo tensor : file.tensors()) {
        assertThat(file.data(tensor).byteSize()).isEqualTo(tensor.bytes());
      }
      Vocabulary.of(file);
      LlamaCppRope.resolve(ModelDescription.of(file), RopeOverrides.NONE, 1000).frequencies(1000);
      return "";
    } catch (CheckpointException e) {
      assertThat(e.getMessage()).isNotBlank();
      return e.getMessage();
    }
  }

  @Test
  void noDamageMakesReadingHang() {
    byte[] whole = model();
    Path file = folder.resolve("slow.gguf");
    assertTimeoutPreemptively(
        Duration.ofSeconds(60),
        () -> {
          for (int at = 0; at < whole.length - weights(); at++) {
            byte[] damaged = whole.clone();
            damaged[at] = (byte) 0xff;
            write(file, damaged);
            readEverything(file);
          }
        });
  }

  private static void write(Path file, byte[] bytes) {
    try {
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /// Bytes this thread has allocated, by reflection: the module under test does not read
  /// `jdk.management`.
  private static long allocated() {
    try {
      Object bean =
          Class.forName("java.lang.management.ManagementFactory")
              .getMethod("getThreadMXBean")
              .invoke(null);
      Method method =
          Class.forName("com.sun.management.ThreadMXBean")
              .getMethod("getCurrentThreadAllocatedBytes");
      return (long) method.invoke(bean);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}
