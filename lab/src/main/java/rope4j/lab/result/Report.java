package rope4j.lab.result;

import java.nio.file.Path;
import java.util.List;

/// What an experiment showed: text for a terminal, a page and pictures.
public final class Report {

  private final String description;
  private final Summary summary;
  private final List<Chart> charts;

  private Report(String description, List<Result> results) {
    this.description = description;
    this.summary = Summary.of(results);
    this.charts = Charts.of(summary, results);
  }

  /// @param description what the experiment is about
  /// @param results at least one, all of one experiment
  public static Report of(String description, List<Result> results) {
    return new Report(description, results);
  }

  /// For a terminal.
  public String text() {
    Table table = Table.of(summary);
    return summary.experiment()
        + ": "
        + description
        + "\n\n"
        + table.text()
        + "\n"
        + table.caption()
        + "\n\n"
        + TerminalChart.draw(charts.getFirst())
        + "\n";
  }

  /// Writes `report.html` and a picture for each chart.
  public void write(Path folder) {
    HtmlPage.write(folder.resolve("report.html"), description, summary, charts);
    for (Chart chart : charts) {
      PngChart.write(folder.resolve(chart.name() + ".png"), chart);
    }
  }
}
