package rope4j.checkpoint.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.GgufWriter;
import rope4j.checkpoint.MetadataType;
import rope4j.checkpoint.MetadataValue;
import rope4j.checkpoint.TensorInfo;
import rope4j.checkpoint.TensorType;
import rope4j.checkpoint.patch.GgufPatch.PutVector;
import rope4j.checkpoint.patch.GgufPatch.RemoveKey;
import rope4j.checkpoint.patch.GgufPatch.RemoveTensor;
import rope4j.checkpoint.patch.GgufPatch.SetKey;

/// What a patched file says, and what of the old one it keeps.
class GgufPatcherTest {

  private static final SetKey LONGER =
      new SetKey("llama.context_length", new MetadataValue.Int(MetadataType.UINT32, 2048));

  @TempDir Path folder;

  private static byte[] noise(int bytes) {
    byte[] noise = new byte[bytes];
    new Random(bytes).nextBytes(noise);
    return noise;
  }

  /// A llama with three tensors whose lengths are no multiples of the alignment.
  private static GgufWriter model() {
    return GgufWriter.llama()
        .put("tokenizer.ggml.model", MetadataType.STRING, "llama")
        .tensor("a.weight", TensorType.I8, noise(5), 5)
        .tensor("b.weight", TensorType.Q8_0, noise(68), 64)
        .tensor("c.weight", TensorType.F32, noise(28), 7);
  }

  private Path patch(Path in, GgufPatch.Change... changes) {
    Path out = folder.resolve("out-" + System.nanoTime() + ".gguf");
    try (GgufFile file = GgufFile.open(in)) {
      PatchResult result = GgufPatcher.write(file, new GgufPatch(List.of(changes)), out, false);
      assertThat(out).hasSize(result.bytes());
    }
    return out;
  }

  private static Map<String, byte[]> data(Path path) {
    Map<String, byte[]> data = new LinkedHashMap<>();
    try (GgufFile file = GgufFile.open(path)) {
      for (TensorInfo tensor : file.tensors()) {
        data.put(
            tensor.name() + tensor.type() + tensor.shape(),
            file.data(tensor).toArray(ValueLayout.JAVA_BYTE));
      }
    }
    return data;
  }

  private static void assertSameTensors(Path before, Path after) {
    Map<String, byte[]> old = data(before);
    Map<String, byte[]> now = data(after);
    assertThat(now.keySet()).containsExactlyElementsOf(old.keySet());
    old.forEach((name, bytes) -> assertThat(now.get(name)).as(name).isEqualTo(bytes));
  }

  /// ggml refuses offsets that are not the sum of the padded lengths before them.
  private static void assertPackedAsGgmlInsists(Path path) {
    try (GgufFile file = GgufFile.open(path)) {
      long alignment = file.metadata().integer("general.alignment").orElse(32);
      long expected = file.tensors().isEmpty() ? 0 : file.tensors().getFirst().offset();
      assertThat(expected % alignment).isZero();
      for (TensorInfo tensor : file.tensors()) {
        assertThat(tensor.offset()).as(tensor.name()).isEqualTo(expected);
        expected += (tensor.bytes() + alignment - 1) / alignment * alignment;
      }
    }
  }

