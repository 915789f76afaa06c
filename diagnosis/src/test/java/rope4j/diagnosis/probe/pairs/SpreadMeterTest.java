package rope4j.diagnosis.probe.pairs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadMeterTest {

  private static final double UNSEEN = Double.NEGATIVE_INFINITY;

  private static AttentionSpread spread(double[]... heads) {
    SpreadMeter meter = new SpreadMeter(List.of(3));
    for (int head = 0; head < heads.length; head++) {
      meter.accept(0, head, 3, heads[head]);
    }
    return SpreadMeter.read(List.of(3), meter.values()).getFirst();
  }

  @Test
  void attentionThatIsTheSameEverywhereHasTheLargestEntropy() {
    AttentionSpread spread = spread(new double[] {7, 7, 7, 7});
    assertThat(spread.position()).isEqualTo(3);
    assertThat(spread.entropy()).isCloseTo(1, within(1e-12));
    assertThat(spread.sink()).isCloseTo(0.25, within(1e-12));
  }

  @Test
  void attentionToTheFirstTokenAloneHasNone() {
    AttentionSpread spread = spread(new double[] {0, UNSEEN, UNSEEN, UNSEEN});
    assertThat(spread.entropy()).isZero();
    assertThat(spread.sink()).isEqualTo(1);
  }

  /// Weights 3/4 and 1/4: entropy 3/4 ln(4/3) + 1/4 ln 4, over ln 4.
  @Test
  void weightsAreTheSoftmaxOfTheScores() {
    AttentionSpread spread = spread(new double[] {Math.log(3), 0, UNSEEN, UNSEEN});
    assertThat(spread.entropy()).isCloseTo(0.40564, within(1e-5));
    assertThat(spread.sink()).isCloseTo(0.75, within(1e-12));
  }

  @Test
  void headsAreAveraged() {
    AttentionSpread spread =
        spread(new double[] {7, 7, 7, 7}, new double[] {UNSEEN, UNSEEN, UNSEEN, 2});
    assertThat(spread.entropy()).isCloseTo(0.5, within(1e-12));
    assertThat(spread.sink()).isCloseTo(0.125, within(1e-12));
  }

  @Test
  void positionsAreKeptApart() {
    List<Integer> positions = List.of(1, 3);
    SpreadMeter meter = new SpreadMeter(positions);
    meter.accept(0, 0, 1, new double[] {0, 0});
    meter.accept(0, 0, 3, new double[] {UNSEEN, UNSEEN, UNSEEN, 0});
    List<AttentionSpread> spreads = SpreadMeter.read(positions, meter.values());
    assertThat(spreads).extracting(AttentionSpread::position).containsExactly(1, 3);
    assertThat(spreads.getFirst().sink()).isCloseTo(0.5, within(1e-12));
    assertThat(spreads.getLast().sink()).isZero();
  }
}
