package rope4j.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IntervalTest {

  @Test
  void isStudentsInterval() {
    // Mean 3, standard deviation sqrt(2.5), t(0.975, 4) = 2.776445.
    Interval interval = Interval.of(new double[] {1, 2, 3, 4, 5});
    assertThat(interval.mean()).isEqualTo(3);
    assertThat(interval.halfWidth()).isCloseTo(2.776445 * Math.sqrt(2.5 / 5), within(1e-6));
  }

  @Test
  void oneValueHasNoSpread() {
    assertThat(Interval.of(new double[] {7}).estimated()).isFalse();
    assertThat(Interval.of(new double[] {7})).isEqualTo(new Interval(7, 7, 7, 1));
  }

  @Test
  void coversTheTruthInNinetyFiveOfAHundredTexts() {
    assertThat(coverage(0)).isBetween(0.93, 0.97);
  }

  @Test
  void coversTheTruthForCorrelatedNeighboursToo() {
    // Losses of neighbouring tokens correlate; single tokens taken as independent would cover about
    // 75 %.
    assertThat(coverage(0.5)).isBetween(0.90, 0.97);
  }

  /// Share of simulated texts whose interval covers the true mean 0.
  private static double coverage(double correlation) {
    Random random = new Random(17);
    int covered = 0;
    int texts = 2000;
    for (int n = 0; n < texts; n++) {
      double[] text = new double[512];
      double last = random.nextGaussian();
      for (int i = 0; i < text.length; i++) {
        last =
            correlation * last + Math.sqrt(1 - correlation * correlation) * random.nextGaussian();
        text[i] = last;
      }
      Interval interval = Blocks.interval(List.of(text), 0, text.length);
      if (interval.low() <= 0 && interval.high() >= 0) {
        covered++;
      }
    }
    return (double) covered / texts;
  }

  @Test
  void theMeanOfABucketCountsEveryTokenOnce() {
    double[] first = new Random(1).doubles(96).toArray();
    double[] second = new Random(2).doubles(96).toArray();
    double expected =
        (Arrays.stream(first, 32, 96).sum() + Arrays.stream(second, 32, 96).sum()) / 128;
    assertThat(Blocks.interval(List.of(first, second), 32, 96).mean())
        .isCloseTo(expected, within(1e-12));
  }
}
