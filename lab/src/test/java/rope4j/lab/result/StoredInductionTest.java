package rope4j.lab.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What `rope lab run induction --quick` measured, as kept in `lab/results/induction.jsonl`.
class StoredInductionTest {

  private static List<Result> results = List.of();

  @BeforeAll
  static void read() {
    results = ResultFile.read(Path.of("results", "induction.jsonl"));
    assertThat(results).isNotEmpty();
  }

  @Test
  void theModelHasLearntTheTaskWithinTheTrainedLength() {
    assertThat(accuracy("unscaled", 128)).isGreaterThan(0.95);
  }

  @Test
  void atFourTimesTheTrainedLengthTheScalingsComeInThisOrder() {
    assertThat(
            List.of(
                accuracy("unscaled", 512),
                accuracy("NTK-aware", 512),
                accuracy("PI", 512),
                accuracy("by parts", 512),
                accuracy("YaRN", 512)))
        .isSorted()
        .doesNotHaveDuplicates();
  }

  private static double accuracy(String strategy, int length) {
    Summary summary = Summary.of(results);
    return summary
        .cell(new Summary.Row("rope", strategy, 0), length, Result.Metric.ACCURACY)
        .orElseThrow()
        .mean();
  }
}
