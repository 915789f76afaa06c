package rope4j.diagnosis.probe.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClustersTest {

  private static final int TOKENS = 64;
  private static final int TRIES = 4000;

  /// What is promised is 0.95; Wilson's interval of a deflated number of trials is an
  /// approximation.
  private static final double LEAST = 0.93;

  @Test
  void whereAllQuestionsAgreeTheIntervalIsWilsonsOfAsManyTrials() {
    CopyCell.Interval interval = Clusters.interval(new double[] {1, 1, 1, 1, 1, 1, 1, 1}, TOKENS);
    assertThat(interval.high()).isEqualTo(1);
    // 8 / (8 + z²)
    assertThat(interval.low()).isCloseTo(0.6756, within(1e-4));
    CopyCell.Interval none = Clusters.interval(new double[8], TOKENS);
    assertThat(none.low()).isZero();
    assertThat(none.high()).isCloseTo(1 - 0.6756, within(1e-4));
  }

  @Test
  void aSingleMistakeDoesNotMakeItMuchSurer() {
    double[] accuracies = {1, 1, 1, 1, 1, 1, 1, 1 - 1.0 / TOKENS};
    assertThat(Clusters.interval(accuracies, TOKENS).low()).isLessThan(0.96);
  }

  /// A question is of the one kind or of the other; the true share is their mean.
  @ParameterizedTest(name = "{1} of questions at {0}, others at {2}, {3} asked")
  @CsvSource({
    "0.9,  1,   0,    8",
    "0.9,  1,   0,    20",
    "0.99, 1,   0,    8",
    "0.02, 1,   0,    8",
    "0.02, 1,   0,    20",
    "0.6,  0.5, 1,    8",
    "0.6,  0.5, 1,    20",
    "0.5,  0.2, 1,    4",
    "0.5,  0.2, 1,    20",
    "0,    0.1, 1,    8",
    "0,    0.1, 1,    20",
  })
  void theTrueShareLiesWithinAsOftenAsItSays(
      double one, double share, double other, int questions) {
    SplittableRandom random = new SplittableRandom(5);
    double truth = share * one + (1 - share) * other;
    int within = 0;
    for (int i = 0; i < TRIES; i++) {
      double[] accuracies = new double[questions];
      Arrays.setAll(
          accuracies,
          _ -> {
            double own = random.nextDouble() < share ? one : other;
            return random.doubles(TOKENS).filter(draw -> draw < own).count() / (double) TOKENS;
          });
      CopyCell.Interval interval = Clusters.interval(accuracies, TOKENS);
      within += interval.low() <= truth && truth <= interval.high() ? 1 : 0;
    }
    assertThat((double) within / TRIES).isGreaterThanOrEqualTo(LEAST);
  }
}
