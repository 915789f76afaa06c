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
  private static final int TOKENS = 2;
  private static final int HEADS = 6;
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
    atEverySize((random, table, stride) -> {
      float[] scalar = array(random, stride);
      float[] vector = scalar.clone();
      RotationKernel.scalar().half(scalar, OFFSET, TOKENS, HEADS, stride, table, ROW);
      new VectorRotationKernel().half(vector, OFFSET, TOKENS, HEADS, stride, table, ROW);
      assertThat(vector).containsExactly(scalar);
    });
  }

  @Test
  void interleavedPairingIsEqualInArrays() {
    atEverySize((random, table, stride) -> {
      float[] scalar = array(random, stride);
      float[] vector = scalar.clone();
      RotationKernel.scalar().interleaved(scalar, OFFSET, TOKENS, HEADS, stride, table, ROW);
      new VectorRotationKernel().interleaved(vector, OFFSET, TOKENS, HEADS, stride, table, ROW);
      assertThat(vector).containsExactly(scalar);
    });
  }

  @ParameterizedTest
  @EnumSource
  void halfPairingIsEqualInSegments(Format format) {
    atEverySize((random, table, stride) -> {
      byte[] scalar = bytes(random, stride, format);
      byte[] vector = scalar.clone();
      long offset = (long) OFFSET * format.bytes();
      long step = (long) stride * format.bytes();
      RotationKernel.scalar()
          .half(MemorySegment.ofArray(scalar), format, offset, TOKENS, HEADS, step, table, ROW);
      new VectorRotationKernel()
          .half(MemorySegment.ofArray(vector), format, offset, TOKENS, HEADS, step, table, ROW);
      assertThat(vector).containsExactly(scalar);
    });
  }

  @ParameterizedTest
  @EnumSource
  void interleavedPairingIsEqualInSegments(Format format) {
    atEverySize((random, table, stride) -> {
      byte[] scalar = bytes(random, stride, format);
      byte[] vector = scalar.clone();
      long offset = (long) OFFSET * format.bytes();
      long step = (long) stride * format.bytes();
      RotationKernel.scalar()
          .interleaved(
              MemorySegment.ofArray(scalar), format, offset, TOKENS, HEADS, step, table, ROW);
      new VectorRotationKernel()
          .interleaved(
              MemorySegment.ofArray(vector), format, offset, TOKENS, HEADS, step, table, ROW);
      assertThat(vector).containsExactly(scalar);
    });
  }

  /// Every 16-bit pattern, and sums that overflow, underflow and tie, go through both kernels
  /// alike.
  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void everySixteenBitPatternIsEqualInBoth(Format format) {
    int pairs = 1 << 15;
    AngleTable table = AngleTable.of(pairs, 1);
    Random random = new Random(11);
    for (int i = 0; i < pairs; i++) {
      table.cos()[i] = i % 3 == 0 ? 1 : random.nextFloat(-1.5f, 1.5f);
      table.sin()[i] = i % 3 == 0 ? 0 : random.nextFloat(-1.5f, 1.5f);
    }
    short[] scalar = new short[2 * pairs];
    for (int i = 0; i < scalar.length; i++) {
      scalar[i] = (short) i;
    }
    short[] vector = scalar.clone();
    RotationKernel.scalar()
        .half(MemorySegment.ofArray(scalar), format, 0, 1, 1, 4L * pairs, table, 0);
    new VectorRotationKernel()
        .half(MemorySegment.ofArray(vector), format, 0, 1, 1, 4L * pairs, table, 0);
    for (int i = 0; i < scalar.length; i++) {
      Float expected = value(format, scalar[i]);
      Float actual = value(format, vector[i]);
      assertThat(actual).as("pattern %x", i).isEqualTo(expected);
    }
  }

  @Test
  void walkedRowsAreEqual() {
    Random random = new Random(13);
    for (int pairs : PAIRS) {
      AngleTable scalar = AngleTable.of(pairs, 9);
      AngleTable vector = AngleTable.of(pairs, 9);
      AngleState scalarState = state(random, pairs);
      AngleState vectorState =
          new AngleState(
              scalarState.cos().clone(),
              scalarState.sin().clone(),
              scalarState.stepCos(),
              scalarState.stepSin());
      for (int from : new int[] {0, 4}) {
        RotationKernel.scalar().walk(scalarState, scalar, from, 5, 1.25, -1.25);
        new VectorRotationKernel().walk(vectorState, vector, from, 5, 1.25, -1.25);
      }
      assertThat(vector.cos()).containsExactly(scalar.cos());
      assertThat(vector.sin()).containsExactly(scalar.sin());
      assertThat(vectorState.cos()).containsExactly(scalarState.cos());
      assertThat(vectorState.sin()).containsExactly(scalarState.sin());
    }
  }

  private static AngleState state(Random random, int pairs) {
    AngleState state = AngleState.of(pairs);
    for (int i = 0; i < pairs; i++) {
      double angle = random.nextDouble(-4, 4);
      double step = random.nextDouble(0, 1);
      state.cos()[i] = Math.cos(angle);
      state.sin()[i] = Math.sin(angle);
      state.stepCos()[i] = Math.cos(step);
      state.stepSin()[i] = Math.sin(step);
    }
    return state;
  }

  private static float value(Format format, short bits) {
    return format == Format.F16 ? Float.float16ToFloat(bits) : Format.fromBfloat16(bits);
  }

  private static void atEverySize(Check check) {
    Random random = new Random(7);
    for (int pairs : PAIRS) {
      for (int rest : new int[] {0, 1, 6}) {
        AngleTable table = AngleTable.of(pairs, ROW + TOKENS);
        for (int i = 0; i < table.cos().length; i++) {
          double angle = random.nextDouble(-4, 4);
          table.cos()[i] = (float) Math.cos(angle);
          table.sin()[i] = (float) Math.sin(angle);
        }
        check.run(random, table, 2 * pairs + rest);
      }
    }
  }

  private static float[] array(Random random, int stride) {
    float[] x = new float[OFFSET + TOKENS * HEADS * stride];
    for (int i = 0; i < x.length; i++) {
      x[i] = random.nextFloat(-2, 2);
    }
    return x;
  }

  private static byte[] bytes(Random random, int stride, Format format) {
    byte[] bytes = new byte[(OFFSET + TOKENS * HEADS * stride) * format.bytes()];
    MemorySegment x = MemorySegment.ofArray(bytes);
    for (int i = 0; i < bytes.length; i += format.bytes()) {
      ScalarRotationKernel.set(x, format, i, random.nextFloat(-2, 2));
    }
    return bytes;
  }
}
