package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import rope4j.rotation.kernel.RotationKernel;

/// The ways of applying a rotation agree with the plain one.
class ApplicationTest {

  private static final int TOKENS = 3;
  private static final int HEADS = 4;
  private static final int KEY_HEADS = 2;

  private static RopeParameters parameters(Pairing pairing) {
    return new RopeParameters(40, 32, 10000, 4096, pairing, new Yarn(4, 4096));
  }

  private static Rotation rotation(Pairing pairing) {
    return Rotation.of(parameters(pairing), 4096, Precision.EXACT);
  }

  private static CosSin filled(Rotation rotation) {
    CosSin table = rotation.table(TOKENS);
    rotation.fill(table, 1000, TOKENS);
    return table;
  }

  private static float[] batch(int heads) {
    float[] x = new float[TOKENS * heads * 40];
    Random random = new Random(5);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  @ParameterizedTest
  @EnumSource
  void aSegmentOfFloatsIsRotatedAsTheArrayIs(Pairing pairing) {
    Rotation rotation = rotation(pairing);
    float[] expected = batch(HEADS);
    float[] actual = expected.clone();
    rotation.rotate(expected, 0, HEADS, filled(rotation));
    rotation.rotate(MemorySegment.ofArray(actual), ElementType.F32, 0, HEADS, filled(rotation));
    assertThat(actual).containsExactly(expected);
  }

  @ParameterizedTest
  @EnumSource
  void aNativeSegmentIsRotatedFromAnyByteOffset(Pairing pairing) {
    Rotation rotation = rotation(pairing);
    float[] expected = batch(HEADS);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment x = arena.allocate(7 + 4L * expected.length);
      MemorySegment.copy(MemorySegment.ofArray(expected), 0, x, 7, 4L * expected.length);
      rotation.rotate(expected, 0, HEADS, filled(rotation));
      rotation.rotate(x, ElementType.F32, 7, HEADS, filled(rotation));
      for (int i = 0; i < expected.length; i++) {
        assertThat(x.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 7 + 4L * i)).isEqualTo(expected[i]);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void sixteenBitTypesAreComputedInFloat32AndRoundedOnce(ElementType type) {
    for (Pairing pairing : Pairing.values()) {
      Rotation rotation = rotation(pairing);
      float[] wide = batch(HEADS);
      short[] narrow = new short[wide.length];
      for (int i = 0; i < wide.length; i++) {
        wide[i] = type.round(wide[i]);
        narrow[i] = type.toBits(wide[i]);
      }
      rotation.rotate(wide, 0, HEADS, filled(rotation));
      rotation.rotate(MemorySegment.ofArray(narrow), type, 0, HEADS, filled(rotation));
      for (int i = 0; i < wide.length; i++) {
        assertThat(type.fromBits(narrow[i]))
            .as("%s, %d", pairing, i)
            .isEqualTo(type.round(wide[i]));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void queriesAndKeysTogetherAreRotatedAsEachAlone(Pairing pairing) {
    Rotation rotation = rotation(pairing);
    CosSin table = filled(rotation);
    float[] queries = batch(HEADS);
    float[] keys = batch(KEY_HEADS);
    float[] expectedQueries = queries.clone();
    float[] expectedKeys = keys.clone();
    rotation.rotate(expectedQueries, 0, HEADS, table);
    rotation.rotate(expectedKeys, 0, KEY_HEADS, table);
    rotation.rotate(queries, 0, HEADS, keys, 0, KEY_HEADS, table);
    assertThat(queries).containsExactly(expectedQueries);
    assertThat(keys).containsExactly(expectedKeys);
  }

  @Test
  void threadsMayDivideTheTokensOfATable() {
    Rotation rotation = rotation(Pairing.INTERLEAVED);
    CosSin table = filled(rotation);
    float[] expected = batch(HEADS);
    float[] actual = expected.clone();
    rotation.rotate(expected, 0, HEADS, table);
    rotation.rotate(actual, HEADS * 40, HEADS, table, 1, 2);
    rotation.rotate(actual, 0, HEADS, table, 0, 1);
    assertThat(actual).containsExactly(expected);
  }

  @Test
  void positionsMayComeInAnyOrder() {
    Rotation rotation = rotation(Pairing.HALF);
    CosSin table = rotation.table(3);
    rotation.fill(table, new int[] {9, 12, -5, 7}, 1, 3);
    CosSin one = rotation.table(1);
    int[] expected = {12, -5, 7};
    for (int t = 0; t < 3; t++) {
      rotation.fill(one, expected[t], 1);
      assertThat(table.sin(t, 3)).isEqualTo(one.sin(0, 3));
    }
  }

  @Test
  void aTrailingBlockRotatesTheLastChannels() {
    RopeParameters parameters = parameters(Pairing.HALF);
    Rotation leading = Rotation.of(parameters, 4096, Precision.EXACT);
    Rotation trailing =
        Rotation.of(parameters, Layout.of(parameters).trailing(), 4096, Precision.EXACT);
    float[] head = Arrays.copyOf(batch(1), 40);
    float[] block = new float[40];
    System.arraycopy(head, 8, block, 0, 32);
    float[] actual = Generated.rotated(trailing, head, 50);
    float[] expected = Generated.rotated(leading, block, 50);
    assertThat(Arrays.copyOfRange(actual, 8, 40)).containsExactly(Arrays.copyOf(expected, 32));
    assertThat(Arrays.copyOf(actual, 8)).containsExactly(Arrays.copyOf(head, 8));
  }

  @Test
  void aBlockWrittenInTheOtherPairingHasTheSameScores() {
    RopeParameters parameters = parameters(Pairing.INTERLEAVED);
    Layout permuting = Layout.of(parameters).writing(Pairing.HALF);
    Rotation plain = Rotation.of(parameters, 4096, Precision.EXACT);
    Rotation permuted = Rotation.of(parameters, permuting, 4096, Precision.EXACT);
    float[] head = Arrays.copyOf(batch(1), 40);
    float[] expected = Generated.rotated(plain, head, 50);
    float[] actual = Generated.rotated(permuted, head, 50);
    for (int i = 0; i < 16; i++) {
      assertThat(actual[i]).isEqualTo(expected[2 * i]);
      assertThat(actual[16 + i]).isEqualTo(expected[2 * i + 1]);
    }
    short[] half = new short[40];
    for (int i = 0; i < 40; i++) {
      half[i] = ElementType.BF16.toBits(head[i]);
    }
    CosSin table = permuted.table(1);
    permuted.fill(table, 50, 1);
    permuted.rotate(MemorySegment.ofArray(half), ElementType.BF16, 0, 1, table);
    for (int i = 0; i < 40; i++) {
      assertThat(ElementType.BF16.fromBits(half[i])).isCloseTo(actual[i], within(0.02f));
    }
  }

  private static org.assertj.core.data.Offset<Float> within(float error) {
    return org.assertj.core.api.Assertions.within(error);
  }

  @Test
  void theScalarKernelGivesTheSameBits() {
    for (Pairing pairing : Pairing.values()) {
      RopeParameters parameters = parameters(pairing);
      Rotation scalar =
          Rotation.of(
              parameters, Layout.of(parameters), 4096, Precision.EXACT, RotationKernel.scalar());
      float[] expected = batch(HEADS);
      float[] actual = expected.clone();
      scalar.rotate(expected, 0, HEADS, filled(scalar));
      rotation(pairing).rotate(actual, 0, HEADS, filled(rotation(pairing)));
      assertThat(actual).containsExactly(expected);
    }
  }

  @Test
  void aBatchThatDoesNotFitIsRefusedEvenWhenItsSizeOverflows() {
    Rotation rotation = rotation(Pairing.HALF);
    CosSin table = filled(rotation);
    assertThatThrownBy(() -> rotation.rotate(new float[100], 0, HEADS, table))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContainingAll("3 tokens", "4 heads", "40 channels", "100");
    assertThatThrownBy(() -> rotation.rotate(new float[100], 0, Integer.MAX_VALUE, table))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() ->
            rotation.rotate(MemorySegment.ofArray(new byte[100]), ElementType.F16, 0, HEADS, table))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("100 bytes");
  }

  @Test
  void thePositionMayBeTheLargestInteger() {
    Rotation rotation = rotation(Pairing.HALF);
    CosSin table = rotation.table(2);
    rotation.fill(table, Integer.MAX_VALUE, 1);
    assertThat(table.tokens()).isEqualTo(1);
    assertThatThrownBy(() -> rotation.fill(table, Integer.MAX_VALUE, 2))
        .isInstanceOf(ArithmeticException.class);
  }

  /// A sparse file stands for more memory than there is; only the rotated channels are touched.
  @Test
  void moreThanTwoToTheThirtyOneElementsAreRotated(@TempDir Path folder) throws IOException {
    int width = 1 << 30;
    RopeParameters wide = new RopeParameters(width, 4, 10000, 4096, Pairing.HALF, new Unscaled());
    Rotation rotation = Rotation.of(wide, 4096, Precision.EXACT);
    CosSin table = rotation.table(3);
    rotation.fill(table, 5, 3);
    Path file = folder.resolve("sparse");
    try (Arena arena = Arena.ofConfined();
        FileChannel channel =
            FileChannel.open(
                file,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.SPARSE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
      MemorySegment x = channel.map(FileChannel.MapMode.READ_WRITE, 0, 3L * width * 2, arena);
      long lastHead = 2L * width * 2;
      x.set(ValueLayout.JAVA_SHORT, lastHead, Float.floatToFloat16(1));
      rotation.rotate(x, ElementType.F16, 0, 1, table);
      float cos = Float.float16ToFloat(x.get(ValueLayout.JAVA_SHORT, lastHead));
      float sin = Float.float16ToFloat(x.get(ValueLayout.JAVA_SHORT, lastHead + 4));
      assertThat(cos).isEqualTo(ElementType.F16.round((float) Math.cos(7)));
      assertThat(sin).isEqualTo(ElementType.F16.round((float) Math.sin(7)));
    }
  }
}
