package rope4j.diagnosis.probe.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProportionTest {

  @Test
  void isWilsonsInterval() {
    Proportion half = Proportion.of(5, 10);
    assertThat(half.low()).isCloseTo(0.2366, within(1e-4));
    assertThat(half.high()).isCloseTo(0.7634, within(1e-4));
  }

  @Test
  void whereAllAgreeItStillHasAWidth() {
    assertThat(Proportion.of(0, 10).low()).isZero();
    assertThat(Proportion.of(0, 10).high()).isCloseTo(0.2775, within(1e-4));
    assertThat(Proportion.of(10, 10).high()).isEqualTo(1);
  }

  @Test
  void noTrialsAreRefused() {
    assertThatThrownBy(() -> Proportion.of(0, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  /// Wilson's interval covers 95 % on the average over true shares; at single shares it swings
  /// around that by a few percent.
  @ParameterizedTest
  @CsvSource({"10", "20", "50"})
  void coversTheTrueShareNineteenTimesInTwenty(int trials) {
    SplittableRandom random = new SplittableRandom(trials);
    int covered = 0;
    int all = 0;
    for (int percent = 5; percent <= 95; percent += 5) {
      double share = percent / 100.0;
      int here = 0;
      for (int repeat = 0; repeat < 1000; repeat++) {
        int successes = 0;
        for (int i = 0; i < trials; i++) {
          successes += random.nextDouble() < share ? 1 : 0;
        }
        Proportion proportion = Proportion.of(successes, trials);
        here += proportion.low() <= share && share <= proportion.high() ? 1 : 0;
        all++;
      }
      assertThat(here).as("at %d %%", percent).isGreaterThan(880);
      covered += here;
    }
    assertThat((double) covered / all).isBetween(0.94, 0.97);
  }
}
