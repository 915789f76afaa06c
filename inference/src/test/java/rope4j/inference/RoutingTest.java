package rope4j.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import rope4j.checkpoint.CheckpointException;
import rope4j.inference.Routing.Gating;

class RoutingTest {

  @Test
  void theBestAreChosenAndTheirSoftmaxIsNormedToOne() {
    float[] weights = weights(Routing.softmax(2, true), new float[] {0, 2, -1, 1});
    assertThat(weights[0]).isZero();
    assertThat(weights[2]).isZero();
    assertThat((double) weights[1]).isCloseTo(1 / (1 + Math.exp(-1)), within(1e-6));
    assertThat((double) weights[1] + weights[3]).isCloseTo(1, within(1e-6));
  }

  @Test
  void aBetterOneIsNeverCrowdedOutByEqualOnes() {
    float[] weights = weights(Routing.softmax(2, true), new float[] {1, 1, 5});
    assertThat(weights[0]).isPositive();
    assertThat(weights[1]).isZero();
    assertThat(weights[2]).isGreaterThan(weights[0]);
  }

  @Test
  void ofEqualOnesTheFirstAreTaken() {
    assertThat(weights(Routing.softmax(2, true), new float[] {3, 3, 3, 3}))
        .containsExactly(0.5f, 0.5f, 0, 0);
  }

  @Test
  void scoresThatAreNoNumbersAreRefused() {
    Routing routing = Routing.softmax(1, true);
    assertThatThrownBy(() -> weights(routing, new float[] {Float.NaN, Float.NaN}))
        .isInstanceOf(CheckpointException.class);
  }

  @Test
  void withoutNormingTheWeightsAreThoseOfAllExperts() {
    float[] weights = weights(Routing.softmax(1, false), new float[] {0, 0, (float) Math.log(2)});
    assertThat((double) weights[2]).isCloseTo(0.5, within(1e-6));
  }

  @Test
  void aSelectionBiasChangesTheChoiceAndNotTheWeights() {
    Routing routing = new Routing(1, Gating.SIGMOID, false, 2, new float[] {5, 0}, 1, 1, false);
    float[] weights = weights(routing, new float[] {0, 3});
    assertThat((double) weights[0]).isCloseTo(2 * 0.5, within(1e-6));
    assertThat(weights[1]).isZero();
  }

  @Test
  void onlyTheBestGroupsMayBeChosenFromByTheirTwoBest() {
    // The best expert is in the first group, but the second group's two are better together.
    float[] weights =
        weights(Routing.softmax(2, true).withGroups(2, 1), new float[] {2, -3, 1.5f, 1.5f});
    assertThat(weights[0]).isZero();
    assertThat(weights[2]).isPositive();
    assertThat(weights[3]).isPositive();
  }

  @Test
  void groupsThatCanNotFillAChoiceAreRefused() {
    Routing routing = Routing.softmax(3, true).withGroups(2, 1);
    assertThatThrownBy(() -> routing.requirePossible(4))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("expert_group_count");
  }

  private static float[] weights(Routing routing, float[] scores) {
    float[] weights = new float[scores.length];
    new ExpertChoice(scores.length).weigh(routing, scores, 0, 1, scores.length, weights, 0);
    return weights;
  }
}
