package rope4j.checkpoint.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import rope4j.rotation.Frequencies;

class RopeDifferenceTest {

  private static RopeDifference of(double[] expected, double[] other) {
    return new RopeDifference(new Frequencies(expected, 1), new Frequencies(other, 1));
  }

  @Test
  void aPairRunsAwayByItsDifferenceATokenUpToAWholeTurn() {
    RopeDifference difference = of(new double[] {1, 0.01}, new double[] {1, 0.02});
    assertThat(difference.radians(0, 100)).isZero();
    assertThat(difference.radians(1, 100)).isCloseTo(1, within(1e-12));
    assertThat(difference.radians(1, 100_000)).isEqualTo(2 * Math.PI);
    assertThat(difference.worstPair()).isEqualTo(1);
    assertThat(difference.none()).isFalse();
  }

  @Test
  void theFirstPositionIsTheOneWhereTheFastestPairIsOffByMore() {
    RopeDifference difference = of(new double[] {1, 0.01}, new double[] {0.75, 0.02});
    assertThat(difference.firstPosition(0.5)).hasValue(3);
    assertThat(difference.radians(0, 2)).isEqualTo(0.5);
    assertThat(difference.pairsOff(0.5, 2)).isZero();
    assertThat(difference.pairsOff(0.5, 3)).isEqualTo(1);
    assertThat(difference.pairsOff(0.5, 51)).isEqualTo(2);
  }

  @Test
  void float32RoundingIsNoDifference() {
    RopeDifference difference = of(new double[] {1, 0.1}, new double[] {1, 0.1f});
    assertThat(difference.none()).isTrue();
    assertThat(difference.radians(1, 10_000_000)).isZero();
    assertThat(difference.firstPosition(0.1)).isEmpty();
  }

  @Test
  void aPairThatStandsStillDoesNotDifferFromOneThatNearlyDoes() {
    assertThat(of(new double[] {1, 0}, new double[] {1, 1e-30}).none()).isTrue();
    assertThat(of(new double[] {1, 0}, new double[] {1, 1e-3}).none()).isFalse();
  }

  @Test
  void missingPairsStandStill() {
    RopeDifference difference = of(new double[] {1, 0.5}, new double[] {1});
    assertThat(difference.samePairs()).isFalse();
    assertThat(difference.radians(1, 1)).isEqualTo(0.5);
  }

  @Test
  void logitsAreOffByTheMagnitudeTwiceAndTheSoftmaxScaleOnce() {
    RopeDifference difference =
        new RopeDifference(
            new Frequencies(new double[] {1}, 2, 1), new Frequencies(new double[] {1}, 3, 5));
    assertThat(difference.magnitudeRatio()).isEqualTo(1.5);
    assertThat(difference.softmaxRatio()).isEqualTo(5);
    assertThat(difference.logitRatio()).isCloseTo(11.25, within(1e-12));
    assertThat(difference.none()).isFalse();
  }
}
