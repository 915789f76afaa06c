package rope4j.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import rope4j.checkpoint.RopeOverrides;
import rope4j.rotation.Pairing;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Unscaled;

/// On made-up losses of eight windows of 64 positions, the second half of which is past the trained
/// length.
class RecommendationTest {

  private static final int TRAINED = 32;
  private static final int LENGTH = 64;
  private static final int WINDOWS = 8;

  private final List<StrategyResult> results = new ArrayList<>();
  private final List<List<double[]>> losses = new ArrayList<>();

  /// @param difference from the first strategy's losses in every window
  /// @param spread of that difference from window to window
  private void add(
      String name, Verdict.Level level, double difference, double spread, double meanKl) {
    SplittableRandom windows = new SplittableRandom(7);
    SplittableRandom own = new SplittableRandom(name.hashCode());
    List<double[]> nll = new ArrayList<>();
    for (int w = 0; w < WINDOWS; w++) {
      double[] window = new double[LENGTH];
      // Windows are easy or hard for all strategies alike.
      Arrays.fill(
          window, 2 + windows.nextDouble() + difference + spread * (own.nextDouble() - 0.5));
      nll.add(window);
    }
    losses.add(nll);
    OptionalInt from = level == Verdict.Level.HOLDS ? OptionalInt.empty() : OptionalInt.of(TRAINED);
    Interval loss = Blocks.interval(nll, TRAINED, LENGTH);
    results.add(
        new StrategyResult(
            new Strategy(name, new Unscaled(), RopeOverrides.NONE),
            new RopeParameters(8, 8, 10000, TRAINED, Pairing.HALF, new Unscaled()),
            new Verdict(level, from, from),
            List.of(),
            new Bucket(TRAINED, LENGTH, loss, loss, loss),
            new ShortDamage(256, meanKl, 2 * meanKl, 0.9),
            List.of()));
  }

  private String recommended() {
    return Recommendation.of(results, losses::get, TRAINED, LENGTH)
        .map(result -> result.strategy().name())
        .orElse("none");
  }

  @Test
  void theLowestLossIsRecommendedWhateverItCostsShortText() {
    add("linear", Verdict.Level.HOLDS, 0.1, 0.01, 0);
    add("yarn", Verdict.Level.HOLDS, 0, 0.01, 0.5);
    assertThat(recommended()).isEqualTo("yarn");
  }

  @Test
  void ofStrategiesThatCantBeToldApartTheOneIsRecommendedThatHarmsShortTextLeast() {
    add("yarn", Verdict.Level.HOLDS, 0, 0.2, 0.5);
    add("linear", Verdict.Level.HOLDS, 0.01, 0.2, 0.9);
    add("unscaled", Verdict.Level.HOLDS, 0.02, 0.2, 0);
    assertThat(recommended()).isEqualTo("unscaled");
    assertThat(Recommendation.passedOver(results.getLast(), results)).isPresent();
  }

  @Test
  void windowsThatAreHardForAllDoNotHideADifference() {
    add("yarn", Verdict.Level.HOLDS, 0, 0, 0.5);
    add("unscaled", Verdict.Level.HOLDS, 0.02, 0.001, 0);
    assertThat(recommended()).isEqualTo("yarn");
    assertThat(Recommendation.passedOver(results.getFirst(), results)).isEmpty();
  }

  @Test
  void aBetterVerdictComesFirst() {
    add("yarn", Verdict.Level.HOLDS, 0, 0.2, 0.5);
    add("unscaled", Verdict.Level.DEGRADES, -0.01, 0.2, 0);
    assertThat(recommended()).isEqualTo("yarn");
  }

  @Test
  void whatBreaksIsNeverRecommended() {
    add("unscaled", Verdict.Level.BREAKS, 0, 0.2, 0);
    assertThat(recommended()).isEqualTo("none");
  }
}
