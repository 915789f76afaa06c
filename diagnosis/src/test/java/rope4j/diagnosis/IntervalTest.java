package rope4j.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    assertThat(coverage(1, 512, 0, 0)).isBetween(0.93, 0.97);
  }

  @Test
  void coversTheTruthForCorrelatedNeighboursToo() {
    // Losses of neighbouring tokens correlate; single tokens taken as independent would cover about
    // 75 %.
    assertThat(coverage(1, 512, 0.5, 0)).isBetween(0.90, 0.97);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 8, 16, 32})
  void coversTheTruthWhereWholeWindowsAreEasierOrHarder(int windows) {
    // Blocks of neighbouring tokens taken as independent would cover about 67 %.
    assertThat(coverage(windows, 256, 0.3, 0.2)).isBetween(0.93, 0.97);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 8, 16, 32})
  void coversTheTruthWhereWindowsAreAlike(int windows) {
    assertThat(coverage(windows, 256, 0.3, 0)).isBetween(0.93, 0.97);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void coversTheMeanOfTheWindowsAtHandWhereTheyAreFew(int windows) {
    assertThat(coverage(windows, 256, 0.3, 0.1)).isBetween(0.93, 0.98);
  }

  /// Share of simulated texts whose interval covers the truth: 0, or where windows are few the mean
  /// of their offsets.
  ///
  /// @param correlation of neighbouring tokens
  /// @param offset standard deviation of what a window's tokens share, over that of tokens
  private static double coverage(int windows, int tokens, double correlation, double offset) {
    Random random = new Random(17);
    int covered = 0;
    int texts = 2000;
    for (int n = 0; n < texts; n++) {
      List<double[]> text = new ArrayList<>();
      double offsets = 0;
      for (int w = 0; w < windows; w++) {
        double shared = offset * random.nextGaussian();
        offsets += shared / windows;
        text.add(window(random, tokens, correlation, shared));
      }
      double truth = windows < Blocks.ENOUGH_WINDOWS ? offsets : 0;
      Interval interval = Blocks.interval(text, 0, tokens);
      if (interval.low() <= truth && interval.high() >= truth) {
        covered++;
      }
    }
    return (double) covered / texts;
  }

  private static double[] window(Random random, int tokens, double correlation, double shared) {
    double[] window = new double[tokens];
    double last = random.nextGaussian();
    for (int i = 0; i < tokens; i++) {
      last = correlation * last + Math.sqrt(1 - correlation * correlation) * random.nextGaussian();
      window[i] = shared + last;
    }
    return window;
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
