package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Heads that begin beyond 2^31 elements of a segment are rotated as those at the start of a small
/// array. The segment is a sparse file, of which only the last pages are touched.
class LargeSegmentTest {

  private static final int HEAD = 128;
  private static final int HEADS = 4;
  private static final int TOKENS = 3;

  /// Elements before the batch: more than an int counts, and no power of two.
  private static final long BEFORE = (1L << 31) + 4099L * HEAD;

  @TempDir private Path folder;

  interface Batch {
    void rotate(MemorySegment x, ElementType type, long byteOffset);
  }

  static Stream<Arguments> typesAndPairings() {
    return Stream.of(ElementType.values())
        .flatMap(type -> Stream.of(Pairing.values()).map(pairing -> Arguments.of(type, pairing)));
  }

  private static RopeParameters parameters(Pairing pairing) {
    return new RopeParameters(HEAD, 96, 10000, 4096, pairing, new Yarn(4, 4096));
  }

  @ParameterizedTest
  @MethodSource("typesAndPairings")
  void queriesAreRotated(ElementType type, Pairing pairing) throws IOException {
    Rotation rotation = Rotation.of(parameters(pairing), 16384, Precision.EXACT);
    CosSin table = rotation.table(TOKENS);
    rotation.fill(table, 12345, TOKENS);
    check(type, (x, t, offset) -> rotation.rotate(x, t, offset, HEADS, table));
  }

  @ParameterizedTest
  @MethodSource("typesAndPairings")
  void someRowsOfATableAreRotated(ElementType type, Pairing pairing) throws IOException {
    Rotation rotation = Rotation.of(parameters(pairing), 16384, Precision.LLAMA_CPP);
    CosSin table = rotation.table(TOKENS + 2);
    rotation.fill(table, 777, TOKENS + 2);
    check(type, (x, t, offset) -> rotation.rotate(x, t, offset, HEADS, table, 2, TOKENS));
  }

  @ParameterizedTest
  @MethodSource("typesAndPairings")
  void cachedKeysAreMovedToOtherFrequencies(ElementType type, Pairing pairing) throws IOException {
    RopeParameters parameters = parameters(pairing);
    Rerotation longer =
        Rerotation.between(
            parameters.withScaling(new Unscaled()).frequencies(4096),
            parameters.frequencies(16384),
            Layout.of(parameters));
    CosSin table = longer.table(TOKENS);
    int[] positions = {4000, 4001, 4095};
    longer.fill(table, positions, positions, 0, TOKENS);
    check(type, (x, t, offset) -> longer.rotate(x, t, offset, HEADS, table));
  }

  private void check(ElementType type, Batch batch) throws IOException {
    byte[] start = heads(type);
    byte[] expected = start.clone();
    batch.rotate(MemorySegment.ofArray(expected), type, 0);
    assertThat(expected).isNotEqualTo(start);

    long offset = BEFORE * type.bytes();
    try (Arena arena = Arena.ofConfined();
        FileChannel file =
            FileChannel.open(
                folder.resolve("sparse"),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.SPARSE,
                StandardOpenOption.DELETE_ON_CLOSE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
      MemorySegment x = mapped(file, offset + start.length, arena);
      MemorySegment.copy(MemorySegment.ofArray(start), 0, x, offset, start.length);
      batch.rotate(x, type, offset);
      byte[] actual = x.asSlice(offset, start.length).toArray(ValueLayout.JAVA_BYTE);
      assertThat(actual).containsExactly(expected);
    }
  }

  private static MemorySegment mapped(FileChannel file, long bytes, Arena arena) {
    try {
      return file.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena);
    } catch (IOException e) {
      assumeTrue(false, "this file system holds no sparse file of " + bytes + " bytes: " + e);
      throw new AssertionError(e);
    }
  }

  private static byte[] heads(ElementType type) {
    Random random = new Random(11);
    byte[] bytes = new byte[TOKENS * HEADS * HEAD * type.bytes()];
    MemorySegment x = MemorySegment.ofArray(bytes);
    for (int i = 0; i < TOKENS * HEADS * HEAD; i++) {
      float value = (float) random.nextGaussian();
      if (type == ElementType.F32) {
        x.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i, value);
      } else {
        x.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i, type.toBits(value));
      }
    }
    return bytes;
  }
}
