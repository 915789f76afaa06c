package rope4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What opens, what is found in it, and what each damage is called.
class GgufFileTest {

  @TempDir Path folder;

  private GgufFile open(GgufWriter writer) {
    return GgufFile.open(writer.write(folder));
  }

  private ThrowingCallable opening(byte[] bytes) {
    Path file = GgufWriter.write(folder, bytes);
    return () -> GgufFile.open(file);
  }

  private static void assertSentence(ThrowingCallable opening, String... parts) {
    assertThatThrownBy(opening)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(parts)
        .message()
        .doesNotContain("\n");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void versionsTwoAndThreeOpen(int version) {
    try (GgufFile file = open(GgufWriter.llama().version(version))) {
      assertThat(file.version()).isEqualTo(version);
    }
  }

  @Test
  void aTensorsBytesAreThoseOfTheFile() {
    byte[] second = {1, 2, 3, 4, 5, 6, 7, 8};
    try (GgufFile file =
        open(
            new GgufWriter()
                .tensor("first", TensorType.I8, new byte[5], 5)
                .tensor("second", TensorType.F16, second, 2, 2))) {
      TensorInfo info = file.tensor("second").orElseThrow();
      assertThat(info.shape()).containsExactly(2L, 2L);
      assertThat(file.data(info).toArray(ValueLayout.JAVA_BYTE)).containsExactly(second);
    }
  }

  @Test
  void theAlignmentOfTheFileIsKept() {
    try (GgufFile file =
        open(
            new GgufWriter()
                .alignment(128)
                .tensor("a", TensorType.I8, new byte[] {7}, 1)
                .tensor("b", TensorType.I8, new byte[] {9}, 1))) {
      TensorInfo b = file.tensor("b").orElseThrow();
      assertThat(b.offset() % 128).isZero();
      assertThat(file.data(b).get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 9);
    }
  }

  @Test
  void weightsCantBeWritten() {
    try (GgufFile file = open(new GgufWriter().tensor("a", TensorType.I8, new byte[1], 1))) {
      MemorySegment data = file.data(file.tensor("a").orElseThrow());
      assertThat(data.isReadOnly()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyTensorTypeOpens(TensorType type) {
    try (GgufFile file =
        open(
            new GgufWriter()
                .tensor("t", type, new byte[3 * type.blockBytes()], type.blockElements(), 3))) {
      TensorInfo info = file.tensor("t").orElseThrow();
      assertThat(info.type()).isEqualTo(type);
      assertThat(info.bytes()).isEqualTo(3L * type.blockBytes());
      assertThat(info.elements()).isEqualTo(3L * type.blockElements());
    }
  }

  @Test
  void anUnknownTensorTypeIsNamed() {
    assertSentence(
        opening(new GgufWriter().tensorAt(0, bytes("w"), 99, new byte[4], 1).bytes()),
        "tensor w",
        "99");
  }

  @Test
  void aRemovedTensorTypeSaysSo() {
    assertSentence(
        opening(new GgufWriter().tensorAt(0, bytes("w"), 31, new byte[4], 1).bytes()),
        "tensor w",
        "31 was removed",
        "convert the model again");
  }

  @Test
  void aMissingFileIsNamed() {
    assertSentence(() -> GgufFile.open(folder.resolve("no.gguf")), "no.gguf", "no such file");
  }

  @Test
  void aFolderIsNoFile() {
    assertSentence(() -> GgufFile.open(folder), folder.toString(), "folder");
  }

  @Test
  void anEmptyFileIsToBeDownloadedAgain() {
    assertSentence(opening(new byte[0]), "empty", "download it again");
  }

  @Test
  void anotherFormatIsShownByItsFirstBytes() {
    assertSentence(opening(bytes("{\"model_type\"")), "starts with '{\"mo'", "expected 'GGUF'");
  }

  @Test
  void aBinaryFormatIsShownInHexadecimal() {
    assertSentence(opening(new byte[] {(byte) 0x89, 'P', 'N', 'G', 1}), "bytes 89 50 4e 47");
  }

  @Test
  void versionOneIsNotSupported() {
    assertSentence(
        opening(GgufWriter.llama().version(1).bytes()), "version 1", "2 and 3", "convert");
  }

  @Test
  void aBigEndianFileIsCalledThat() {
    assertSentence(opening(GgufWriter.llama().version(3 << 24).bytes()), "big-endian");
  }

  @Test
  void aFileCutInsideTheHeaderSaysWhere() {
    byte[] whole = GgufWriter.llama().bytes();
    assertSentence(
        opening(Arrays.copyOf(whole, whole.length - 2)),
        "ends at byte " + (whole.length - 2),
        "download it again");
  }

  @Test
  void aFileCutInsideTheWeightsNamesTheTensor() {
    byte[] whole = new GgufWriter().tensor("w", TensorType.F32, new byte[400], 100).bytes();
    assertSentence(
        opening(Arrays.copyOf(whole, whole.length - 1)),
        "tensor w needs 400 bytes from byte " + (whole.length - 400),
        "the file has " + (whole.length - 1),
        "download it again");
  }

  @Test
  void aHugeNumberOfTensorsIsRefusedBeforeAnythingIsReserved() {
    byte[] damaged = GgufWriter.llama().bytes();
    damaged[8 + 5] = 1; // 2^40 tensors
    assertSentence(opening(damaged), "the number of tensors is 1099511627776", "bytes follow");
  }

  @Test
  void aHugeStringIsRefused() {
    GgufWriter.Raw length = new GgufWriter.Raw(new byte[] {0, 0, 0, 0, 0, 0, 0, 0x7f});
    assertSentence(
        opening(new GgufWriter().put("name", MetadataType.STRING, length).bytes()),
        "the length of name",
        "damaged");
  }

  @Test
  void arraysNestedTooDeeplyAreRefused() {
    GgufWriter.ArrayOf array = new GgufWriter.ArrayOf(MetadataType.UINT8, List.of(1));
    for (int i = 0; i < 100; i++) {
      array = new GgufWriter.ArrayOf(MetadataType.ARRAY, List.of(array));
    }
    assertSentence(
        opening(new GgufWriter().put("deep", MetadataType.ARRAY, array).bytes()), "deep", "nests");
  }

  @Test
  void aKeyThatIsThereTwiceIsNamed() {
    assertSentence(
        opening(
            new GgufWriter()
                .put("k", MetadataType.UINT8, 1)
                .put("k", MetadataType.UINT8, 2)
                .bytes()),
        "metadata k is there twice");
  }

  @Test
  void aTensorThatIsThereTwiceIsNamed() {
    assertSentence(
        opening(
            new GgufWriter()
                .tensor("t", TensorType.I8, new byte[1], 1)
                .tensor("t", TensorType.I8, new byte[1], 1)
                .bytes()),
        "tensor t is there twice");
  }

  @Test
  void aKeyThatIsNotUtf8IsRefused() {
    byte[] key = {'a', (byte) 0xff};
    assertSentence(
        opening(new GgufWriter().put(key, MetadataType.UINT8, 1).bytes()), "not valid UTF-8");
  }

  @Test
  void aValueThatIsNotUtf8IsReadWithReplacements() {
    byte[] latin1 = {2, 0, 0, 0, 0, 0, 0, 0, 'a', (byte) 0xe4};
    try (GgufFile file =
        open(new GgufWriter().put("name", MetadataType.STRING, new GgufWriter.Raw(latin1)))) {
      assertThat(file.metadata().string("name")).contains("a\ufffd");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 48, -32})
  void anAlignmentThatIsNoPowerOfTwoIsRefused(int alignment) {
    byte[] damaged =
        new GgufWriter().put("general.alignment", MetadataType.INT32, alignment).bytes();
    assertSentence(opening(damaged), "general.alignment is " + alignment, "power of two");
  }

  @Test
  void anAlignmentBeyondTheFileLeavesNoRoomForTensors() {
    byte[] damaged =
        new GgufWriter()
            .put("general.alignment", MetadataType.UINT64, 1L << 62)
            .tensor("t", TensorType.I8, new byte[1], 1)
            .bytes();
    assertSentence(opening(damaged), "tensor t", "cut short");
  }

  @Test
  void aShapeWhoseProductOverflowsIsRefused() {
    assertSentence(
        opening(
            new GgufWriter().tensor("t", TensorType.F32, new byte[4], 1L << 32, 1L << 32).bytes()),
        "tensor t",
        "impossible shape");
  }

  @Test
  void aShapeWhoseBytesOverflowIsRefused() {
    assertSentence(
        opening(new GgufWriter().tensor("t", TensorType.F32, new byte[4], 1L << 62).bytes()),
        "tensor t",
        "can't store");
  }

  @Test
  void aQuantizedRowMustFillItsBlocks() {
    assertSentence(
        opening(new GgufWriter().tensor("t", TensorType.Q8_0, new byte[34], 31).bytes()),
        "tensor t",
        "Q8_0",
        "blocks of 32");
  }

  @Test
  void anOffsetBesideTheAlignmentIsRefused() {
    assertSentence(
        opening(new GgufWriter().tensorAt(8, bytes("t"), 24, new byte[1], 1).bytes()),
        "tensor t starts at 8",
        "alignment 32");
  }

  @Test
  void anOffsetBeyondEverythingIsRefused() {
    assertSentence(
        opening(
            new GgufWriter().tensorAt(Long.MAX_VALUE - 31, bytes("t"), 24, new byte[1], 1).bytes()),
        "tensor t",
        "cut short");
  }

  @Test
  void fiveDimensionsAreTooMany() {
    assertSentence(
        opening(new GgufWriter().tensor("t", TensorType.I8, new byte[1], 1, 1, 1, 1, 1).bytes()),
        "tensor t has 5 dimensions");
  }

  @Test
  void aDamagedFileIsLetGoOf() throws IOException {
    Path file = GgufWriter.write(folder, bytes("no model"));
    assertThatThrownBy(() -> GgufFile.open(file)).isInstanceOf(CheckpointException.class);
    Files.delete(file);
    assertThat(file).doesNotExist();
  }
}
