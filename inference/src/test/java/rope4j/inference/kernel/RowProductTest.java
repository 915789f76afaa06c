package rope4j.inference.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.checkpoint.TensorType;

/// Rows multiplied as they are stored give what rows unpacked first give.
class RowProductTest {

  private static final Kernels SINGLE = new VectorSingleKernels();

  static Stream<TensorType> types() {
    return Stream.of(TensorType.values()).filter(type -> SINGLE.rowProduct(type).isPresent());
  }

  @ParameterizedTest
  @MethodSource("types")
  void aRowTimesActivationsIsTheSumOfTheProducts(TensorType type) {
    Random random = new Random(type.id());
    for (int blocks : new int[] {1, 2, 3, 8}) {
      int columns = blocks * Math.max(32, type.blockElements());
      MemorySegment data = weights(type, 3 * columns, random);
      float[] x = activations(columns + 5, random);
      RowProduct product = SINGLE.rowProduct(type).orElseThrow();
      float[] scratch = new float[columns];
      product.prepare(x, 5, columns, scratch);
      long row = (long) columns / type.blockElements() * type.blockBytes();
      float[] y = {0, 1, 2, 3};
      product.multiply(data, row, 2 * row, columns, x, 5, y, 1, 3, false, scratch);
      double[] second = expected(type, data, row, columns, x);
      double[] third = expected(type, data, 2 * row, columns, x);
      assertThat(y[1]).isCloseTo((float) second[0], within((float) second[1] * 1e-6f));
      assertThat(y[3]).isCloseTo((float) third[0], within((float) third[1] * 1e-6f));
      assertThat(new float[] {y[0], y[2]}).containsExactly(0, 2);
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void aRowThatGoesWithItselfIsAddedOnce(TensorType type) {
    Random random = new Random(type.id());
    int columns = Math.max(64, type.blockElements());
    MemorySegment data = weights(type, columns, random);
    float[] x = activations(columns, random);
    RowProduct product = SINGLE.rowProduct(type).orElseThrow();
    float[] scratch = new float[columns];
    product.prepare(x, 0, columns, scratch);
    float[] y = {10};
    product.multiply(data, 0, 0, columns, x, 0, y, 0, 0, true, scratch);
    float[] once = new float[1];
    product.multiply(data, 0, 0, columns, x, 0, once, 0, 0, false, scratch);
    assertThat(y[0]).isEqualTo(10 + once[0]);
  }

  /// The product and the sum of its terms' magnitudes, which bounds the rounding.
  private static double[] expected(
      TensorType type, MemorySegment data, long row, int columns, float[] x) {
    float[] unpacked = new float[columns];
    Kernels.scalar().decoder(type).orElseThrow().decode(data, row, unpacked, 0, columns);
    double sum = 0;
    double magnitude = 0;
    for (int k = 0; k < columns; k++) {
      double term = (double) unpacked[k] * x[5 + k];
      sum += term;
      magnitude += Math.abs(term);
    }
    // Offsets of a block are taken off at the end: they count as terms of their own.
    return new double[] {sum, 8 * magnitude};
  }

  private static float[] activations(int count, Random random) {
    float[] x = new float[count];
    for (int i = 0; i < count; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  /// Stored weights without NaN or infinity.
  private static MemorySegment weights(TensorType type, int count, Random random) {
    int blocks = count / type.blockElements();
    byte[] bytes = new byte[blocks * type.blockBytes()];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int b = 0; b < blocks; b++) {
      int at = b * type.blockBytes();
      switch (type) {
        case F32 -> buffer.putFloat(at, (float) random.nextGaussian());
        case F16 ->
            buffer.putShort(
                at, Float.floatToFloat16((float) random.nextGaussian() * (b % 2 == 0 ? 1 : 1e-6f)));
        case BF16 ->
            buffer.putShort(
                at, (short) (Float.floatToIntBits((float) random.nextGaussian()) >> 16));
        default -> {
          byte[] block = new byte[type.blockBytes()];
          random.nextBytes(block);
          buffer.put(at, block);
          short half = Float.floatToFloat16((float) random.nextGaussian() * 0.1f);
          switch (type) {
            case Q4_K -> buffer.putShort(at, half).putShort(at + 2, half);
            case Q6_K -> buffer.putShort(at + 208, half);
            default -> buffer.putShort(at, half);
          }
        }
      }
    }
    return MemorySegment.ofArray(bytes);
  }
}
