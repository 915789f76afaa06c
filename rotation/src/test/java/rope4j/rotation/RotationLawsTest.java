package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/// What holds for every rotation, whatever the scaling and the pairing.
class RotationLawsTest {

  @Test
  void attentionScoresDependOnTheDistanceOnly() {
    Generated.forAll(example -> {
      int distance = example.random().nextInt(-300, 300);
      int m = example.random().nextInt(304, 4000);
      int elsewhere = example.random().nextInt(304, 4000);
      float[] q = example.head();
      float[] k = example.head();
      double here = dot(example.rotated(q, m), example.rotated(k, m - distance));
      double there = dot(example.rotated(q, elsewhere), example.rotated(k, elsewhere - distance));
      assertThat(here).as(example.label()).isCloseTo(there, within(tolerance(example)));
    });
  }

  @Test
  void rotationKeepsTheNormUpToTheAttentionFactor() {
    Generated.forAll(example -> {
      float[] x = example.head();
      float[] y = example.rotated(x, example.random().nextInt(100_000));
      double attention = example.frequencies().attentionFactor();
      int d = example.parameters().rotaryDimension();
      assertThat(norm(y, 0, d))
          .as(example.label())
          .isCloseTo(norm(x, 0, d) * attention, within(1e-4));
    });
  }

  @Test
  void channelsPastTheRotaryDimensionAreLeftAlone() {
    Generated.forAll(example -> {
      float[] x = example.head();
      float[] y = example.rotated(x, 77);
      for (int i = example.parameters().rotaryDimension(); i < x.length; i++) {
        assertThat(y[i]).as(example.label()).isEqualTo(x[i]);
      }
    });
  }

  @Test
  void rotatingTwiceIsRotatingByTheSum() {
    Generated.forAll(example -> {
      if (!example.isUniform()) {
        return;
      }
      int a = example.random().nextInt(2000);
      int b = example.random().nextInt(2000);
      float[] x = example.head();
      Rotation shift = example.rotation().shift();
      assertThat(Generated.rotated(shift, Generated.rotated(shift, x, a), b))
          .as(example.label())
          .usingComparatorWithPrecision(1e-5f)
          .containsExactly(Generated.rotated(shift, x, a + b));
    });
  }

  @Test
  void positionZeroIsTheIdentityUpToTheAttentionFactor() {
    Generated.forAll(example -> {
      float[] x = example.head();
      float[] y = example.rotated(x, 0);
      float attention = (float) example.frequencies().attentionFactor();
      for (int i = 0; i < example.parameters().rotaryDimension(); i++) {
        assertThat(y[i]).as(example.label()).isEqualTo(x[i] * attention);
      }
    });
  }

  @Test
  void theInverseUndoesTheRotation() {
    Generated.forAll(example -> {
      int position = example.random().nextInt(1_000_000);
      float[] x = example.head();
      float[] back =
          Generated.rotated(example.rotation().inverse(), example.rotated(x, position), position);
      assertThat(back).as(example.label()).usingComparatorWithPrecision(2e-6f).containsExactly(x);
    });
  }

  @Test
  void theGradientIsTheTranspose() {
    Generated.forAll(example -> {
      int position = example.random().nextInt(1_000_000);
      float[] x = example.head();
      float[] g = example.head();
      double forward = dot(example.rotated(x, position), g);
      double backward = dot(x, Generated.rotated(example.rotation().gradient(), g, position));
      assertThat(forward).as(example.label()).isCloseTo(backward, within(tolerance(example)));
    });
  }

  @Test
  void theGradientWithoutAttentionFactorIsTheRotationByTheNegativePosition() {
    Generated.forAll(example -> {
      if (!example.isUniform()) {
        return;
      }
      int position = example.random().nextInt(1_000_000);
      float[] x = example.head();
      Rotation shift = example.rotation().shift();
      assertThat(Generated.rotated(shift.gradient(), x, position))
          .as(example.label())
          .containsExactly(Generated.rotated(shift, x, -position));
    });
  }

  @Test
  void aBatchIsRotatedAsItsTokensAre() {
    Generated.forAll(example -> {
      int tokens = example.random().nextInt(1, 6);
      int heads = example.random().nextInt(1, 4);
      int dimension = example.parameters().headDimension();
      int first = example.random().nextInt(5000);
      float[] batch = new float[3 + tokens * heads * dimension];
      for (int i = 0; i < batch.length; i++) {
        batch[i] = (float) example.random().nextGaussian();
      }
      float[] expected = batch.clone();
      Rotation rotation = example.rotation();
      CosSin table = rotation.table(tokens + 2);
      rotation.fill(table, first, tokens);
      rotation.rotate(batch, 3, heads, table);
      for (int t = 0; t < tokens; t++) {
        for (int h = 0; h < heads; h++) {
          int at = 3 + (t * heads + h) * dimension;
          float[] head = java.util.Arrays.copyOfRange(expected, at, at + dimension);
          System.arraycopy(example.rotated(head, first + t), 0, expected, at, dimension);
        }
      }
      assertThat(batch).as(example.label()).containsExactly(expected);
    });
  }

  @Test
  void interleavedIsHalfWithItsChannelsMoved() {
    Generated.forAll(example -> {
      RopeParameters given = example.parameters();
      int position = example.random().nextInt(10_000);
      float[] half = example.head();
      int d = given.headDimension();
      int[] sources =
          WeightRows.sources(1, d, given.rotaryDimension(), Pairing.HALF, Pairing.INTERLEAVED);
      float[] interleaved = moved(half, sources);
      float[] rotatedHalf = rotatedIn(example, Pairing.HALF, half, position);
      float[] rotatedInterleaved = rotatedIn(example, Pairing.INTERLEAVED, interleaved, position);
      assertThat(rotatedInterleaved)
          .as(example.label())
          .containsExactly(moved(rotatedHalf, sources));
    });
  }

  private static float[] rotatedIn(Generated example, Pairing pairing, float[] x, int position) {
    RopeParameters given = example.parameters();
    RopeParameters paired =
        new RopeParameters(
            given.headDimension(),
            given.rotaryDimension(),
            given.base(),
            given.trainedLength(),
            pairing,
            given.scaling());
    return Generated.rotated(
        Rotation.of(paired, example.contextLength(), Precision.EXACT), x, position);
  }

  private static float[] moved(float[] x, int[] sources) {
    float[] moved = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      moved[i] = x[sources[i]];
    }
    return moved;
  }

  private static double tolerance(Generated example) {
    double attention = example.frequencies().attentionFactor();
    return 2e-6 * example.parameters().headDimension() * attention * attention;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  private static double norm(float[] x, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += (double) x[i] * x[i];
    }
    return Math.sqrt(sum);
  }
}
