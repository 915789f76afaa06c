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

/// Interleaved rows multiplied with a rounded token give what unpacked rows and rounded floats
/// give.
class InterleavedProductTest {

  private static final Kernels SINGLE = new VectorSingleKernels();

  static Stream<TensorType> types() {
    return Stream.of(TensorType.values())
        .filter(type -> SINGLE.interleavedProduct(type).isPresent());
  }

  @ParameterizedTest
  @MethodSource("types")
  void aProductIsThatOfTheWeightsWithTheRoundedActivations(TensorType type) {
    Random random = new Random(type.id());
    RoundedToken token = new RoundedToken();
    for (int blocks : new int[] {64, 1, 2, 3, 9}) {
      int columns = blocks * type.blockElements();
      float[] x = new float[columns + 5];
      for (int i = 0; i < x.length; i++) {
        // Some blocks are all zero, some much larger than others.
        x[i] = i / 32 % 7 == 3 ? 0 : (float) random.nextGaussian() * (i / 32 % 5 == 2 ? 1000 : 1);
      }
      token.round(x, 5, columns);
      InterleavedProduct product = SINGLE.interleavedProduct(type).orElseThrow();
      int rows = 2 * product.rows();
      MemorySegment data = StoredBlocks.random(type, rows * blocks, random);
      assertProducts(type, data, rows, columns, token, rounded(x, 5, columns));
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void rowsThatAGroupLacksAreZeros(TensorType type) {
    InterleavedProduct product = SINGLE.interleavedProduct(type).orElseThrow();
    int columns = type.blockElements();
    float[] x = new float[columns];
    Arrays.fill(x, 1);
    RoundedToken token = new RoundedToken();
    token.round(x, 0, columns);
    int[] groups = new int[product.length(columns)];
    product.interleave(
        StoredBlocks.random(type, 1, new Random(1)), 0, type.blockBytes(), 1, columns, groups, 0);
    float[] y = new float[product.rows()];
    Arrays.fill(y, 7);
    product.multiply(groups, 0, 0, columns, token, y, 0, 0);
    assertThat(y[0]).isNotEqualTo(7);
    if (type == TensorType.Q4_0) {
      // Zeros are weights of minus eight times a scale of zero.
      assertThat(Arrays.copyOfRange(y, 1, y.length)).containsOnly(0f);
    }
    assertThat(Arrays.copyOfRange(y, 1, y.length)).doesNotContain(7f, Float.NaN);
  }

  @ParameterizedTest
  @MethodSource("types")
  void theLargestSumsDoNotOverflow(TensorType type) {
    byte[] block = new byte[type.blockBytes()];
    int columns = type.blockElements();
    for (byte all : new byte[] {(byte) 0xFF, 0}) {
      Arrays.fill(block, all);
      StoredBlocks.scale(type, block, 0, 1);
      for (float value : new float[] {3, -3}) {
        float[] x = new float[columns];
        Arrays.fill(x, value);
        RoundedToken token = new RoundedToken();
        token.round(x, 0, columns);
        assertProducts(type, MemorySegment.ofArray(block), 1, columns, token, x);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void scalesMayBeNegativeOrTooSmallToBeNormal(TensorType type) {
    Random random = new Random(type.id());
    int columns = 4 * type.blockElements();
    byte[] rows =
        StoredBlocks.random(type, 4, random).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    float[] scales = {0x1p-24f, -3 * 0x1p-24f, -2.57f, 65504};
    for (int b = 0; b < scales.length; b++) {
      StoredBlocks.scale(type, rows, b * type.blockBytes(), scales[b]);
    }
    float[] x = new float[columns];
    for (int i = 0; i < columns; i++) {
      // The larger the scale, the smaller its activations, so that none is lost in the sum.
      x[i] = (float) random.nextGaussian() * (i < columns / 2 ? 1e6f : 1);
    }
    RoundedToken token = new RoundedToken();
    token.round(x, 0, columns);
    assertProducts(type, MemorySegment.ofArray(rows), 1, columns, token, rounded(x, 0, columns));
  }

  private static void assertProducts(
      TensorType type,
      MemorySegment data,
      int rows,
      int columns,
      RoundedToken token,
      float[] rounded) {
    InterleavedProduct product = SINGLE.interleavedProduct(type).orElseThrow();
    long rowBytes = (long) columns / type.blockElements() * type.blockBytes();
    int length = product.length(columns);
    int gap = 3;
    int[] groups = new int[gap + 2 * length];
    int first = Math.min(rows, product.rows());
    product.interleave(data, 0, rowBytes, first, columns, groups, gap);
    product.interleave(
        data, first * rowBytes, rowBytes, rows - first, columns, groups, gap + length);
    float[] y = new float[1 + 2 * product.rows()];
    product.multiply(groups, gap, gap + length, columns, token, y, 1, 1 + product.rows());
    assertThat(y[0]).isZero();
    for (int r = 0; r < rows; r++) {
      assertProduct(y[1 + r], type, data, r * rowBytes, columns, rounded);
    }
  }

  private static void assertProduct(
      float actual, TensorType type, MemorySegment data, long row, int columns, float[] rounded) {
    float[] w = new float[columns];
    Kernels.scalar().decoder(type).orElseThrow().decode(data, row, w, 0, columns);
    double sum = 0;
    double magnitude = 0;
    for (int k = 0; k < columns; k++) {
      double term = (double) w[k] * rounded[k];
      sum += term;
      magnitude += Math.abs(term);
    }
    assertThat((double) actual).isCloseTo(sum, within(1e-5 * magnitude + 1e-6));
  }

  private static float[] rounded(float[] x, int offset, int columns) {
    float[] rounded = new float[x.length];
    EightBits.round(x, offset, columns, 1, rounded);
    return Arrays.copyOfRange(rounded, offset, offset + columns);
  }
}
