package rope4j.inference.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What kernels and their scalar twins agree in, at every awkward size.
abstract class KernelTwins {

  private static final int[] SIZES = {1, 2, 3, 4, 5, 7, 8, 13, 16, 31, 33, 64, 100};

  private final Random random = new Random(11);
  private final Kernels scalar;
  private final Kernels vector;
  private final int tile;

  KernelTwins(Kernels scalar, Kernels vector) {
    this.scalar = scalar;
    this.vector = vector;
    this.tile = scalar.tile();
    assertThat(vector.tile()).isEqualTo(tile);
  }

  @BeforeAll
  static void theVectorApiIsTestedHere() {
    assertThat(Kernels.vectorAvailable()).isTrue();
  }

  @Test
  void productsAgree() {
    for (int rows : SIZES) {
      for (int depth : SIZES) {
        for (boolean accumulate : new boolean[] {false, true}) {
          float[] a = floats(3 + rows * depth);
          float[] b = floats(5 + depth * tile);
          float[] expected = floats(2 + rows * tile);
          float[] actual = expected.clone();
          scalar.multiply(a, 3, depth, 1, b, 5, expected, 2, rows, depth, accumulate);
          vector.multiply(a, 3, depth, 1, b, 5, actual, 2, rows, depth, accumulate);
          close(actual, expected, 1e-5 * depth);
        }
      }
    }
  }

  @Test
  void productsWithATransposedLeftFactorAgree() {
    for (int rows : SIZES) {
      float[] a = floats(rows * 40);
      float[] b = floats(40 * tile);
      float[] expected = new float[rows * tile];
      float[] actual = new float[rows * tile];
      scalar.multiply(a, 0, 1, rows, b, 0, expected, 0, rows, 40, false);
      vector.multiply(a, 0, 1, rows, b, 0, actual, 0, rows, 40, false);
      close(actual, expected, 1e-4);
    }
  }

  @Test
  void normsAgree() {
    for (int channels : SIZES) {
      float[] x = floats(7 + channels * tile);
      float[] weight = floats(channels);
      float[] expected = new float[channels * tile];
      float[] actual = new float[channels * tile];
      scalar.rmsNorm(x, 7, weight, expected, 0, channels, 1e-5f);
      vector.rmsNorm(x, 7, weight, actual, 0, channels, 1e-5f);
      close(actual, expected, 1e-5);
    }
  }

  @Test
  void softmaxStepsAgreeAndMaskedKeysWeighNothing() {
    float[] expectedMax = filled(Float.NEGATIVE_INFINITY);
    float[] actualMax = expectedMax.clone();
    float[] expectedSum = filled(0);
    float[] actualSum = filled(0);
    for (int keys : SIZES) {
      float[] expected = floats(keys * tile);
      for (int i = tile; i < expected.length; i += 3) {
        expected[i] = Float.NEGATIVE_INFINITY;
      }
      float[] masked = expected.clone();
      float[] actual = expected.clone();
      float[] expectedCorrection = new float[tile];
      float[] actualCorrection = new float[tile];
      scalar.softmaxStep(expected, keys, expectedMax, expectedSum, expectedCorrection);
      vector.softmaxStep(actual, keys, actualMax, actualSum, actualCorrection);
      close(actual, expected, 1e-6);
      close(actualMax, expectedMax, 0);
      close(actualSum, expectedSum, 1e-3);
      close(actualCorrection, expectedCorrection, 1e-6);
      for (int i = 0; i < masked.length; i++) {
        if (masked[i] == Float.NEGATIVE_INFINITY) {
          assertThat(actual[i]).isZero();
        }
      }
    }
  }

  @Test
  void gatedUnitsAgree() {
    for (int length : SIZES) {
      float[] expected = floats(length);
      float[] up = floats(length);
      float[] actual = expected.clone();
      scalar.siluMultiply(expected, 0, up, 0, length);
      vector.siluMultiply(actual, 0, up, 0, length);
      close(actual, expected, 1e-5);
    }
  }

  @Test
  void logSumExpAgreesAcrossBlocks() {
    float[] expectedMax = filled(Float.NEGATIVE_INFINITY);
    float[] actualMax = expectedMax.clone();
    double[] expectedSum = new double[tile];
    double[] actualSum = new double[tile];
    for (int rows : new int[] {3, 200, 64, 1}) {
      float[] logits = floats(4 + rows * tile);
      scalar.logSumExpStep(logits, 4, rows, expectedMax, expectedSum);
      vector.logSumExpStep(logits, 4, rows, actualMax, actualSum);
    }
    for (int t = 0; t < tile; t++) {
      double expected = expectedMax[t] + Math.log(expectedSum[t]);
      assertThat(actualMax[t] + Math.log(actualSum[t])).isCloseTo(expected, within(2e-6));
    }
  }

  @Test
  void theExponentialIsWithinTwoUlp() {
    for (int trial = 0; trial < 2000; trial++) {
      float[] scores = new float[tile];
      for (int t = 0; t < tile; t++) {
        scores[t] = random.nextFloat(-87, 0);
      }
      float[] exact = scores.clone();
      vector.softmaxStep(scores, 1, filled(0), filled(0), new float[tile]);
      for (int t = 0; t < tile; t++) {
        float expected = (float) Math.exp(exact[t]);
        assertThat(Math.abs(scores[t] - expected)).isLessThanOrEqualTo(2 * Math.ulp(expected));
      }
    }
  }

  private float[] floats(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian() * 3;
    }
    return values;
  }

  private float[] filled(float value) {
    float[] values = new float[tile];
    Arrays.fill(values, value);
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
