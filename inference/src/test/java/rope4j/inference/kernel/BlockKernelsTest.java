package rope4j.inference.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static rope4j.inference.kernel.Kernels.TILE;

import java.util.Random;
import org.junit.jupiter.api.Test;

/// The kernels that only some architectures need: both twins alike, and as their formulas say.
class BlockKernelsTest {

  private static final int[] SIZES = {1, 2, 3, 7, 8, 13, 31, 33, 100};

  private final Random random = new Random(7);
  private final BlockKernels scalar = BlockKernels.with(Kernels.scalar());
  private final BlockKernels vector = new VectorBlockKernels(TILE);

  @Test
  void layerNormsAgree() {
    for (int channels : SIZES) {
      float[] x = floats(5 + channels * TILE);
      float[] weight = floats(channels);
      float[] expected = new float[channels * TILE];
      float[] actual = new float[channels * TILE];
      scalar.layerNorm(x, 5, weight, expected, 0, channels, 1e-5f);
      vector.layerNorm(x, 5, weight, actual, 0, channels, 1e-5f);
      close(actual, expected, 1e-4);
    }
  }

  @Test
  void aLayerNormHasMeanZeroAndVarianceOne() {
    int channels = 50;
    float[] x = floats(channels * TILE);
    float[] ones = new float[channels];
    java.util.Arrays.fill(ones, 1);
    vector.layerNorm(x, 0, ones, x, 0, channels, 0);
    for (int t = 0; t < TILE; t++) {
      double sum = 0;
      double squares = 0;
      for (int c = 0; c < channels; c++) {
        sum += x[c * TILE + t];
        squares += x[c * TILE + t] * x[c * TILE + t];
      }
      assertThat(sum / channels).isCloseTo(0, within(1e-6));
      assertThat(squares / channels).isCloseTo(1, within(1e-5));
    }
  }

  @Test
  void softCapsAgreeAndStayWithinTheCap() {
    for (int length : SIZES) {
      float[] expected = floats(3 + length);
      expected[3] = 1e30f;
      float[] actual = expected.clone();
      scalar.softCap(expected, 3, length, 5);
      vector.softCap(actual, 3, length, 5);
      close(actual, expected, 1e-6);
      for (int i = 3; i < 3 + length; i++) {
        assertThat(actual[i]).isBetween(-5f, 5f);
      }
    }
  }

  /// Gemma 2 caps scores at 50, most of which are near 1.
  @Test
  void whatIsFarBelowTheCapKeepsItsPrecision() {
    int length = 4096;
    float[] capped = new float[length];
    for (int i = 0; i < length; i++) {
      capped[i] = (i - length / 2) * 0.05f;
    }
    float[] given = capped.clone();
    vector.softCap(capped, 0, length, 50);
    for (int i = 0; i < length; i++) {
      double expected = 50 * Math.tanh(given[i] / 50.0);
      assertThat((double) capped[i]).isCloseTo(expected, within(5e-7 * Math.abs(expected)));
    }
  }

  @Test
  void clampedSwishesAgree() {
    for (int length : SIZES) {
      float[] expected = floats(length);
      float[] up = floats(length);
      float[] actual = expected.clone();
      scalar.clampedSwishMultiply(expected, 0, up, 0, length);
      vector.clampedSwishMultiply(actual, 0, up, 0, length);
      close(actual, expected, 1e-5);
    }
  }

  @Test
  void aClampedSwishStopsGrowingAtSeven() {
    float[] gate = {7, 1000};
    scalar.clampedSwishMultiply(gate, 0, new float[] {7, 1000}, 0, 2);
    assertThat(gate[1]).isEqualTo(gate[0]);
    assertThat((double) gate[0]).isCloseTo(8 * 7 / (1 + Math.exp(-1.702 * 7)), within(1e-5));
  }

  @Test
  void geluIsRoundedToHalfPrecisionBeforeAndAfter() {
    float[] x = {0.1f, -1.2345f, 3.3f, 10, 12.34567f, -10, -11};
    float[] y = x.clone();
    GeluTable.apply(y, 0, y.length);
    for (int i = 0; i < 3; i++) {
      double half = Float.float16ToFloat(Float.floatToFloat16(x[i]));
      double exact =
          0.5
              * half
              * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (half + 0.044715 * half * half * half)));
      assertThat(y[i]).isEqualTo(Float.float16ToFloat(Float.floatToFloat16(y[i])));
      assertThat((double) y[i]).isCloseTo(exact, within(1e-3 * Math.abs(exact)));
    }
    assertThat(y[3]).isEqualTo(10);
    assertThat(y[4]).isEqualTo(12.34567f);
    assertThat(y[5]).isZero();
    assertThat(y[6]).isZero();
  }

  @Test
  void simpleLoopsDoWhatTheirFormulasSay() {
    float[] x = {-3, -0.5f, 2, 9};
    Elementwise.clamp(x, 0, 4, 2.5f);
    assertThat(x).containsExactly(-2.5f, -0.5f, 2, 2.5f);
    Elementwise.squaredRelu(x, 0, 4);
    assertThat(x).containsExactly(0, 0, 4, 6.25f);
    Elementwise.addScaled(x, 0, new float[] {1, 2, 3, 4}, 0, 4, 2);
    assertThat(x).containsExactly(2, 4, 10, 14.25f);
    Elementwise.scale(x, 1, 2, 0.5f);
    assertThat(x).containsExactly(2, 2, 5, 14.25f);
    float[] tile = new float[2 * TILE];
    Elementwise.addRows(tile, 0, 2, new float[] {9, 1, 2}, 1, TILE);
    assertThat(tile[TILE - 1]).isEqualTo(1);
    assertThat(tile[TILE]).isEqualTo(2);
  }

  private float[] floats(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian() * 6;
    }
    return values;
  }

  private static void close(float[] actual, float[] expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat((double) actual[i])
          .as("element %d", i)
          .isCloseTo(expected[i], within(tolerance * (1 + Math.abs(expected[i]))));
    }
  }
}
