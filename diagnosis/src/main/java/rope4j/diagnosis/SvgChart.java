package rope4j.diagnosis;

import static rope4j.diagnosis.page.Drawing.number;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import rope4j.diagnosis.page.Axis;
import rope4j.diagnosis.page.Drawing;
import rope4j.diagnosis.page.Markup;

/// NLL by position as an inline SVG: a line per strategy and one for the control, each named where
/// it ends.
///
/// Colours and widths are the style sheet's; this class decides where things are.
final class SvgChart {

  private static final int LINE_HEIGHT = 17;
  private static final int TOP = 44;
  private static final int BOTTOM = 46;
  private static final int LEFT = 44;
  private static final int LEADER = 20;

  /// How large the chart is drawn; a page holds one for wide and one for narrow screens. Labels of
  /// more than so many characters are cut.
  enum Size {
    WIDE("wide", 1000, 460, 8, 26),
    NARROW("narrow", 420, 380, 4, 15);

    private final String name;
    private final int width;
    private final int height;
    private final int ticks;
    private final int longestLabel;

    Size(String name, int width, int height, int ticks, int longestLabel) {
      this.name = name;
      this.width = width;
      this.height = height;
      this.ticks = ticks;
      this.longestLabel = longestLabel;
    }
  }

  private final Examination examination;
  private final List<Series> series;
  private final Size size;
  private final int height;
  private final Axis x;
  private final Axis y;
  private final Markup out;
  private final Drawing drawing;

  private SvgChart(Examination examination, List<Series> series, Size size, Markup out) {
    this.examination = examination;
    this.series = series;
    this.size = size;
    this.out = out;
    this.drawing = new Drawing(out);
    this.height = Math.max(size.height, TOP + BOTTOM + LINE_HEIGHT * (series.size() + 1));
    int longest =
        series.stream()
            .mapToInt(s -> Drawing.cut(s.label(), size.longestLabel).length())
            .max()
            .orElse(0);
    // 7 units a character: a little more than a system font takes at 13.
    double right = size.width - LEADER - 7.0 * longest - 6;
    this.x = Axis.positions(examination.contextLength(), LEFT, right, size.ticks);
    double least = values(series).min().orElse(0);
    double greatest = values(series).max().orElse(1);
    this.y = Axis.values(least, greatest, height - BOTTOM, TOP, 7);
  }

  static void draw(Examination examination, List<Series> series, Size size, Markup out) {
    new SvgChart(examination, series, size, out).draw();
  }

  private static DoubleStream values(List<Series> series) {
    return series.stream()
        .flatMap(s -> s.curve().stream())
        .mapToDouble(Double::doubleValue)
        .filter(Double::isFinite);
  }

  private void draw() {
    String title = "chart-" + size.name + "-title";
    String desc = "chart-" + size.name + "-desc";
    out.open(
        "svg",
        "class",
        "chart " + size.name,
        "viewBox",
        "0 0 " + size.width + " " + height,
        "role",
        "img",
        "aria-labelledby",
        title + " " + desc,
        "data-left",
        number(x.start()),
        "data-right",
        number(x.end()),
        "data-top",
        number(y.end()),
        "data-bottom",
        number(y.start()),
        "data-length",
        Integer.toString(examination.contextLength()));
    out.element("title", "Loss by position: " + examination.model(), "id", title);
    out.element("desc", description(), "id", desc);
    background();
    out.open("g", "class", "lines");
    // The recommended strategy's line lies on top.
    series.stream().filter(s -> !s.recommended()).forEach(this::line);
    series.stream().filter(Series::recommended).forEach(this::line);
    out.close();
    endLabels();
    out.empty(
        "line",
        "class",
        "cursor",
        "x1",
        "0",
        "x2",
        "0",
        "y1",
        number(y.end()),
        "y2",
        number(y.start()));
    out.close();
  }

