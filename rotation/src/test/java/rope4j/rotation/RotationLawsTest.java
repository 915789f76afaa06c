package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What holds for every rotation, whatever the scaling and the pairing.
class RotationLawsTest {

  private static final long SEED = Long.getLong("rope4j.seed", 20261121L);
  private static final int CASES = 300;

  private record Case(RopeParameters parameters, Random random, String label) {}

  private interface Law {
    void check(Case example);
  }

  private static void forAll(Law law) {
    for (int n = 0; n < CASES; n++) {
      long seed = SEED + n;
      Random random = new Random(seed);
      int rotary = 2 * random.nextInt(2, 65);
      int head = rotary + 2 * random.nextInt(0, 9);
      double factor = random.nextDouble(0.5, 32);
      int trained = random.nextInt(16, 8192);
      List<Scaling> scalings =
          List.of(
              new Unscaled(), new Linear(factor), new NtkAware(factor), new Yarn(factor, trained));
      RopeParameters parameters =
          new RopeParameters(
              head,
              rotary,
              random.nextDouble(100, 1e6),
              trained,
              Pairing.values()[random.nextInt(2)],
              scalings.get(random.nextInt(scalings.size())));
      law.check(new Case(parameters, random, "seed " + seed + ": " + parameters));
    }
  }

  @Test
  void attentionScoresDependOnTheDistanceOnly() {
    forAll(example -> {
      int distance = example.random.nextInt(-300, 300);
      int m = example.random.nextInt(300, 4000);
      int elsewhere = example.random.nextInt(300, 4000);
      float[] q = head(example);
      float[] k = head(example);
      double here = dot(rotated(example, q, m), rotated(example, k, m - distance));
      double there = dot(rotated(example, q, elsewhere), rotated(example, k, elsewhere - distance));
      assertThat(here).as(example.label).isCloseTo(there, within(tolerance(example)));
    });
  }

  @Test
  void rotationKeepsTheNormUpToTheAttentionFactor() {
    forAll(example -> {
      float[] x = head(example);
      float[] y = rotated(example, x, example.random.nextInt(100_000));
      double attention = example.parameters.frequencies(1).attentionFactor();
      int d = example.parameters.rotaryDimension();
      assertThat(norm(y, 0, d))
          .as(example.label)
          .isCloseTo(norm(x, 0, d) * attention, within(1e-4));
    });
  }

  @Test
  void channelsPastTheRotaryDimensionAreLeftAlone() {
    forAll(example -> {
      float[] x = head(example);
      float[] y = rotated(example, x, 77);
      for (int i = example.parameters.rotaryDimension(); i < x.length; i++) {
        assertThat(y[i]).as(example.label).isEqualTo(x[i]);
      }
    });
  }

  @Test
  void rotatingTwiceIsRotatingByTheSum() {
    forAll(example -> {
      if (example.parameters.frequencies(1).attentionFactor() != 1) {
        return;
      }
      int a = example.random.nextInt(2000);
      int b = example.random.nextInt(2000);
      float[] x = head(example);
      assertThat(rotated(example, rotated(example, x, a), b))
          .as(example.label)
          .usingComparatorWithPrecision(1e-4f)
          .containsExactly(rotated(example, x, a + b));
    });
  }

  @Test
  void positionZeroIsTheIdentityUpToTheAttentionFactor() {
    forAll(example -> {
      float[] x = head(example);
      float[] y = rotated(example, x, 0);
      float attention = (float) example.parameters.frequencies(1).attentionFactor();
      for (int i = 0; i < example.parameters.rotaryDimension(); i++) {
        assertThat(y[i]).as(example.label).isEqualTo(x[i] * attention);
      }
    });
  }

  @Test
  void aBatchIsRotatedAsItsTokensAre() {
    forAll(example -> {
      int tokens = example.random.nextInt(1, 6);
      int heads = example.random.nextInt(1, 4);
      int dimension = example.parameters.headDimension();
      int first = example.random.nextInt(5000);
      float[] batch = new float[3 + tokens * heads * dimension];
      for (int i = 0; i < batch.length; i++) {
        batch[i] = (float) example.random.nextGaussian();
      }
      float[] expected = batch.clone();
      Rotation rotation = Rotation.of(example.parameters, 1, Precision.EXACT);
      CosSin table = rotation.table(tokens + 2);
      rotation.fill(table, first, tokens);
      rotation.rotate(batch, 3, heads, table);
      for (int t = 0; t < tokens; t++) {
        for (int h = 0; h < heads; h++) {
          int at = 3 + (t * heads + h) * dimension;
          float[] head = java.util.Arrays.copyOfRange(expected, at, at + dimension);
          System.arraycopy(rotated(example, head, first + t), 0, expected, at, dimension);
        }
      }
      assertThat(batch).as(example.label).containsExactly(expected);
    });
  }

  private static float[] head(Case example) {
    float[] x = new float[example.parameters.headDimension()];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) example.random.nextGaussian();
    }
    return x;
  }

  private static float[] rotated(Case example, float[] head, int position) {
    Rotation rotation = Rotation.of(example.parameters, 1, Precision.EXACT);
    CosSin table = rotation.table(1);
    rotation.fill(table, position, 1);
    float[] copy = head.clone();
    rotation.rotate(copy, 0, 1, table);
    return copy;
  }

  private static double tolerance(Case example) {
    double attention = example.parameters.frequencies(1).attentionFactor();
    return 2e-5 * example.parameters.headDimension() * attention * attention;
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
