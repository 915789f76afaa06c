package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/// Cosines and sines against forty decimal places.
class ExactnessTest {

  private static final int[] POSITIONS = {
    1, 1000, 10_000, 65_535, 131_071, 1_000_000, 9_999_991, 10_000_000, Integer.MAX_VALUE
  };
  private static final RopeParameters PARAMETERS =
      new RopeParameters(64, 64, 10000, 4096, Pairing.HALF, new Yarn(4, 4096));

  @Test
  void exactAnglesAreRightToOneUnitInTheLastPlaceAtEveryPosition() {
    for (int position : POSITIONS) {
      assertThat(worst(Precision.EXACT, position, true))
          .as("ulps at position %d", position)
          .isLessThanOrEqualTo(1);
    }
  }

  @Test
  void theEnginesAreWrongByMoreThanRounding(TestReporter reporter) {
    for (int position : POSITIONS) {
      double exact = worst(Precision.EXACT, position, false);
      double transformers = worst(Precision.TRANSFORMERS, position, false);
      double llamaCpp = worst(Precision.LLAMA_CPP, position, false);
      reporter.publishEntry(
          "largest error at position " + position,
          "exact %.1e, Transformers %.1e, llama.cpp %.1e".formatted(exact, transformers, llamaCpp));
      if (position >= 1000) {
        assertThat(transformers).isGreaterThan(100 * exact);
        assertThat(llamaCpp).isGreaterThan(100 * exact);
      }
    }
  }

  @Test
  void walkedAnglesAreRightToOneUnitInTheLastPlaceOfOneUpToTenMillion() {
    Rotation rotation = Rotation.of(PARAMETERS, 4096, Precision.EXACT);
    CosSin walked = rotation.table(PositionWalk.REFRESH);
    CosSin filled = rotation.table(PositionWalk.REFRESH);
    for (int first : new int[] {0, 1000, 131_071, 9_999_000}) {
      PositionWalk walk = rotation.walk(first);
      for (int n = 0; n < 4; n++) {
        walk.fillNext(walked, 100);
        rotation.fill(filled, first + 100 * n, 100);
        for (int t = 0; t < 100; t++) {
          for (int i = 0; i < 32; i++) {
            assertThat(Math.abs(walked.cos(t, i) - filled.cos(t, i)))
                .isLessThanOrEqualTo(Math.ulp(1f));
            assertThat(Math.abs(walked.sin(t, i) - filled.sin(t, i)))
                .isLessThanOrEqualTo(Math.ulp(1f));
          }
        }
      }
    }
  }

  @Test
  void aWalkGoesOnFromAnyPositionAndRefusesToOverflow() {
    Rotation rotation = Rotation.of(PARAMETERS, 4096, Precision.EXACT);
    CosSin walked = rotation.table(3);
    CosSin filled = rotation.table(3);
    PositionWalk walk = rotation.walk(0);
    walk.fillNext(walked, 3);
    walk.moveTo(777);
    walk.fillNext(walked, 3);
    rotation.fill(filled, 777, 3);
    assertThat(walked.cos(2, 1)).isEqualTo(filled.cos(2, 1));
    assertThat(walk.position()).isEqualTo(780);
    walk.moveTo(Integer.MAX_VALUE - 1);
    walk.fillNext(walked, 2);
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> {
              walk.moveTo(Integer.MAX_VALUE - 1);
              walk.fillNext(walked, 3);
            })
        .isInstanceOf(ArithmeticException.class);
  }

  /// The largest error over all pairs, in units of the last place of the right value or absolute.
  private static double worst(Precision precision, int position, boolean inUlps) {
    Frequencies frequencies = PARAMETERS.frequencies(4096);
    Rotation rotation = Rotation.of(PARAMETERS, 4096, precision);
    CosSin table = rotation.table(1);
    rotation.fill(table, position, 1);
    double worst = 0;
    for (int i = 0; i < frequencies.pairs(); i++) {
      BigDecimal angle =
          new BigDecimal(frequencies.inverse(i)).multiply(BigDecimal.valueOf(position));
      BigDecimal magnitude = new BigDecimal(frequencies.attentionFactor());
      worst = Math.max(worst, error(table.cos(0, i), Big.cos(angle).multiply(magnitude), inUlps));
      worst = Math.max(worst, error(table.sin(0, i), Big.sin(angle).multiply(magnitude), inUlps));
    }
    return worst;
  }

  private static double error(float actual, BigDecimal right, boolean inUlps) {
    double difference = new BigDecimal(actual).subtract(right).abs().doubleValue();
    return inUlps ? difference / Math.ulp(right.floatValue()) : difference;
  }

  /// Cosine and sine by reduction with sixty places of pi and Taylor's series.
  private static final class Big {

    private static final MathContext PLACES = new MathContext(60);
    private static final BigDecimal TWO_PI =
        new BigDecimal("3.14159265358979323846264338327950288419716939937510582097494459230781640")
            .multiply(BigDecimal.TWO);

    static BigDecimal cos(BigDecimal angle) {
      return series(reduced(angle), 0);
    }

    static BigDecimal sin(BigDecimal angle) {
      return series(reduced(angle), 1);
    }

    private static BigDecimal reduced(BigDecimal angle) {
      BigDecimal turns = angle.divide(TWO_PI, 0, RoundingMode.HALF_EVEN);
      return angle.subtract(turns.multiply(TWO_PI), PLACES);
    }

    private static BigDecimal series(BigDecimal x, int first) {
      BigDecimal square = x.multiply(x, PLACES).negate();
      BigDecimal term = first == 0 ? BigDecimal.ONE : x;
      BigDecimal sum = term;
      for (int n = first + 1; n < 60; n += 2) {
        term = term.multiply(square, PLACES).divide(BigDecimal.valueOf((long) n * (n + 1)), PLACES);
        sum = sum.add(term, PLACES);
      }
      return sum;
    }
  }
}
