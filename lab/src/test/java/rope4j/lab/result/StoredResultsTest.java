package rope4j.lab.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What `rope lab run induction` and `rope lab run recall` measured with three seeds, as kept in
/// `lab/results`.
class StoredResultsTest {

  private static final List<Long> SEEDS = List.of(0L, 1L, 2L);

  private static List<Result> results(String experiment) {
    return ResultFile.read(Path.of("results", experiment + ".jsonl"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"induction", "recall"})
  void theModelsHaveLearntTheTaskWithinTheTrainedLength(String experiment) {
    List<Result> results = results(experiment);
    assertThat(results.stream().map(Result::seed).distinct()).containsExactlyElementsOf(SEEDS);
    assertThat(accuracy(results, "unscaled", 128)).isGreaterThan(0.9);
  }

  @ParameterizedTest
  @ValueSource(strings = {"induction", "recall"})
  void atFourTimesTheTrainedLengthEveryScalingBeatsNone(String experiment) {
    List<Result> results = results(experiment);
    assertThat(
            List.of("PI", "NTK-aware", "critical base", "by parts", "YaRN", "YaRN, default betas"))
        .allSatisfy(scaling ->
            assertThat(accuracy(results, scaling, 512))
                .as(scaling)
                .isGreaterThan(accuracy(results, "unscaled", 512)));
  }

  @Test
  void copyingTheScalingsStandInTheOrderOfTheLiterature() {
    List<Result> results = results("induction");
    assertThat(
            Stream.of("unscaled", "NTK-aware", "PI", "by parts", "YaRN")
                .map(scaling -> accuracy(results, scaling, 512)))
        .isSorted()
        .doesNotHaveDuplicates();
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
