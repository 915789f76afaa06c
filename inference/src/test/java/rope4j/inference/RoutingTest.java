package rope4j.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import rope4j.checkpoint.CheckpointException;

class RoutingTest {

  @Test
  void theBestAreChosenAndTheirSoftmaxIsNormedToOne() {
    float[] weights = Routing.softmax(2, true).weights(new float[] {0, 2, -1, 1});
    assertThat(weights[0]).isZero();
    assertThat(weights[2]).isZero();
    assertThat((double) weights[1]).isCloseTo(1 / (1 + Math.exp(-1)), within(1e-6));
    assertThat((double) weights[1] + weights[3]).isCloseTo(1, within(1e-6));
  }

  @Test
  void aBetterOneIsNeverCrowdedOutByEqualOnes() {
    float[] weights = Routing.softmax(2, true).weights(new float[] {1, 1, 5});
    assertThat(weights[0]).isPositive();
    assertThat(weights[1]).isZero();
    assertThat(weights[2]).isGreaterThan(weights[0]);
  }

  @Test
  void ofEqualOnesTheFirstAreTaken() {
    assertThat(Routing.softmax(2, true).weights(new float[] {3, 3, 3, 3}))
        .containsExactly(0.5f, 0.5f, 0, 0);
  }

  @Test
  void scoresThatAreNoNumbersAreRefused() {
    Routing routing = Routing.softmax(1, true);
    assertThatThrownBy(() -> routing.weights(new float[] {Float.NaN, Float.NaN}))
        .isInstanceOf(CheckpointException.class);
  }
}