  @Test
  void withoutAChangeTheCopyIsTheSameFileToTheLastByteButPadding() throws IOException {
    Path in = model().write(folder);
    byte[] before = Files.readAllBytes(in);
    byte[] after = Files.readAllBytes(patch(in));
    assertThat(after).startsWith(before);
    assertThat(after.length % 32).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void aChangedKeyStaysInItsPlaceAndTheVersionStays(int version) {
    Path in = model().version(version).write(folder);
    Path out = patch(in, LONGER);
    assertSameTensors(in, out);
    try (GgufFile before = GgufFile.open(in);
        GgufFile after = GgufFile.open(out)) {
      assertThat(after.version()).isEqualTo(version);
      assertThat(after.metadata().asMap().keySet())
          .containsExactlyElementsOf(before.metadata().asMap().keySet());
      assertThat(after.metadata().get("llama.context_length")).contains(LONGER.value());
    }
  }

  @Test
  void aNewKeyStandsBehindTheKeysOfItsArchitecture() {
    Path out =
        patch(
            model().write(folder),
            new SetKey("llama.rope.scaling.type", new MetadataValue.Text("yarn")));
    try (GgufFile after = GgufFile.open(out)) {
      List<String> keys = new ArrayList<>(after.metadata().asMap().keySet());
      assertThat(keys.indexOf("llama.rope.scaling.type"))
          .isEqualTo(keys.indexOf("tokenizer.ggml.model") - 1);
    }
  }

  @Test
  void aNewKeyComesLastWhereNoKeyIsOfTheArchitecture() {
    Path in = new GgufWriter().put("a", MetadataType.BOOL, true).write(folder);
    try (GgufFile after =
        GgufFile.open(patch(in, new SetKey("b", new MetadataValue.Bool(false))))) {
      assertThat(after.metadata().asMap().keySet()).containsExactly("a", "b");
    }
  }

  @Test
  void everyTypeOfValueCanBeSet() {
    List<GgufPatch.Change> changes = new ArrayList<>();
    for (MetadataType type : MetadataType.values()) {
      switch (type) {
        case ARRAY -> {}
        case STRING -> changes.add(new SetKey("k.string", new MetadataValue.Text("ä▁")));
        case BOOL -> changes.add(new SetKey("k.bool", new MetadataValue.Bool(true)));
        case FLOAT32, FLOAT64 ->
            changes.add(new SetKey("k." + type, new MetadataValue.Real(type, -0.75)));
        default -> changes.add(new SetKey("k." + type, new MetadataValue.Int(type, 101)));
      }
    }
    Path out = patch(model().write(folder), changes.toArray(GgufPatch.Change[]::new));
    try (GgufFile after = GgufFile.open(out)) {
      for (GgufPatch.Change change : changes) {
        assertThat(after.metadata().get(change.name())).contains(((SetKey) change).value());
      }
    }
  }

  @Test
  void aKeyGoes() {
    Path in = model().write(folder);
    Path out = patch(in, new RemoveKey("tokenizer.ggml.model"));
    assertSameTensors(in, out);
    try (GgufFile after = GgufFile.open(out)) {
      assertThat(after.metadata().get("tokenizer.ggml.model")).isEmpty();
    }
  }

  @Test
  void whatIsNotChangedIsKeptBitForBit() throws IOException {
    List<String> tokens = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      tokens.add("token" + i);
    }
    Path in =
        model()
            .put("odd.truth", MetadataType.INT8, 7)
            .put("big", MetadataType.ARRAY, new GgufWriter.ArrayOf(MetadataType.STRING, tokens))
            .put(
                "nested",
                MetadataType.ARRAY,
                new GgufWriter.ArrayOf(
                    MetadataType.ARRAY,
                    List.of(new GgufWriter.ArrayOf(MetadataType.UINT8, List.of(1, 2)))))
            .put("not.utf8", MetadataType.STRING, "mark")
            .write(folder);
    byte[] bytes = Files.readAllBytes(in);
    // A string value whose bytes are not UTF-8.
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("mark");
    bytes[at] = (byte) 0xff;
    Files.write(in, bytes);
    Path out = patch(in, LONGER);
    try (GgufFile before = GgufFile.open(in);
        GgufFile after = GgufFile.open(out)) {
      for (String key : before.metadata().asMap().keySet()) {
        if (!key.equals(LONGER.name())) {
          assertThat(after.pair(key).mismatch(before.pair(key))).as(key).isEqualTo(-1);
        }
      }
    }
  }

  @Test
  void theAlignmentIsKept() {
    for (int alignment : new int[] {8, 64, 4096}) {
      Path in =
          new GgufWriter()
              .alignment(alignment)
              .tensor("a", TensorType.I8, noise(3), 3)
              .tensor("b", TensorType.I8, noise(200), 200)
              .write(folder);
      Path out = patch(in, new PutVector("rope_freqs.weight", new float[] {1, 2}));
      assertPackedAsGgmlInsists(out);
      try (GgufFile after = GgufFile.open(out)) {
        assertThat(after.metadata().integer("general.alignment")).hasValue(alignment);
      }
      assertSameTensors(in, patch(in));
    }
  }

  @Test
  void gapsAndAnUnusualOrderOfTheDataAreStraightened() throws IOException {
    byte[] first = noise(40);
    byte[] second = noise(32);
    // "early" is listed first and lies last; bytes 64 to 127 belong to nobody.
    GgufWriter writer =
        new GgufWriter()
            .tensorAt(128, name("early"), TensorType.I8.id(), second, 32)
            .tensorAt(0, name("late"), TensorType.I8.id(), first, 40);
    byte[] written = writer.bytes();
    byte[] spread = Arrays.copyOf(written, written.length + 200);
    int data = spread.length - 200 - 40 - 32;
    System.arraycopy(first, 0, spread, data, 40);
    Arrays.fill(spread, data + 40, data + 128, (byte) 0x55);
    System.arraycopy(second, 0, spread, data + 128, 32);
    Path in = Files.write(folder.resolve("spread.gguf"), spread);
    assertThat(data(in).get("lateI8[40]")).isEqualTo(first);
    assertThat(data(in).get("earlyI8[32]")).isEqualTo(second);
    Path out = patch(in);
    assertSameTensors(in, out);
    assertPackedAsGgmlInsists(out);
  }

