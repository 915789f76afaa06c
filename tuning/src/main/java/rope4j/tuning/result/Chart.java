package rope4j.tuning.result;

import static rope4j.diagnosis.page.Drawing.number;

import java.util.Locale;
import rope4j.diagnosis.page.Axis;
import rope4j.diagnosis.page.Drawing;
import rope4j.diagnosis.page.Markup;

/// An empty plot with its axes; what is drawn into it is the caller's.
final class Chart {

  static final int WIDTH = 1000;
  static final int HEIGHT = 420;
  static final int LEFT = 54;
  static final int RIGHT = 970;
  static final int TOP = 30;
  static final int BOTTOM = 372;

  private final Markup out;
  private final Drawing drawing;
  private final Axis x;
  private final Axis y;

  private Chart(Markup out, Axis x, Axis y) {
    this.out = out;
    this.drawing = new Drawing(out);
    this.x = x;
    this.y = y;
  }

  /// Opens the drawing; [#close] ends it.
  ///
  /// @param id of its title, unlike any other on the page
  static Chart open(
      Markup out, String id, String title, Axis x, String xName, Axis y, String yName) {
    out.open(
        "svg",
        "class",
        "chart",
        "viewBox",
        "0 0 " + WIDTH + " " + HEIGHT,
        "role",
        "img",
        "aria-labelledby",
        id);
    out.element("title", title, "id", id);
    Chart chart = new Chart(out, x, y);
    chart.axes(xName, yName);
    return chart;
  }

  void close() {
    out.close();
  }

  private void axes(String xName, String yName) {
    for (double tick : y.ticks()) {
      line("grid", LEFT, y.at(tick), RIGHT, y.at(tick));
      text("tick", LEFT - 8, y.at(tick) + 4, "end", decimals(tick, y.digits()));
    }
    line("base", LEFT, BOTTOM, RIGHT, BOTTOM);
    for (double tick : x.ticks()) {
      line("base", x.at(tick), BOTTOM, x.at(tick), BOTTOM + 5);
      text("tick", x.at(tick), BOTTOM + 19, "middle", decimals(tick, x.digits()));
    }
    text("axis", 4, 14, "start", yName);
    text("axis", (LEFT + RIGHT) / 2.0, HEIGHT - 8, "middle", xName);
  }

  Axis x() {
    return x;
  }

  Axis y() {
    return y;
  }

  void line(String style, double x1, double y1, double x2, double y2) {
    drawing.line(style, x1, y1, x2, y2);
  }

  void text(String style, double atX, double atY, String anchor, String text) {
    drawing.text(style, atX, atY, anchor, text);
  }

  /// A point of the plot with what a pointer over it shows.
  void dot(String style, double valueX, double valueY, double radius, String what) {
    out.open(
        "circle",
        "class",
        style,
        "cx",
        number(x.at(valueX)),
        "cy",
        number(y.at(valueY)),
        "r",
        number(radius));
    out.element("title", what);
    out.close();
  }

  void path(String style, String path) {
    out.empty("path", "class", style, "d", path);
  }

  static String decimals(double value, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }
}
