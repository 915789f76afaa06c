package rope4j.diagnosis.probe.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
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
            "yarn",
            6,
            6,
            List.of(new Point(64, 0.9), new Point(128, 0.7), new Point(256, 0.5)),
            0.8);
    assertThat(length.byFixedThreshold()).hasValue(64);
    assertThat(length.byOwnScore()).hasValue(128);
  }

  /// A task of RULER that scores the same everywhere.
  private static RetrievalResult task(boolean complete, double score, int... lengths) {
    List<RetrievalCell> cells =
        IntStream.of(lengths)
            .mapToObj(length -> cell(length, (int) Math.round(10 * score)))
            .toList();
    return new RetrievalResult(
        "vt",
        "",
        true,
        "",
        complete,
        0,
        1,
        64,
        1,
        Optional.of(cell(64, 10)),
        List.of(),
        List.of(RetrievalScore.of("yarn", cells, List.of())),
        Optional.empty());
  }

  private static final RetrievalResult NOT_APPLYING =
      RetrievalResult.notApplicable("cwe", "", "it can't follow this task");

  private static List<RetrievalResult> six(RetrievalResult first, RetrievalResult second) {
    return List.of(first, second, NOT_APPLYING, NOT_APPLYING, NOT_APPLYING, NOT_APPLYING);
  }

  @Test
  void theEffectiveLengthIsTheMeanOfTheTasksThatApplyAndSaysHowManyThatAre() {
    EffectiveLength length =
        Retrieval.effectiveLengths(six(task(true, 1, 64, 128), task(true, 0.8, 64, 128)))
            .getFirst();
    assertThat(length.tasks()).isEqualTo(2);
    assertThat(length.asked()).isEqualTo(6);
    assertThat(length.curve()).containsExactly(new Point(64, 0.9), new Point(128, 0.9));
  }

  @Test
  void aLengthCountsOnlyWhereEveryApplyingTaskHasIt() {
    assertThat(
            Retrieval.effectiveLengths(six(task(true, 1, 64, 128), task(true, 1, 128)))
                .getFirst()
                .curve())
        .containsExactly(new Point(128, 1));
    assertThat(Retrieval.effectiveLengths(six(task(true, 1, 64), task(true, 1, 128)))).isEmpty();
  }

  @Test
  void thereIsNoEffectiveLengthFromAPartOfTheTasks() {
    assertThat(Retrieval.effectiveLengths(six(task(true, 1, 64), task(false, 1, 64)))).isEmpty();
    assertThat(Retrieval.effectiveLengths(List.of(task(true, 1, 64), NOT_APPLYING))).isEmpty();
  }

  @Test
  void lengthsGoFromHalfTheTrainedLengthToTheContext() {
    assertThat(Retrieval.lengths(256, 1500)).containsExactly(128, 256, 512, 1024, 1500);
  }
}
