package rope4j.diagnosis.probe.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import rope4j.diagnosis.probe.retrieval.EffectiveLength.Point;
import rope4j.diagnosis.probe.trial.Proportion;

class RetrievalScoreTest {

  private static RetrievalCell cell(int length, int right) {
    return new RetrievalCell(length, -1, length, Proportion.of(right, 10), right / 10.0, 1);
  }

  @Test
  void kMaxEndsAtTheFirstLengthThatFails() {
    RetrievalScore score =
        RetrievalScore.of(
            "yarn",
            List.of(cell(64, 10), cell(128, 8), cell(256, 2), cell(512, 1), cell(1024, 9)),
            List.of());
    assertThat(score.kMax80()).hasValue(128);
    assertThat(score.kMax20()).hasValue(256);
  }

  @Test
  void aStrategyThatFailsAtOnceHasNone() {
    assertThat(RetrievalScore.of("linear", List.of(cell(64, 1)), List.of()).kMax20()).isEmpty();
  }

  @Test
  void theEffectiveLengthDependsOnTheRule() {
    EffectiveLength length =
        EffectiveLength.of(
            "yarn", List.of(new Point(64, 0.9), new Point(128, 0.7), new Point(256, 0.5)), 0.8);
    assertThat(length.byFixedThreshold()).hasValue(64);
    assertThat(length.byOwnScore()).hasValue(128);
  }

  @Test
  void lengthsGoFromHalfTheTrainedLengthToTheContext() {
    assertThat(Retrieval.lengths(256, 1500)).containsExactly(128, 256, 512, 1024, 1500);
  }
}
