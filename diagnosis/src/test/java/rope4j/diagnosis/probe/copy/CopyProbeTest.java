package rope4j.diagnosis.probe.copy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.json.JsonReader;
import rope4j.diagnosis.Trained;
import rope4j.diagnosis.Windows;
import rope4j.diagnosis.probe.trial.Candidate;
import rope4j.diagnosis.probe.trial.Limit;
import rope4j.diagnosis.probe.trial.ResultStore;
import rope4j.diagnosis.probe.trial.Trials;
import rope4j.inference.Model;
import rope4j.rotation.AttentionScaled;
import rope4j.rotation.CriticalBaseNtk;
import rope4j.rotation.Hope;
import rope4j.rotation.LayerRotations;
import rope4j.rotation.Linear;
import rope4j.rotation.NtkAware;
import rope4j.rotation.NtkByParts;
import rope4j.rotation.Precision;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Scaling;
import rope4j.rotation.Unscaled;

/// On a model that the lab trained to copy, the probe finds what the lab found with its own code
/// and its own sequences.
class CopyProbeTest {

  private static final int TRAINED = 128;
  private static final int LENGTH = 512;
  private static final int FACTOR = LENGTH / TRAINED;

  /// Closer than this two strategies are not told apart: the probe asks other sequences than the
  /// lab, and fewer.
  private static final double NOISE = 0.05;

  private static CopyResult result =
      new CopyResult(false, "", false, 0, 0, 0, List.of(), 0, List.of());
  private static Map<String, Double> measured = Map.of();

  /// The lab's strategies, by its names.
  private static Map<String, Scaling> strategies() {
    double temperature = 1 + 0.1 * Math.log(FACTOR);
    Map<String, Scaling> all = new LinkedHashMap<>();
    all.put("unscaled", new Unscaled());
    all.put("PI", new Linear(FACTOR));
    all.put("NTK-aware", new NtkAware(FACTOR));
    all.put("critical base", new CriticalBaseNtk(TRAINED, LENGTH));
    all.put("by parts", new NtkByParts(FACTOR, TRAINED, 4, 1));
    all.put("YaRN", new AttentionScaled(new NtkByParts(FACTOR, TRAINED, 4, 1), temperature));
    all.put(
        "YaRN, default betas",
        new AttentionScaled(new NtkByParts(FACTOR, TRAINED, 32, 1), temperature));
    all.put("HoPE mask", new Hope(TRAINED));
    return all;
  }

  @BeforeAll
  static void probe() throws IOException {
    try (Model model = Model.load(Trained.model(), 1)) {
      List<Candidate> candidates =
          strategies().entrySet().stream()
              .map(strategy -> candidate(model, strategy.getKey(), strategy.getValue()))
              .toList();
      Trials trials =
          new Trials(model, ResultStore.inMemory(), Limit.NONE, (_, _) -> {}, "test", 1);
      List<int[]> windows = Windows.of(Trained.copies(256, 2 * LENGTH), LENGTH).windows();
      result = new CopyProbe(trials, candidates.getFirst(), candidates, windows, LENGTH, 8).run();
    }
    measured = new LinkedHashMap<>();
    for (String line : Files.readAllLines(Trained.results())) {
      Map<String, ?> value = JsonReader.readObject(line.getBytes(UTF_8));
      if ("accuracy".equals(value.get("metric"))) {
        measured.put((String) value.get("strategy"), ((Number) value.get("value")).doubleValue());
      }
    }
  }

  private static Candidate candidate(Model model, String name, Scaling scaling) {
    RopeParameters parameters =
        model
            .rotation(RopeOverrides.NONE, LENGTH)
            .layer(0)
            .orElseThrow()
            .parameters()
            .withScaling(scaling);
    LayerRotations layers = new LayerRotations(Collections.nCopies(2, Optional.of(parameters)));
    return new Candidate(
        name, name, parameters, LENGTH, model.rotation(layers, LENGTH, Precision.EXACT));
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
    int compared = 0;
    for (String one : measured.keySet()) {
      for (String other : measured.keySet()) {
        if (measured.get(one) > measured.get(other) + NOISE) {
          assertThat(accuracy(one)).as(one + " over " + other).isGreaterThan(accuracy(other));
          compared++;
        }
      }
    }
    assertThat(compared).as("pairs of strategies that the lab tells apart").isGreaterThan(20);
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
  void everyQuestionIsAsked() {
    assertThat(result.complete()).isTrue();
    assertThat(result.scores())
        .allSatisfy(score ->
            assertThat(score.cells())
                .extracting(CopyCell::distance)
                .containsExactly(16, 32, 64, 128, 256));
  }
}
