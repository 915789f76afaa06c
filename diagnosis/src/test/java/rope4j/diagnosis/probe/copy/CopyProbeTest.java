package rope4j.diagnosis.probe.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.Arrays;
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

/// On a model that the lab trained to copy, the probe finds what the lab found with its own code
/// and its own sequences.
class CopyProbeTest {

  private static final int LENGTH = LabStrategies.LENGTH;

  /// Closer than this two strategies are not told apart: the probe asks other sequences than the
  /// lab, and fewer.
  private static final double NOISE = 0.05;

  private static CopyResult result =
      new CopyResult(false, "", false, 0, 0, 0, List.of(), 0, List.of());
  private static Map<String, Double> measured = Map.of();

  @BeforeAll
  static void probe() throws IOException {
    try (Model model = Model.load(Trained.INDUCTION.model(), 1)) {
      List<Candidate> candidates = LabStrategies.candidates(model);
      result =
          new CopyProbe(trials(model), candidates.getFirst(), candidates, windows(), LENGTH, 8)
              .run();
    }
    measured =
        LabStrategies.measured(
            Trained.INDUCTION.results(), value -> "accuracy".equals(value.get("metric")));
  }

  private static Trials trials(Model model) {
    return new Trials(model, ResultStore.inMemory(), Limit.NONE, (_, _) -> {}, "test", 1);
  }

  private static List<int[]> windows() {
    return Windows.of(Trained.copies(256, 2 * LENGTH), LENGTH).windows();
  }

  private static double accuracy(String strategy) {
    return result.scores().stream()
        .filter(score -> score.strategy().equals(strategy))
        .findFirst()
        .orElseThrow()
        .cells()
        .getLast()
        .accuracy();
  }

  @Test
  void itApplies() {
    assertThat(result.applies()).as(result.reason()).isTrue();
    assertThat(result.shortMargin()).isGreaterThan(3);
    assertThat(result.tokens()).isEqualTo(256);
  }

  @Test
  void strategiesStandInTheOrderOfTheAccuracyThatTheLabMeasured() {
    LabStrategies.assertSameOrder(measured, CopyProbeTest::accuracy, NOISE);
  }

  @Test
  void whatIsCopiedIsAsMuchAsTheLabMeasured() {
    assertThat(measured).hasSize(8);
    measured.forEach((strategy, share) ->
        assertThat(accuracy(strategy)).as(strategy).isCloseTo(share, within(NOISE)));
  }

  @Test
  void theHeadsThatCopyAreInTheLastLayerAndYarnKeepsThem() {
    assertThat(result.heads()).isNotEmpty().allMatch(head -> head.layer() == 1);
    assertThat(result.kept("YaRN, default betas")).isEqualTo(result.heads().size());
    assertThat(result.kept("unscaled")).isLessThan(result.heads().size());
  }

  @Test
  void headsThatCanNotBeSeenAtTheFullLengthAreNotCountedAsLost() {
    CopyResult result;
    try (Model model = Model.load(Trained.INDUCTION.model(), 1)) {
      List<Candidate> candidates = LabStrategies.candidates(model).subList(0, 1);
      int width = model.description().keyValueHeads() * model.description().headDimension();
      // Both layers of the trained length fit, and one of the whole length: the first, which does
      // not copy.
      long keys = 2L * LabStrategies.TRAINED * width;
      result =
          new CopyProbe(
                  trials(model), candidates.getFirst(), candidates, windows(), LENGTH, 1, keys)
              .run();
    }
    assertThat(result.applies()).isTrue();
    assertThat(result.heads()).isEmpty();
  }

  @Test
  void afterASingleQuestionNothingIsKnownOfTheInterval() {
    try (Model model = Model.load(Trained.INDUCTION.model(), 1)) {
      List<Candidate> one = LabStrategies.candidates(model).subList(0, 1);
      CopyResult single =
          new CopyProbe(trials(model), one.getFirst(), one, windows(), LENGTH, 1).run();
      assertThat(single.scores().getFirst().cells())
          .isNotEmpty()
          .allSatisfy(cell -> assertThat(cell.interval()).isEmpty());
    }
  }

  @Test
  void aTextOfOneTokenHasNoSegmentsToCopy() {
    int[] same = new int[2 * LENGTH];
    Arrays.fill(same, 7);
    int[] withBeginning = same.clone();
    withBeginning[0] = 1;
    withBeginning[LENGTH] = 1;
    try (Model model = Model.load(Trained.INDUCTION.model(), 1)) {
      List<Candidate> candidates = LabStrategies.candidates(model);
      for (int[] text : List.of(same, withBeginning)) {
        CopyResult result =
            new CopyProbe(
                    trials(model),
                    candidates.getFirst(),
                    candidates,
                    Windows.of(text, LENGTH).windows(),
                    LENGTH,
                    2)
                .run();
        assertThat(result.applies()).isFalse();
        assertThat(result.complete()).isTrue();
        assertThat(result.reason()).contains("needs at least 2");
      }
    }
  }

  @Test
  void everyQuestionIsAsked() {
    assertThat(result.complete()).isTrue();
    assertThat(result.scores())
        .allSatisfy(score ->
            assertThat(score.cells())
                .extracting(CopyCell::distance)
                .containsExactly(16, 32, 64, 128, 256));
  }
}
