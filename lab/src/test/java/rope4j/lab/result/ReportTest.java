package rope4j.lab.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.lab.result.Result.Metric;

/// What people see of results.
class ReportTest {

  private static final List<Result> RESULTS =
      List.of(
          Samples.of("rope", "unscaled", 0, 128, Metric.ACCURACY, 1),
          Samples.of("rope", "unscaled", 0, 128, Metric.NLL, 0.01),
          Samples.of("rope", "unscaled", 1, 128, Metric.ACCURACY, 0.98),
          Samples.of("rope", "unscaled", 1, 128, Metric.NLL, 0.03),
          Samples.of("rope", "unscaled", 0, 512, Metric.ACCURACY, 0.002),
          Samples.of("rope", "unscaled", 0, 512, Metric.NLL, Math.log(2575)),
          Samples.of("rope", "YaRN", 0, 512, Metric.ACCURACY, 0.955),
          Samples.of("rope", "YaRN", 0, 512, Metric.NLL, Math.log(1.3)));

  private static final List<Result> TEXT =
      List.of(
          Samples.of("rope", "unscaled", 0, 256, Metric.NLL, 1.5),
          Samples.of("rope", "unscaled", 0, 256, Metric.FLOOR, 1.25));

  @TempDir private Path folder;

  @Test
  void theTableHasARowForEachScalingAndAColumnForEachLength() {
    assertThat(Table.of(Summary.of(RESULTS)).text())
        .isEqualTo(
            """
            encoding, scaling                128     512 (4×)
            rope               99.0 ± 1.4 (1.02)   0.2 (2575)
            rope, YaRN                         –  95.5 (1.30)
            """);
  }

  @Test
  void theTableOfATextShowsWhatIsAboveTheFloor() {
    assertThat(Table.of(Summary.of(TEXT)).text())
        .isEqualTo(
            """
            encoding, scaling        256 (2×)
            rope               1.500 (+0.250)
            """);
  }

  @Test
  void aMarkdownTableCanGoToTheDocs() {
    assertThat(Table.of(Summary.of(TEXT)).markdown())
        .isEqualTo(
            """
            | encoding, scaling | 256 (2×) |
            |---|--:|
            | rope | 1.500 (+0.250) |
            """);
  }

  @Test
  void theCaptionSaysHowManySeedsTheSpreadIsOver() {
    assertThat(Table.of(Summary.of(RESULTS)).caption()).contains("over 2 seeds");
    assertThat(Table.of(Summary.of(TEXT)).caption()).contains("One seed");
  }

  @Test
  void theTerminalShowsTableAndChart() {
    assertThat(Report.of("What it is about.", RESULTS).text())
        .startsWith("mine: What it is about.")
        .contains("accuracy, %", "a  rope", "b  rope, YaRN");
  }

  @Test
  void thePageNeedsNothingElseAndThePicturesCanBeRead() throws IOException {
    Report.of("About <RoPE> & co.", RESULTS).write(folder);
    String page = Files.readString(folder.resolve("report.html"));
    assertThat(page)
        .contains("About &lt;RoPE&gt; &amp; co.", "<svg", "95.5 (1.30)")
        .doesNotContain("http://", "https://", "<script");
    assertThat(ImageIO.read(folder.resolve("by-length.png").toFile()).getWidth()).isEqualTo(1200);
  }
}
