package rope4j.lab.result;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import rope4j.checkpoint.CheckpointException;

/// An experiment as one page that needs nothing else.
final class HtmlPage {

  private static final int WIDTH = 900;
  private static final int HEIGHT = 420;
  private static final int LEFT = 50;
  private static final int RIGHT = 250;
  private static final int TOP = 20;
  private static final int BOTTOM = 50;

  private static final String STYLE =
      """
      body { font: 16px/1.5 system-ui, sans-serif; max-width: 1080px; margin: 40px auto; padding: 0 20px; color: #1c1e21; background: #fff; }
      table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
      th, td { padding: 5px 10px; text-align: right; border-bottom: 1px solid #ddd; white-space: nowrap; }
      th:first-child { text-align: left; }
      .scroll { overflow-x: auto; }
      svg { width: 100%; height: auto; font-size: 13px; }
      .note { color: #666; font-size: 14px; }
      @media (prefers-color-scheme: dark) {
        body { background: #16181b; color: #e4e6e8; } th, td { border-color: #3a3d42; }
        svg { background: #fff; } .note { color: #9aa0a6; }
      }
      """;

  private HtmlPage() {}

  static void write(Path file, String description, Summary summary, List<Chart> charts) {
    StringBuilder out = new StringBuilder();
    out.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>")
        .append("<title>rope lab: ")
        .append(escaped(summary.experiment()))
        .append("</title><style>\n")
        .append(STYLE)
        .append("</style></head><body>\n<h1>")
        .append(escaped(summary.experiment()))
        .append("</h1>\n<p>")
        .append(escaped(description))
        .append("</p>\n");
    table(out, Table.of(summary));
    for (Chart chart : charts) {
      out.append("<h2>").append(escaped(chart.title())).append("</h2>\n");
      svg(out, chart);
    }
    out.append("</body></html>\n");
    try {
      Files.writeString(file, out);
    } catch (IOException e) {
      throw new CheckpointException(
          file + ": the page can't be written (" + e.getMessage() + ")", e);
    }
  }

  private static void table(StringBuilder out, Table table) {
    out.append("<div class=\"scroll\"><table>\n");
    for (int i = 0; i < table.lines().size(); i++) {
      List<String> line = table.lines().get(i);
      out.append("<tr>");
      for (int column = 0; column < line.size(); column++) {
        String tag = i == 0 || column == 0 ? "th" : "td";
        out.append('<').append(tag).append('>').append(escaped(line.get(column)));
        out.append("</").append(tag).append('>');
      }
      out.append("</tr>\n");
    }
    out.append("</table></div>\n<p class=\"note\">")
        .append(escaped(table.caption()))
        .append("</p>\n");
  }

  private static void svg(StringBuilder out, Chart chart) {
    out.append("<svg viewBox=\"0 0 %d %d\" role=\"img\">%n".formatted(WIDTH, HEIGHT));
    out.append("<title>").append(escaped(chart.title())).append("</title>\n");
    double step = Chart.step(chart.top());
    for (double value = 0; value <= chart.top() + step / 2; value += step) {
      stroke(
          out,
          "#ddd",
          "1",
          x(chart, chart.left()),
          y(chart, value),
          x(chart, chart.right()),
          y(chart, value));
      text(out, LEFT - 6, y(chart, value) + 4, "end", number(value), "#555");
    }
    double trained = x(chart, chart.trainedLength());
    stroke(out, "#888", "1", trained, TOP, trained, HEIGHT - BOTTOM);
    text(out, trained + 4, HEIGHT - BOTTOM - 6.0, "start", "trained length", "#555");
    for (double at = chart.trainedLength(); at <= chart.right(); at += chart.trainedLength()) {
      text(out, x(chart, at), HEIGHT - BOTTOM + 18, "middle", number(at), "#555");
    }
    text(out, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8, "middle", chart.across(), "#555");
    text(out, 2, TOP - 6, "start", chart.upward(), "#555");
    for (int i = 0; i < chart.lines().size(); i++) {
      line(out, chart, i);
    }
    out.append("</svg>\n");
  }

  private static void line(StringBuilder out, Chart chart, int index) {
    Chart.Line line = chart.lines().get(index);
    String color = PngChart.COLORS[index % PngChart.COLORS.length];
    String dash = index < PngChart.COLORS.length ? "" : " stroke-dasharray=\"8 5\"";
    StringBuilder path = new StringBuilder();
    for (Chart.Point point : line.points()) {
      path.append(path.isEmpty() ? "M" : "L")
          .append(number(x(chart, point.x())))
          .append(' ')
          .append(number(y(chart, point.y())));
    }
    out.append(
        "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s/>%n"
            .formatted(path, color, dash));
    for (Chart.Point point : line.points()) {
      out.append(
          "<circle cx=\"%s\" cy=\"%s\" r=\"3\" fill=\"%s\"/>%n"
              .formatted(number(x(chart, point.x())), number(y(chart, point.y())), color));
    }
    double at = TOP + 12 + 20.0 * index;
    out.append(
        "<path d=\"M%d %sh24\" stroke=\"%s\" stroke-width=\"2\"%s/>%n"
            .formatted(WIDTH - RIGHT + 12, number(at - 4), color, dash));
    text(out, WIDTH - RIGHT + 42, at, "start", line.label(), color);
  }

  private static void stroke(
      StringBuilder out, String color, String width, double x1, double y1, double x2, double y2) {
    out.append(
        "<path d=\"M%s %sL%s %s\" stroke=\"%s\" stroke-width=\"%s\"/>%n"
            .formatted(number(x1), number(y1), number(x2), number(y2), color, width));
  }

  private static void text(
      StringBuilder out, double x, double y, String anchor, String text, String color) {
    out.append(
        "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\" fill=\"%s\">%s</text>%n"
            .formatted(number(x), number(y), anchor, color, escaped(text)));
  }

  private static double x(Chart chart, double value) {
    double width = Math.max(1, chart.right() - chart.left());
    return LEFT + (WIDTH - RIGHT - LEFT) * (value - chart.left()) / width;
  }

  private static double y(Chart chart, double value) {
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / chart.top();
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.valueOf((long) value)
        : String.format(Locale.ROOT, "%.2f", value);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