  private String description() {
    return "Mean negative log-likelihood in nats by position, from 0 to "
        + examination.contextLength()
        + "; the trained length is "
        + examination.description().trainedLength()
        + ". "
        + examination.results().stream()
            .map(r -> r.strategy().label() + ": " + r.verdict().text())
            .collect(Collectors.joining(", "))
        + ". The tables below hold the numbers.";
  }

  private void background() {
    int trained = examination.description().trainedLength();
    double border = x.at(Math.min(trained, examination.contextLength()));
    out.empty(
        "rect",
        "class",
        "extension",
        "x",
        number(border),
        "y",
        number(y.end()),
        "width",
        number(x.end() - border),
        "height",
        number(y.start() - y.end()));
    for (double tick : y.ticks()) {
      String at = number(y.at(tick));
      String style = tick == y.low() ? "base" : "grid";
      out.empty(
          "line",
          "class",
          style,
          "x1",
          number(x.start()),
          "x2",
          number(x.end()),
          "y1",
          at,
          "y2",
          at);
      drawing.text(
          "tick", x.start() - 8, y.at(tick) + 4, "end", Numbers.decimals(tick, y.digits()));
    }
    for (double tick : x.ticks()) {
      String at = number(x.at(tick));
      out.empty(
          "line",
          "class",
          "base",
          "x1",
          at,
          "x2",
          at,
          "y1",
          number(y.start()),
          "y2",
          number(y.start() + 5));
      drawing.text("tick", x.at(tick), y.start() + 19, "middle", Numbers.count((long) tick));
    }
    drawing.text("axis", 4, 14, "start", "NLL, nats per token");
    drawing.text("axis", (x.start() + x.end()) / 2, height - 6, "middle", "position, tokens");
    String at = number(border);
    out.empty(
        "line",
        "class",
        "trained",
        "x1",
        at,
        "x2",
        at,
        "y1",
        number(y.end() - 8),
        "y2",
        number(y.start()));
    boolean left = border < (x.start() + x.end()) / 2;
    drawing.text(
        "trained-label",
        border + (left ? 6 : -6),
        y.end() - 6,
        left ? "start" : "end",
        "trained length " + Numbers.count(trained));
  }

  private double inside(double value) {
    return y.at(Math.clamp(value, y.low(), y.high()));
  }

  private void line(Series s) {
    StringBuilder path = new StringBuilder();
    boolean pen = false;
    for (int i = 0; i < s.curve().size(); i++) {
      double value = s.curve().get(i);
      if (Double.isFinite(value)) {
        path.append(pen ? 'L' : 'M')
            .append(number(stepAt(s, i)))
            .append(' ')
            .append(number(y.at(value)));
      }
      pen = Double.isFinite(value);
    }
    out.empty(
        "path",
        "class",
        "line " + s.style() + (s.recommended() ? " best" : ""),
        "d",
        path.toString(),
        "data-label",
        s.label(),
        "data-values",
        s.curve().stream().map(Numbers::nats).collect(Collectors.joining(" ")));
  }

  /// The middle of the positions that a step of a curve is the mean of.
  private double stepAt(Series s, int step) {
    double positions = examination.contextLength() - 1.0;
    return x.at(positions * (step + 0.5) / s.curve().size());
  }

  private void endLabels() {
    double[] wanted = series.stream().mapToDouble(s -> inside(s.last())).toArray();
    double[] places = EndLabels.spread(wanted, LINE_HEIGHT, y.end(), y.start());
    out.open("g", "class", "labels");
    for (int i = 0; i < places.length; i++) {
      Series s = series.get(i);
      out.empty(
          "path",
          "class",
          "leader " + s.style(),
          "d",
          "M"
              + number(s.curve().isEmpty() ? x.end() : stepAt(s, s.curve().size() - 1))
              + " "
              + number(wanted[i])
              + "L"
              + number(x.end() + LEADER - 5)
              + " "
              + number(places[i]));
      drawing.text(
          "end-label " + s.style() + (s.recommended() ? " best" : ""),
          x.end() + LEADER,
          places[i] + 4,
          "start",
          Drawing.cut(s.label(), size.longestLabel));
    }
    out.close();
  }
}
