package rope4j.diagnosis.probe.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RanksTest {

  @Test
  void onlyTheOrderCounts() {
    assertThat(Ranks.spearman(new double[] {1, 2, 3}, new double[] {1, 10, 1000})).isEqualTo(1);
    assertThat(Ranks.spearman(new double[] {1, 2, 3}, new double[] {9, 4, -1})).isEqualTo(-1);
  }

  @Test
  void equalValuesShareTheirRank() {
    // Ranks 1.5, 1.5, 3 against 1, 2, 3.
    assertThat(Ranks.spearman(new double[] {5, 5, 7}, new double[] {1, 2, 3}))
        .isCloseTo(Math.sqrt(0.75), within(1e-12));
  }

  @Test
  void aConstantHasNoOrder() {
    assertThat(Ranks.spearman(new double[] {4, 4}, new double[] {1, 2})).isZero();
  }
}
