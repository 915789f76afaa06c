package rope4j.diagnosis.probe.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import rope4j.diagnosis.LabStrategies;
import rope4j.diagnosis.Trained;
import rope4j.diagnosis.Windows;
import rope4j.diagnosis.probe.trial.Candidate;
import rope4j.diagnosis.probe.trial.Limit;
import rope4j.diagnosis.probe.trial.ResultStore;
import rope4j.diagnosis.probe.trial.Trials;
import rope4j.inference.Model;

/// On a model that the lab trained to find the values of keys, the probe finds what the lab found
/// with its own code and its own sequences; and one that was trained to copy finds them too.
class KeyValueProbeTest {

  private static final int LENGTH = LabStrategies.LENGTH;

  /// Closer than this two strategies are not told apart: the probe asks other sequences than the
  /// lab, and fewer.
  private static final double NOISE = 0.1;

  private static final int QUESTIONS = 60;

  /// The lab's answers among the last tokens, whose pairs stand as far back as those the probe asks
  /// for: half of the text to all of it.
  private static final int FROM = 480;

  private static RetrievalResult recall =
      RetrievalResult.notApplicable("key-value", "", "not asked yet");
  private static RetrievalResult copying = recall;
  private static Map<String, Double> measured = Map.of();

  @BeforeAll
  static void probe() throws IOException {
    recall = ask(Trained.RECALL, Trained.pairs(2 * LENGTH), QUESTIONS);
    copying = ask(Trained.INDUCTION, Trained.copies(256, 2 * LENGTH), 20);
    measured =
        LabStrategies.measured(
            Trained.RECALL.results(),
            value ->
                "accuracy_by_position".equals(value.get("metric"))
                    && ((Number) value.get("from")).intValue() == FROM);
  }

  private static RetrievalResult ask(Trained trained, int[] text, int questions) {
    try (Model model = Model.load(trained.model(), 1)) {
      List<Candidate> candidates = LabStrategies.candidates(model);
      Trials trials =
          new Trials(model, ResultStore.inMemory(), Limit.NONE, (_, _) -> {}, "test", 1);
      List<int[]> windows = Windows.of(text, LENGTH).windows();
      return new Retrieval(trials, candidates.getFirst(), candidates, windows, LENGTH, questions)
          .keyValue();
    }
  }

  private static List<RetrievalCell> cells(RetrievalResult result, String strategy) {
    return result.scores().stream()
        .filter(score -> score.strategy().equals(strategy))
        .findFirst()
        .orElseThrow()
        .lengths();
  }

  @Test
  void itAppliesAndTheValuesAreKnownWithinTheTrainedLength() {
    assertThat(recall.applies()).as(recall.reason()).isTrue();
    List<RetrievalCell> unscaled = cells(recall, "unscaled");
    assertThat(unscaled).extracting(RetrievalCell::length).containsExactly(64, 128, 256, 512);
    assertThat(unscaled.get(0).exact().low()).isGreaterThan(0.9);
    assertThat(unscaled.get(1).exact().low()).isGreaterThan(0.9);
  }

  @Test
  void strategiesStandInTheOrderOfTheAccuracyThatTheLabMeasured() {
    LabStrategies.assertSameOrder(
        measured, strategy -> cells(recall, strategy).getLast().score(), NOISE);
  }

  @Test
  void asMuchIsFoundAsTheLabMeasured() {
    assertThat(measured).hasSize(8);
    measured.forEach((strategy, share) ->
        assertThat(cells(recall, strategy).getLast().score())
            .as(strategy)
            .isCloseTo(share, within(NOISE)));
  }

  @Test
  void aModelThatCopiesFindsThemTooAndYarnKeepsMostOfThat() {
    assertThat(copying.applies()).as(copying.reason()).isTrue();
    assertThat(cells(copying, "unscaled").getFirst().score()).isGreaterThan(0.9);
    assertThat(cells(copying, "unscaled").getLast().score()).isLessThan(0.1);
    assertThat(cells(copying, "YaRN").getLast().exact().low())
        .as("YaRN, over all that others find")
        .isGreaterThan(cells(copying, "PI").getLast().score())
        .isGreaterThan(cells(copying, "NTK-aware").getLast().score());
  }

  @Test
  void distancesAreSaid() {
    assertThat(recall.scores().getFirst().grid())
        .filteredOn(cell -> cell.length() == LENGTH)
        .extracting(RetrievalCell::distance)
        .isSortedAccordingTo((a, b) -> b - a)
        .first()
        .isEqualTo(510);
  }
}
