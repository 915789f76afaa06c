package rope4j.diagnosis;

import static rope4j.diagnosis.page.Drawing.number;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import rope4j.diagnosis.inspection.LayerForecast;
import rope4j.diagnosis.page.Axis;
import rope4j.diagnosis.page.Drawing;
import rope4j.diagnosis.page.Markup;
import rope4j.diagnosis.prediction.PairForecast;

/// The pairs side by side: how often each turned in training, and below a strip a strategy of the
/// angles it brings that training did not.
final class SvgSpectrum {

  private static final int TOP = 40;
  private static final int PLOT = 150;
  private static final int GAP = 34;
  private static final int STRIP = 22;
  private static final int BOTTOM = 34;

  /// A pair slower than this many turns is drawn at the edge.
  private static final double FEWEST_TURNS = 1e-3;

  /// A strip below the plot.
  ///
  /// @param label the strategy
  /// @param pairs what it brings, pair by pair
  record Row(String label, List<PairForecast> pairs) {

    Row {
      pairs = List.copyOf(pairs);
    }
  }

  /// How large it is drawn, and how many characters a strip's label has room for.
  enum Size {
    WIDE("wide", 1000, 150, 20, 16),
    NARROW("narrow", 420, 98, 12, 8);

    private final String name;
    private final int width;
    private final int left;
    private final int longestLabel;
    private final int ticks;

    Size(String name, int width, int left, int longestLabel, int ticks) {
      this.name = name;
      this.width = width;
      this.left = left;
      this.longestLabel = longestLabel;
      this.ticks = ticks;
    }
  }

  private final LayerForecast layer;
  private final List<PairForecast> pairs;
  private final List<Row> rows;
  private final Size size;
  private final Axis y;
  private final double step;
  private final Markup out;
  private final Drawing drawing;

  private SvgSpectrum(LayerForecast layer, List<Row> rows, Size size, Markup out) {
    this.layer = layer;
    this.pairs = layer.first().pairs();
    this.rows = rows;
    this.size = size;
    this.out = out;
    this.drawing = new Drawing(out);
    this.step = (size.width - size.left - 4.0) / pairs.size();
    this.y = decades();
  }

  static void draw(LayerForecast layer, List<Row> rows, Size size, Markup out) {
    new SvgSpectrum(layer, rows, size, out).draw();
  }

  /// Powers of ten around all turns and the one turn that matters.
  private Axis decades() {
    double least = pairs.stream().mapToDouble(SvgSpectrum::turns).min().orElse(1);
    double most = pairs.stream().mapToDouble(SvgSpectrum::turns).max().orElse(1);
    int low = (int) Math.min(-1, Math.floor(Math.log10(least)));
    int high = (int) Math.max(1, Math.ceil(Math.log10(most)));
    List<Double> ticks = new ArrayList<>();
    for (int power = low; power <= high; power++) {
      ticks.add((double) power);
    }
    return new Axis(low, high, TOP + PLOT, TOP, ticks, 0);
  }

  private static double turns(PairForecast pair) {
    return Math.max(pair.trainedTurns(), FEWEST_TURNS);
  }

  private void draw() {
    String id = "spectrum-" + size.name + layer.layerType().map(type -> "-" + type).orElse("");
    int height = TOP + PLOT + GAP + rows.size() * STRIP + BOTTOM;
    out.open(
        "svg",
        "class",
        "spectrum " + size.name,
        "viewBox",
        "0 0 " + size.width + " " + height,
        "role",
        "img",
        "aria-labelledby",
        id + "-title " + id + "-desc");
    out.element("title", "Turns in training and unseen angles by pair", "id", id + "-title");
    out.element("desc", description(), "id", id + "-desc");
    plot();
    for (int i = 0; i < rows.size(); i++) {
      strip(rows.get(i), TOP + PLOT + GAP + i * STRIP);
    }
    critical();
    for (int pair = 0; pair < pairs.size(); pair += stride()) {
      drawing.text("tick", middle(pair), height - BOTTOM + 16, "middle", Integer.toString(pair));
    }
    drawing.text("axis", size.left + pairs.size() * step / 2, height - 2, "middle", "pair");
    out.close();
  }

  private String description() {
    StringBuilder text = new StringBuilder();
    OptionalInt critical = layer.first().criticalDimension().firstPartialPair();
    critical.ifPresent(
        pair -> text.append("From pair ").append(pair).append(" on less than one turn. "));
    for (Row row : rows) {
      long unseen = row.pairs().stream().filter(PairForecast::seesUnseenAngles).count();
      text.append(row.label()).append(": ").append(unseen).append(" pairs with unseen angles. ");
    }
    return text + "The table below holds the numbers.";
  }

  /// Ticks that fall on round pairs.
  private int stride() {
    int stride = 1;
    while (pairs.size() / stride > size.ticks) {
      stride *= 2;
    }
    return stride;
  }

  private double middle(int pair) {
    return size.left + (pair + 0.5) * step;
  }

  private void plot() {
    drawing.text("axis", 4, 14, "start", "turns in training");
    for (double tick : y.ticks()) {
      drawing.line(
          tick == 0 ? "base" : "grid", size.left, y.at(tick), size.width - 4.0, y.at(tick));
      drawing.text("tick", size.left - 8.0, y.at(tick) + 4, "end", label(tick));
    }
    for (PairForecast pair : pairs) {
      out.empty(
          "circle",
          "class",
          pair.trainedTurns() < 1 ? "pair partial" : "pair",
          "cx",
          number(middle(pair.index())),
          "cy",
          number(y.at(Math.log10(turns(pair)))),
          "r",
          number(Math.clamp(step / 3, 1.5, 4)));
    }
  }

  private static String label(double power) {
    return power < 0
        ? Numbers.decimals(Math.pow(10, power), (int) -power)
        : Numbers.count((long) Math.pow(10, power));
  }

  private void strip(Row row, double top) {
    drawing.text(
        "strip-label",
        size.left - 8.0,
        top + 14,
        "end",
        Drawing.cut(row.label(), size.longestLabel));
    for (PairForecast pair : row.pairs()) {
      double share = pair.unseenRadians() / (2 * Math.PI);
      String x = number(size.left + pair.index() * step + 0.5);
      String width = number(Math.max(step - 1, 0.5));
      cell("cell", x, top, width, "1");
      if (pair.seesUnseenAngles()) {
        // The least that can be told from nothing, then in proportion.
        cell("cell unseen", x, top, width, number(0.2 + 0.8 * share));
      }
    }
  }

  private void cell(String style, String x, double top, String width, String opacity) {
    out.empty(
        "rect",
        "class",
        style,
        "x",
        x,
        "y",
        number(top),
        "width",
        width,
        "height",
        number(STRIP - 4.0),
        "fill-opacity",
        opacity);
  }

  private void critical() {
    OptionalInt first = layer.first().criticalDimension().firstPartialPair();
    if (first.isEmpty()) {
      return;
    }
    double x = size.left + first.getAsInt() * step;
    drawing.line("critical", x, TOP - 8.0, x, TOP + PLOT + GAP + rows.size() * STRIP);
    boolean left = x < size.left + pairs.size() * step / 2;
    drawing.text(
        "critical-label",
        x + (left ? 6 : -6),
        TOP - 12.0,
        left ? "start" : "end",
        "from pair " + first.getAsInt() + ": less than one turn");
  }
}
