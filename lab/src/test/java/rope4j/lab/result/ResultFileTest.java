package rope4j.lab.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.CheckpointException;
import rope4j.lab.result.Result.Metric;

/// Results on the disk.
class ResultFileTest {

  @TempDir private Path folder;

  @Test
  void resultsComeBackAsTheyWere() {
    List<Result> results =
        List.of(
            Samples.of("rope", "YaRN ×4", 1, 512, Metric.NLL_BY_POSITION, 1.0 / 3),
            Samples.of("a \"quoted\" name", "unscaled", -7, 128, Metric.ACCURACY, 1e-12));
    Path file = folder.resolve("results.jsonl");
    ResultFile.write(file, results);
    assertThat(ResultFile.read(file)).isEqualTo(results);
  }

  @Test
  void noFileHoldsNoResults() {
    assertThat(ResultFile.read(folder.resolve("absent.jsonl"))).isEmpty();
  }

  @Test
  void nothingIsLeftBesideTheFile() throws IOException {
    ResultFile.write(folder.resolve("results.jsonl"), List.of());
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void aDamagedLineIsNamed() throws IOException {
    Path file = folder.resolve("results.jsonl");
    ResultFile.write(file, List.of(Samples.of("rope", "PI", 0, 128, Metric.NLL, 1)));
    Files.writeString(file, Files.readString(file) + "{\"experiment\": \"mine\"}\n");
    assertThatThrownBy(() -> ResultFile.read(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("line 2")
        .hasMessageContaining("encoding");
  }
}
