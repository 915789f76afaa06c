package rope4j.lab.result;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/// A summary as a table: accuracy in percent with the perplexity behind it, or for texts the NLL
/// with what it is above the floor.
public final class Table {

  private final Summary summary;
  private final List<List<String>> lines = new ArrayList<>();

  private Table(Summary summary) {
    this.summary = summary;
    List<String> head = new ArrayList<>(List.of("encoding, scaling"));
    summary.lengths().forEach(length -> head.add(times(length)));
    lines.add(head);
    for (Summary.Row row : summary.rows()) {
      List<String> line = new ArrayList<>(List.of(row.label()));
      summary.lengths().forEach(length -> line.add(cell(row, length)));
      lines.add(line);
    }
  }

  /// The table of a summary.
  public static Table of(Summary summary) {
    return new Table(summary);
  }

  /// What the numbers are, in a sentence or two.
  public String caption() {
    String spread =
        summary.seeds() > 1
            ? " Mean ± standard deviation over " + summary.seeds() + " seeds."
            : " One seed.";
    String what =
        summary.hasFloor() ? "NLL in nats (above the floor)" : "Accuracy in % (perplexity)";
    return what
        + " on test sequences of each length; trained on "
        + summary.trainedLength()
        + " tokens, and past that only later positions count."
        + spread;
  }

  /// The head, then a line a row; the first cell of each is its label.
  public List<List<String>> lines() {
    return lines.stream().map(List::copyOf).toList();
  }

  /// For a terminal: columns that stand below each other.
  public String text() {
    int[] widths =
        IntStream.range(0, lines.getFirst().size())
            .map(column ->
                lines.stream().mapToInt(line -> line.get(column).length()).max().orElse(0))
            .toArray();
    StringBuilder out = new StringBuilder();
    for (List<String> line : lines) {
      StringBuilder row = new StringBuilder();
      for (int column = 0; column < widths.length; column++) {
        String blank = " ".repeat(widths[column] - line.get(column).length());
        row.append(column == 0 ? line.get(column) + blank : "  " + blank + line.get(column));
      }
      out.append(row.toString().stripTrailing()).append('\n');
    }
    return out.toString();
  }

  /// For a Markdown page.
  public String markdown() {
    Function<List<String>, String> row = line -> "| " + String.join(" | ", line) + " |\n";
    StringBuilder out = new StringBuilder(row.apply(lines.getFirst()));
    out.append("|---|").append("--:|".repeat(lines.getFirst().size() - 1)).append('\n');
    lines.stream().skip(1).map(row).forEach(out::append);
    return out.toString();
  }

  private String times(int length) {
    double times = (double) length / summary.trainedLength();
    return times > 1 && times == Math.rint(times)
        ? length + " (" + (int) times + "×)"
        : Integer.toString(length);
  }

  private String cell(Summary.Row row, int length) {
    Optional<Cell> nll = summary.cell(row, length, Result.Metric.NLL);
    if (nll.isEmpty()) {
      return "–";
    }
    if (summary.hasFloor()) {
      Cell floor =
          summary.cell(row, length, Result.Metric.FLOOR).orElse(new Cell(Double.NaN, 0, 0));
      return with(nll.get(), 1, 3)
          + String.format(Locale.ROOT, " (%+.3f)", nll.get().mean() - floor.mean());
    }
    Optional<Cell> accuracy = summary.cell(row, length, Result.Metric.ACCURACY);
    return accuracy.map(a -> with(a, 100, 1)).orElse("–")
        + " ("
        + perplexity(Math.exp(nll.get().mean()))
        + ")";
  }

  private static String with(Cell cell, double unit, int decimals) {
    String mean = String.format(Locale.ROOT, "%." + decimals + "f", unit * cell.mean());
    return cell.seeds() < 2
        ? mean
        : mean + String.format(Locale.ROOT, " ± %." + decimals + "f", unit * cell.spread());
  }

  private static String perplexity(double value) {
    String format = value < 2 ? "%.2f" : value < 10 ? "%.1f" : "%.0f";
    return value < 1e6 ? String.format(Locale.ROOT, format, value) : "> 1e6";
  }
}
