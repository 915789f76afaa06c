package rope4j.rotation.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The Vector API kernel and its scalar twin give the same bits, at every awkward size.
class RotationKernelTwinsTest {

  private static final int[] PAIRS = {
    1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 128
  };
  private static final int HEADS = 3;
  private static final int OFFSET = 5;
  private static final int ROW = 1;

  private interface Check {
    void run(Random random, AngleTable table, int stride);
  }

  @Test
  void theVectorApiIsTestedHere() {
    assertThat(RotationKernel.vectorAvailable()).isTrue();
    assertThat(RotationKernel.best()).isInstanceOf(VectorRotationKernel.class);
  }

  @Test
  void halfPairingIsEqualInArrays() {
    atEverySize(
        false,
        (random, table, stride) -> {
          float[] scalar = array(random, stride);
          float[] vector = scalar.clone();
          RotationKernel.scalar().half(scalar, OFFSET, HEADS, stride, table, ROW);
          new VectorRotationKernel().half(vector, OFFSET, HEADS, stride, table, ROW);
          assertThat(vector).containsExactly(scalar);
        });
  }

  @Test
  void interleavedPairingIsEqualInArrays() {
    atEverySize(
        true,
        (random, table, stride) -> {
          float[] scalar = array(random, stride);
          float[] vector = scalar.clone();
          RotationKernel.scalar().interleaved(scalar, OFFSET, HEADS, stride, table, ROW);
          new VectorRotationKernel().interleaved(vector, OFFSET, HEADS, stride, table, ROW);
          assertThat(vector).containsExactly(scalar);
        });
  }

  @ParameterizedTest
  @EnumSource
  void halfPairingIsEqualInSegments(Format format) {
    atEverySize(
        false,
        (random, table, stride) -> {
          byte[] scalar = bytes(random, stride, format);
          byte[] vector = scalar.clone();
          long offset = (long) OFFSET * format.bytes();
          long step = (long) stride * format.bytes();
          RotationKernel.scalar()
              .half(MemorySegment.ofArray(scalar), format, offset, HEADS, step, table, ROW);
          new VectorRotationKernel()
              .half(MemorySegment.ofArray(vector), format, offset, HEADS, step, table, ROW);
          assertThat(vector).containsExactly(scalar);
        });
  }

  @ParameterizedTest
  @EnumSource
  void interleavedPairingIsEqualInSegments(Format format) {
    atEverySize(
        true,
        (random, table, stride) -> {
          byte[] scalar = bytes(random, stride, format);
          byte[] vector = scalar.clone();
          long offset = (long) OFFSET * format.bytes();
          long step = (long) stride * format.bytes();
          RotationKernel.scalar()
              .interleaved(MemorySegment.ofArray(scalar), format, offset, HEADS, step, table, ROW);
          new VectorRotationKernel()
              .interleaved(MemorySegment.ofArray(vector), format, offset, HEADS, step, table, ROW);
          assertThat(vector).containsExactly(scalar);
        });
  }

  /// Every 16-bit pattern, and sums that overflow, underflow and tie, go through both kernels
  /// alike.
  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void everySixteenBitPatternIsEqualInBoth(Format format) {
    int pairs = 1 << 15;
    AngleTable table = AngleTable.of(pairs, 1, false);
    Random random = new Random(11);
    for (int i = 0; i < pairs; i++) {
      table.cos()[i] = i % 3 == 0 ? 1 : random.nextFloat(-1.5f, 1.5f);
      table.sin()[i] = i % 3 == 0 ? 0 : random.nextFloat(-1.5f, 1.5f);
    }
    table.spread(0, 1);
    short[] scalar = new short[2 * pairs];
    for (int i = 0; i < scalar.length; i++) {
      scalar[i] = (short) i;
    }
    short[] vector = scalar.clone();
    RotationKernel.scalar().half(MemorySegment.ofArray(scalar), format, 0, 1, 0, table, 0);
    new VectorRotationKernel().half(MemorySegment.ofArray(vector), format, 0, 1, 0, table, 0);
    for (int i = 0; i < scalar.length; i++) {
      Float expected = value(format, scalar[i]);
      Float actual = value(format, vector[i]);
      assertThat(actual).as("pattern %x", i).isEqualTo(expected);
    }
  }

  private static float value(Format format, short bits) {
    return format == Format.F16 ? Float.float16ToFloat(bits) : Format.fromBfloat16(bits);
  }

  private static void atEverySize(boolean interleaved, Check check) {
    Random random = new Random(7);
    for (int pairs : PAIRS) {
      for (int rest : new int[] {0, 1, 6}) {
        AngleTable table = AngleTable.of(pairs, 2, interleaved);
        for (int i = 0; i < table.cos().length; i++) {
          double angle = random.nextDouble(-4, 4);
          table.cos()[i] = (float) Math.cos(angle);
          table.sin()[i] = (float) Math.sin(angle);
        }
        table.spread(0, 2);
        check.run(random, table, 2 * pairs + rest);
      }
    }
  }

  private static float[] array(Random random, int stride) {
    float[] x = new float[OFFSET + HEADS * stride];
    for (int i = 0; i < x.length; i++) {
      x[i] = random.nextFloat(-2, 2);
    }
    return x;
  }

  private static byte[] bytes(Random random, int stride, Format format) {
    byte[] bytes = new byte[(OFFSET + HEADS * stride) * format.bytes()];
    MemorySegment x = MemorySegment.ofArray(bytes);
    for (int i = 0; i < bytes.length; i += format.bytes()) {
      ScalarRotationKernel.set(x, format, i, random.nextFloat(-2, 2));
    }
    return bytes;
  }
}
