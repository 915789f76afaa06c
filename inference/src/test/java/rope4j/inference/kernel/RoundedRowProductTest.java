package rope4j.inference.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.checkpoint.TensorType;

/// Rows multiplied with a rounded token give what unpacked rows and rounded floats give.
class RoundedRowProductTest {

  private static final Kernels SINGLE = new VectorSingleKernels();

  static Stream<TensorType> types() {
    return Stream.of(TensorType.values())
        .filter(type -> SINGLE.roundedRowProduct(type).isPresent());
  }

  @ParameterizedTest
  @MethodSource("types")
  void aProductIsThatOfTheWeightsWithTheRoundedActivations(TensorType type) {
    Random random = new Random(type.id());
    for (int blocks : new int[] {1, 2, 3, 9, 64}) {
      int columns = blocks * type.blockElements();
      MemorySegment data = StoredBlocks.random(type, 3 * blocks, random);
      float[] x = new float[columns + 5];
      for (int i = 0; i < x.length; i++) {
        // Some blocks are all zero, some much larger than others.
        x[i] = i / 32 % 7 == 3 ? 0 : (float) random.nextGaussian() * (i / 32 % 5 == 2 ? 1000 : 1);
      }
      float[] rounded = new float[x.length];
      EightBits.round(x, 5, columns, 1, rounded);
      RoundedToken token = new RoundedToken();
      token.round(x, 5, columns);
      long row = (long) blocks * type.blockBytes();
      float[] y = {0, 1, 2, 3};
      multiply(type, data, row, 2 * row, columns, token, y, 1, 3, false);
      assertProduct(y[1], type, data, row, columns, rounded);
      assertProduct(y[3], type, data, 2 * row, columns, rounded);
      assertThat(new float[] {y[0], y[2]}).containsExactly(0, 2);
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void theLargestSumsDoNotOverflow(TensorType type) {
    byte[] block = new byte[type.blockBytes()];
    Arrays.fill(block, (byte) 0xFF);
    StoredBlocks.scale(type, block, 0, 1);
    int columns = type.blockElements();
    for (float value : new float[] {3, -3}) {
      float[] x = new float[columns];
      Arrays.fill(x, value);
      RoundedToken token = new RoundedToken();
      token.round(x, 0, columns);
      float[] y = new float[1];
      MemorySegment data = MemorySegment.ofArray(block);
      multiply(type, data, 0, 0, columns, token, y, 0, 0, false);
      assertProduct(y[0], type, data, 0, columns, x);
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void aRowThatGoesWithItselfIsAddedOnce(TensorType type) {
    Random random = new Random(type.id());
    int columns = 2 * type.blockElements();
    MemorySegment data = StoredBlocks.random(type, 2, random);
    float[] x = new float[columns];
    for (int i = 0; i < columns; i++) {
      x[i] = (float) random.nextGaussian();
    }
    RoundedToken token = new RoundedToken();
    token.round(x, 0, columns);
    float[] once = new float[1];
    multiply(type, data, 0, 0, columns, token, once, 0, 0, false);
    float[] y = {10};
    multiply(type, data, 0, 0, columns, token, y, 0, 0, true);
    assertThat(y[0]).isEqualTo(10 + once[0]);
  }

  private static void multiply(
      TensorType type,
      MemorySegment data,
      long first,
      long second,
      int columns,
      RoundedToken x,
      float[] y,
      int yFirst,
      int ySecond,
      boolean accumulate) {
    RoundedRowProduct product = SINGLE.roundedRowProduct(type).orElseThrow();
    float[] scratch = new float[columns];
    product.prepare(x, columns, scratch);
    product.multiply(data, first, second, columns, x, y, yFirst, ySecond, accumulate, scratch);
  }

  private static void assertProduct(
      float actual, TensorType type, MemorySegment data, long row, int columns, float[] rounded) {
    float[] w = new float[columns];
    Kernels.scalar().decoder(type).orElseThrow().decode(data, row, w, 0, columns);
    int from = rounded.length - columns;
    double sum = 0;
    double magnitude = 0;
    for (int k = 0; k < columns; k++) {
      double term = (double) w[k] * rounded[from + k];
      sum += term;
      magnitude += Math.abs(term);
    }
    assertThat((double) actual).isCloseTo(sum, within(1e-5 * magnitude + 1e-6));
  }
}