  private static byte[] name(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aTensorIsAddedAtTheEnd() {
    Path in = model().write(folder);
    Path out = patch(in, new PutVector("rope_freqs.weight", new float[] {1, 2.5f, 8}));
    assertPackedAsGgmlInsists(out);
    Map<String, byte[]> now = data(out);
    assertThat(now.keySet()).last().isEqualTo("rope_freqs.weightF32[3]");
    data(in).forEach((name, bytes) -> assertThat(now.get(name)).as(name).isEqualTo(bytes));
    try (GgufFile after = GgufFile.open(out)) {
      TensorInfo tensor = after.tensor("rope_freqs.weight").orElseThrow();
      assertThat(after.data(tensor).toArray(ValueLayout.JAVA_FLOAT)).containsExactly(1, 2.5f, 8);
    }
  }

  @Test
  void aTensorIsReplacedInItsPlace() {
    Path in = model().write(folder);
    Path out = patch(in, new PutVector("b.weight", new float[100]));
    assertPackedAsGgmlInsists(out);
    assertThat(data(out).keySet())
        .containsExactly("a.weightI8[5]", "b.weightF32[100]", "c.weightF32[7]");
    assertThat(data(out).get("c.weightF32[7]")).isEqualTo(noise(28));
  }

  @Test
  void aTensorGoes() {
    Path out = patch(model().write(folder), new RemoveTensor("a.weight"));
    assertPackedAsGgmlInsists(out);
    assertThat(data(out).keySet()).containsExactly("b.weightQ8_0[64]", "c.weightF32[7]");
    assertThat(data(out).get("b.weightQ8_0[64]")).isEqualTo(noise(68));
  }

  @Test
  void aFileWithoutTensorsCanBePatched() {
    Path in = GgufWriter.llama().write(folder);
    assertThat(data(patch(in, LONGER))).isEmpty();
  }

  @Test
  void aLargeSparseFileIsPatched() throws IOException {
    Path in =
        GgufWriter.llama()
            .tensor("big.weight", TensorType.I8, new byte[0], 100 << 20)
            .write(folder);
    try (RandomAccessFile file = new RandomAccessFile(in.toFile(), "rw")) {
      file.setLength(file.length() + (100 << 20) + 32);
      file.seek(file.length() - 64);
      file.write(7);
    }
    Path out = patch(in, LONGER);
    try (GgufFile before = GgufFile.open(in);
        GgufFile after = GgufFile.open(out)) {
      TensorInfo old = before.tensor("big.weight").orElseThrow();
      TensorInfo now = after.tensor("big.weight").orElseThrow();
      assertThat(after.data(now).mismatch(before.data(old))).isEqualTo(-1);
    }
  }

  @Test
  void whatIsDoneIsReported() {
    try (GgufFile file = GgufFile.open(model().write(folder))) {
      PatchResult result =
          GgufPatcher.write(
              file,
              new GgufPatch(
                  List.of(
                      LONGER,
                      new RemoveKey("tokenizer.ggml.model"),
                      new PutVector("rope_freqs.weight", new float[] {1}),
                      new RemoveTensor("a.weight"))),
              folder.resolve("out.gguf"),
              false);
      assertThat(result.edits())
          .extracting(edit ->
              edit.key()
                  + " "
                  + edit.from().map(PatchResult.Value::text).orElse("-")
                  + " "
                  + edit.to().map(PatchResult.Value::text).orElse("-"))
          .containsExactly(
              "llama.context_length 256 2048",
              "tokenizer.ggml.model llama -",
              "rope_freqs.weight - F32 [1]",
              "a.weight I8 [5] -");
    }
  }

  @Test
  void aRehearsalSeesTheResultAndLeavesNothing() throws IOException {
    Path in = model().write(folder);
    Path out = folder.resolve("out.gguf");
    try (GgufFile file = GgufFile.open(in)) {
      List<Long> seen = new ArrayList<>();
      GgufPatch patch =
          new GgufPatch(List.of(LONGER, new PutVector("rope_freqs.weight", new float[] {3})));
      PatchResult result =
          GgufPatcher.rehearse(
              file,
              patch,
              out,
              false,
              sketch -> {
                seen.add(sketch.metadata().integer("llama.context_length").orElseThrow());
                TensorInfo tensor = sketch.tensor("rope_freqs.weight").orElseThrow();
                assertThat(sketch.data(tensor).get(ValueLayout.JAVA_FLOAT, 0)).isEqualTo(3);
              });
      assertThat(seen).containsExactly(2048L);
      assertThat(out).doesNotExist();
      assertThat(GgufPatcher.write(file, patch, out, false)).isEqualTo(result);
    }
  }

  @Test
  void whatIsNotThereCanNotBeRemoved() {
    Path in = model().write(folder);
    assertThatThrownBy(() -> patch(in, new RemoveKey("no.key")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("there is no no.key");
    assertThatThrownBy(() -> patch(in, new RemoveTensor("no.weight")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("no.weight");
  }

  @Test
  void aPatchThatMakesNoSenseIsRefused() {
    assertThatThrownBy(() -> new GgufPatch(List.of(LONGER, new RemoveKey(LONGER.name()))))
        .hasMessageContaining("changed twice");
    assertThatThrownBy(() -> new GgufPatch(List.of(new RemoveKey("general.alignment"))))
        .hasMessageContaining("general.alignment");
    assertThatThrownBy(() -> new SetKey("k", new MetadataValue.Int(MetadataType.UINT8, 256)))
        .hasMessageContaining("uint8")
        .hasMessageContaining("256");
    assertThatThrownBy(
            () -> new SetKey("k", new MetadataValue.Real(MetadataType.FLOAT32, Double.NaN)))
        .hasMessageContaining("finite");
    assertThatThrownBy(() -> new PutVector("k", new float[0])).hasMessageContaining("at least one");
  }
}
