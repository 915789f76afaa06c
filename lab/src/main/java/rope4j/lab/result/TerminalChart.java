package rope4j.lab.result;

import java.util.Arrays;
import java.util.Locale;

/// A chart of characters: each line has a letter, and the trained length a column of dots.
final class TerminalChart {

  private static final int COLUMNS = 64;
  private static final int ROWS = 14;

  private TerminalChart() {}

  static String draw(Chart chart) {
    char[][] field = new char[ROWS][COLUMNS];
    for (char[] row : field) {
      Arrays.fill(row, ' ');
    }
    double width = Math.max(1, chart.right() - chart.left());
    int trained = column((chart.trainedLength() - chart.left()) / width);
    for (char[] row : field) {
      row[trained] = '·';
    }
    StringBuilder names = new StringBuilder();
    char letter = 'a';
    for (Chart.Line line : chart.lines()) {
      for (int i = 1; i < line.points().size(); i++) {
        draw(field, chart, width, line.points().get(i - 1), line.points().get(i), letter);
      }
      if (line.points().size() == 1) {
        draw(field, chart, width, line.points().getFirst(), line.points().getFirst(), letter);
      }
      names.append("  ").append(letter).append("  ").append(line.label()).append('\n');
      letter++;
    }
    StringBuilder out = new StringBuilder(chart.upward()).append('\n');
    for (int row = 0; row < ROWS; row++) {
      boolean labelled = row == 0 || row == ROWS - 1;
      double value = chart.top() * (ROWS - 1 - row) / (ROWS - 1);
      out.append(labelled ? String.format(Locale.ROOT, "%6.4s │", number(value)) : "       │")
          .append(new String(field[row]).stripTrailing())
          .append('\n');
    }
    out.append("       └").append("─".repeat(COLUMNS)).append('\n');
    String left = number(chart.left());
    String right = number(chart.right());
    out.append("        ")
        .append(left)
        .append(" ".repeat(COLUMNS - left.length() - right.length()))
        .append(right)
        .append('\n');
    return out.append(names).toString();
  }

  private static void draw(
      char[][] field, Chart chart, double width, Chart.Point from, Chart.Point to, char letter) {
    int first = column((from.x() - chart.left()) / width);
    int last = column((to.x() - chart.left()) / width);
    for (int column = first; column <= last; column++) {
      double share = last == first ? 0 : (column - first) / (double) (last - first);
      double value = from.y() + share * (to.y() - from.y());
      int row = (int) Math.round((ROWS - 1) * (1 - value / chart.top()));
      field[Math.clamp(row, 0, ROWS - 1)][column] = letter;
    }
  }

  private static int column(double share) {
    return (int) Math.round((COLUMNS - 1) * Math.clamp(share, 0, 1));
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.valueOf((long) value)
        : String.format(Locale.ROOT, "%.2f", value);
  }
}
