package rope4j.lab.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rope4j.lab.experiment.Experiment;
import rope4j.lab.experiment.Experiments;

/// What `rope lab run induction` and `rope lab run recall` measured with three seeds, as kept in
/// `lab/results`.
class StoredResultsTest {

  private static final List<Long> SEEDS = List.of(0L, 1L, 2L);

  private static List<Result> results(String experiment) {
    return ResultFile.read(Path.of("results", experiment + ".jsonl"));
  }

  private static List<Result> ofSeed(String experiment, long seed) {
    return results(experiment).stream().filter(result -> result.seed() == seed).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"induction", "recall"})
  void theModelsHaveLearntTheTaskWithinTheTrainedLength(String experiment) {
    List<Result> results = results(experiment);
    assertThat(results.stream().map(Result::seed).distinct()).containsExactlyElementsOf(SEEDS);
    assertThat(accuracy(results, "unscaled", 128)).isGreaterThan(0.9);
  }

  @TestFactory
  Stream<DynamicTest> theyBelongToTheExperimentsAsTheyAreNow() {
    return Experiments.names().stream()
        .filter(name -> Files.exists(Path.of("results", name + ".jsonl")))
        .map(name ->
            DynamicTest.dynamicTest(
                name,
                () -> {
                  Experiment experiment = Experiments.find(name, false);
                  Set<List<Object>> jobs =
                      experiment.jobs().stream()
                          .map(job ->
                              List.<Object>of(
                                  job.encoding().name(), job.seed(), experiment.fingerprint(job)))
                          .collect(Collectors.toSet());
                  Set<List<Object>> measured =
                      results(name).stream()
                          .map(result ->
                              List.<Object>of(result.encoding(), result.seed(), result.settings()))
                          .collect(Collectors.toSet());
                  assertThat(jobs).containsAll(measured);
                }));
  }

  @Test
  void copyingUnscaledAndNtkAwareAreAtChanceAtFourTimesTheTrainedLength() {
    List<Result> results = results("induction");
    double chance = 1.0 / 256;
    assertThat(accuracy(results, "unscaled", 512)).isLessThan(2 * chance);
    assertThat(accuracy(results, "NTK-aware", 512)).isLessThan(2 * chance);
  }

  @Test
  void copyingTheOthersStandInTheOrderOfTheLiterature() {
    List<Result> results = results("induction");
    List<Double> accuracies =
        Stream.of("NTK-aware", "PI", "by parts", "YaRN")
            .map(scaling -> accuracy(results, scaling, 512))
            .toList();
    for (int i = 1; i < accuracies.size(); i++) {
      assertThat(accuracies.get(i)).isGreaterThan(accuracies.get(i - 1) + 0.1);
    }
  }

  @Test
  void copyingYarnWithItsDefaultBetasIsFirstInEverySeed() {
    assertThat(SEEDS)
        .allSatisfy(seed -> {
          List<Result> results = ofSeed("induction", seed);
          assertThat(List.of("PI", "NTK-aware", "critical base", "by parts", "YaRN"))
              .allSatisfy(scaling ->
                  assertThat(accuracy(results, scaling, 512))
                      .isLessThan(accuracy(results, "YaRN, default betas", 512)));
        });
  }

  @Test
  void findingSingleKeysTheyStandInOneOrderInEverySeed() {
    assertThat(SEEDS)
        .allSatisfy(seed -> {
          List<Result> results =
              results("recall").stream().filter(result -> result.seed() == seed).toList();
          assertThat(
                  Stream.of(
                          "unscaled",
                          "PI",
                          "HoPE mask",
                          "NTK-aware",
                          "by parts",
                          "critical base",
                          "YaRN")
                      .map(scaling -> accuracy(results, scaling, 512)))
              .isSorted()
              .doesNotHaveDuplicates();
        });
  }

  private static double accuracy(List<Result> results, String strategy, int length) {
    return Summary.of(results)
        .cell(new Summary.Row("rope", strategy, 0), length, Result.Metric.ACCURACY)
        .orElseThrow()
        .mean();
  }
}
