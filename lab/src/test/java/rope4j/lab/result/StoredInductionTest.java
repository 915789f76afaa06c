package rope4j.lab.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What `rope lab run induction` measured with three seeds, as kept in
/// `lab/results/induction.jsonl`.
class StoredInductionTest {

  private static List<Result> results = List.of();

  @BeforeAll
  static void read() {
    results = ResultFile.read(Path.of("results", "induction.jsonl"));
    assertThat(results).isNotEmpty();
  }

  @Test
  void theModelsHaveLearntTheTaskWithinTheTrainedLength() {
    assertThat(accuracy("unscaled", 128)).isGreaterThan(0.9);
  }

  @Test
  void atFourTimesTheTrainedLengthTheScalingsStandInTheOrderOfTheLiterature() {
    assertThat(
            Stream.of("unscaled", "NTK-aware", "PI", "by parts", "YaRN")
                .map(scaling -> accuracy(scaling, 512)))
        .isSorted()
        .doesNotHaveDuplicates();
  }

  @Test
  void atFourTimesTheTrainedLengthEveryScalingBeatsNone() {
    assertThat(
            List.of("PI", "NTK-aware", "critical base", "by parts", "YaRN", "YaRN, default betas"))
        .allSatisfy(scaling ->
            assertThat(accuracy(scaling, 512))
                .as(scaling)
                .isGreaterThan(accuracy("unscaled", 512)));
  }

  private static double accuracy(String strategy, int length) {
    Summary summary = Summary.of(results);
    return summary
        .cell(new Summary.Row("rope", strategy, 0), length, Result.Metric.ACCURACY)
        .orElseThrow()
        .mean();
  }
}
