package rope4j.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import rope4j.diagnosis.LossWithoutRetrieval.Point;
import rope4j.diagnosis.LossWithoutRetrieval.Reach;
import rope4j.diagnosis.probe.ProbeKind;
import rope4j.diagnosis.probe.ProbePlan;
import rope4j.diagnosis.probe.copy.CopyCell;
import rope4j.diagnosis.probe.trial.Limit;
import rope4j.diagnosis.probe.trial.ResultStore;
import rope4j.diagnosis.rules.Finding;
import rope4j.inference.Model;

/// A window that slides over a text keeps its loss and forgets what it has left behind.
class LossWithoutRetrievalTest {

  private static final int CONTEXT = 512;
  private static final int WINDOW = 64;

  /// Text whose every match is 16 tokens back, so that a window of 64 loses nothing of it.
  private static Examination examine(Model model) {
    return new Doctor(model, CONTEXT, List.of(Strategy.unscaled()), Criteria.DEFAULT)
        .examine(
            "induction.gguf",
            "copies",
            Windows.of(Trained.copies(16, 4 * CONTEXT), CONTEXT),
            new ProbePlan(ProbeKind.parse(List.of("copy")), 1, 4),
            ResultStore.inMemory(),
            Limit.NONE,
            Progress.NONE);
  }

  private static List<Double> copied(Examination examination) {
    return examination
        .probes()
        .orElseThrow()
        .copy()
        .orElseThrow()
        .scores()
        .getFirst()
        .cells()
        .stream()
        .map(CopyCell::accuracy)
        .toList();
  }

  @Test
  void aCutModelKeepsItsLossRetrievesNothingFromBeyondAndTheDoctorSaysSo() {
    try (Model model = Model.load(Trained.INDUCTION.model(), 1)) {
      Examination whole = examine(model);
      Examination cut = examine(model.withAttentionWindow(WINDOW));
      double loss = whole.results().getFirst().added().control().mean();
      StrategyResult result = cut.results().getFirst();
      assertThat(result.verdict().level()).isEqualTo(Verdict.Level.HOLDS);
      assertThat(result.added().nll().mean())
          .as("within training: %s", loss)
          .isLessThan(loss + 0.3);
      // 16, 32 and 64 tokens back, then 128 and 256.
      assertThat(copied(cut).subList(0, 3)).allMatch(share -> share > 0.9);
      assertThat(copied(cut).subList(3, 5)).allMatch(share -> share < 0.05);
      assertThat(copied(whole).get(3)).as("the model as it is").isGreaterThan(0.3);

      assertThat(cut.findings())
          .extracting(Finding::message)
          .contains(
              "Attention was cut: every layer sees the last 64 tokens only, the control's too.",
              "unscaled: the loss holds, but nothing farther than 64 tokens back is retrieved.");
      assertThat(HtmlReport.render(cut)).contains("nothing farther than 64 tokens back");
      assertThat(TerminalReport.render(cut, false)).contains("nothing farther than 64 tokens back");
      assertThat(cut.recipes()).as("no engine cuts attention like this").isEmpty();
    }
  }

  @Test
  void theReachIsTheLastDistanceThatIsFound() {
    assertThat(
            LossWithoutRetrieval.reach(
                List.of(new Point(32, 0.9, 9), new Point(64, 0.8, 9), new Point(128, 0.1, 9))))
        .hasValueSatisfying(reach -> assertThat(reach.distance()).isEqualTo(64));
  }

  @Test
  void fewQuestionsTellNothing() {
    assertThat(LossWithoutRetrieval.reach(List.of(new Point(32, 1, 2), new Point(128, 0, 2))))
        .isEmpty();
  }

  @Test
  void aSlowDeclineIsNoReach() {
    assertThat(
            LossWithoutRetrieval.reach(
                List.of(new Point(32, 0.9, 4), new Point(64, 0.7, 4), new Point(128, 0.5, 4))))
        .isEmpty();
  }

  @Test
  void whatIsNeverFoundTellsNothing() {
    assertThat(LossWithoutRetrieval.reach(List.of(new Point(32, 0.05, 4), new Point(64, 0, 4))))
        .isEmpty();
  }

  @Test
  void farPointsCountByHowOftenTheyWereAsked() {
    assertThat(
            LossWithoutRetrieval.reach(
                List.of(new Point(32, 1, 9), new Point(64, 1, 1), new Point(128, 0, 9))))
        .contains(new Reach(64, 1, 0));
  }
}
