package rope4j.diagnosis.probe.benefit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import rope4j.diagnosis.probe.benefit.KeyTokens.Losses;

class KeyTokensTest {

  /// Positions 0 and 1 lie within the trained length.
  private static final List<double[]> CONTROL = List.of(new double[] {9, 9, 3, 5, 5, 1});

  @Test
  void aKeyTokenGainsMoreThanTwoNatsAndIsLikely() {
    assertThat(KeyTokens.isKey(3, 0.5)).isTrue();
    assertThat(KeyTokens.isKey(3, 1)).as("gains exactly 2").isFalse();
    assertThat(KeyTokens.isKey(5, 2.5)).as("not likely enough").isFalse();
  }

  @Test
  void allStrategiesAreComparedOnTheTokensOfTheBest() {
    Losses good = new Losses("good", List.of(new double[] {0, 0, 0.5, 1, 2.5, 1}));
    Losses bad = new Losses("bad", List.of(new double[] {0, 0, 3, 5, 5, 1}));
    List<KeyTokens> keys = KeyTokens.of(CONTROL, List.of(bad, good), 2);
    assertThat(keys).extracting(KeyTokens::tokens).containsOnly(4);
    assertThat(keys).extracting(KeyTokens::judged).containsOnly(2);
    assertThat(keys).extracting(KeyTokens::own).containsExactly(0, 2);
    assertThat(keys.getFirst().longPerplexity().orElseThrow()).isCloseTo(Math.exp(4), within(1e-9));
    assertThat(keys.getLast().longPerplexity().orElseThrow())
        .isCloseTo(Math.exp(0.75), within(1e-9));
  }

  @Test
  void whereNothingIsGainedThereIsNoPerplexity() {
    List<KeyTokens> keys = KeyTokens.of(CONTROL, List.of(new Losses("same", CONTROL)), 2);
    assertThat(keys.getFirst().longPerplexity()).isEmpty();
  }
}
