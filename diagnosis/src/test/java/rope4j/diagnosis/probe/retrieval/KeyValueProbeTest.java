package rope4j.diagnosis.probe.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import rope4j.diagnosis.Strategy;
import rope4j.diagnosis.Trained;
import rope4j.diagnosis.Windows;
import rope4j.diagnosis.probe.trial.Candidate;
import rope4j.diagnosis.probe.trial.Limit;
import rope4j.diagnosis.probe.trial.ResultStore;
import rope4j.diagnosis.probe.trial.Trials;
import rope4j.inference.Model;
import rope4j.inference.ModelRotation;

/// The model that the lab trained to copy finds single keys too, and by strategy as it copies.
class KeyValueProbeTest {

  private static final int LENGTH = 512;

  private static List<RetrievalResult> results = List.of();

  @BeforeAll
  static void probe() {
    try (Model model = Model.load(Trained.model(), 1)) {
      List<Candidate> candidates =
          Stream.of("unscaled", "linear", "ntk-aware", "yarn")
              .map(name -> candidate(model, name))
              .toList();
      Trials trials =
          new Trials(model, ResultStore.inMemory(), Limit.NONE, (_, _) -> {}, "test", 1);
      List<int[]> windows = Windows.of(Trained.copies(256, 2 * LENGTH), LENGTH).windows();
      results =
          List.of(
              new Retrieval(trials, candidates.getFirst(), candidates, windows, LENGTH, 20)
                  .keyValue());
    }
  }

  private static Candidate candidate(Model model, String name) {
    ModelRotation rotation = model.rotation(Strategy.parse(name, model, LENGTH).flags(), LENGTH);
    return new Candidate(
        name, name, rotation.layer(0).orElseThrow().parameters(), LENGTH, rotation);
  }

  private static List<RetrievalCell> cells(String strategy) {
    return results.getFirst().scores().stream()
        .filter(score -> score.strategy().equals(strategy))
        .findFirst()
        .orElseThrow()
        .lengths();
  }

  @Test
  void itAppliesAndKnowsTheValuesWithinTheTrainedLength() {
    assertThat(results.getFirst().applies()).as(results.getFirst().reason()).isTrue();
    assertThat(cells("unscaled"))
        .extracting(RetrievalCell::length)
        .containsExactly(64, 128, 256, 512);
    assertThat(cells("unscaled").getFirst().score()).isGreaterThan(0.9);
    assertThat(cells("unscaled").get(1).exact().low()).isGreaterThan(0.5);
  }

  @Test
  void pastItStrategiesStandInTheOrderInWhichTheyCopy() {
    assertThat(cells("unscaled").getLast().score()).isLessThan(0.1);
    assertThat(cells("yarn").getLast().exact().low())
        .as("YaRN, over all that others find")
        .isGreaterThan(cells("linear").getLast().score())
        .isGreaterThan(cells("ntk-aware").getLast().score());
    assertThat(cells("yarn").getLast().nll())
        .isLessThan(cells("linear").getLast().nll())
        .isLessThan(cells("unscaled").getLast().nll());
  }

  @Test
  void distancesAreSaid() {
    assertThat(results.getFirst().scores().getFirst().grid())
        .filteredOn(cell -> cell.length() == LENGTH)
        .extracting(RetrievalCell::distance)
        .isSortedAccordingTo((a, b) -> b - a)
        .first()
        .isEqualTo(510);
  }
}
