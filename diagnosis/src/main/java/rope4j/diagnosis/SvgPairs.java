package rope4j.diagnosis;

import static rope4j.diagnosis.page.Drawing.number;

import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.ToDoubleFunction;
import rope4j.diagnosis.page.Drawing;
import rope4j.diagnosis.page.Markup;
import rope4j.diagnosis.probe.pairs.PairResult;
import rope4j.diagnosis.probe.pairs.PairResult.StrategyRisk;
import rope4j.diagnosis.probe.pairs.PairRisk;

/// The pairs side by side: where norms lie, how often each pair turned in training, how much hangs
/// on it, what reverting it changes, and below a strip a strategy of the harm it leaves.
final class SvgPairs {

  private static final int TITLE = 22;
  private static final int PANEL = 78;
  private static final int GAP = 16;
  private static final int STRIP = 22;
  private static final int BOTTOM = 40;
  private static final double FEWEST_TURNS = 1e-3;

  /// How large it is drawn.
  enum Size {
    WIDE("wide", 1000, 110, 15, 16),
    NARROW("narrow", 420, 84, 10, 8);

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

  private final PairResult result;
  private final List<PairRisk> pairs;
  private final Size size;
  private final Markup out;
  private final Drawing drawing;
  private final double step;
  private double top;

  private SvgPairs(PairResult result, Size size, Markup out) {
    this.result = result;
    this.pairs = result.pairs();
    this.size = size;
    this.out = out;
    this.drawing = new Drawing(out);
    this.step = (size.width - size.left - 4.0) / pairs.size();
  }

  static void draw(PairResult result, Size size, Markup out) {
    new SvgPairs(result, size, out).draw();
  }

  private boolean reverted() {
    return pairs.stream().allMatch(pair -> pair.lossOfReverting().isPresent());
  }

  private void draw() {
    int panels = reverted() ? 4 : 3;
    int strips = result.strategies().isEmpty() ? 0 : TITLE + result.strategies().size() * STRIP;
    int height = panels * (TITLE + PANEL + GAP) + strips + BOTTOM;
    String id = "pairs-" + size.name;
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
    out.element(
        "title", "Norms, turns, risk and the cost of reverting by pair", "id", id + "-title");
    out.element("desc", "The table below holds the numbers.", "id", id + "-desc");
    critical(height - BOTTOM);
    bars("share of a head's norms, the largest", PairRisk::normShare, "column");
    turns();
    bars("risk: radians moved × norm share", PairRisk::risk, "column risk");
    if (reverted()) {
      bars(
          "reverting it alone, nats per token",
          pair -> pair.lossOfReverting().orElse(0.0),
          "column cost");
    }
    strips();
    for (int pair = 0; pair < pairs.size(); pair += stride()) {
      drawing.text("tick", middle(pair), height - BOTTOM + 16, "middle", Integer.toString(pair));
    }
    drawing.text("axis", size.left + pairs.size() * step / 2, height - 4, "middle", "pair");
    out.close();
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

  private void bars(String title, ToDoubleFunction<PairRisk> value, String style) {
    double most = Math.max(0, pairs.stream().mapToDouble(value).max().orElse(0));
    double least = Math.min(0, pairs.stream().mapToDouble(value).min().orElse(0));
    double range = most == least ? 1 : most - least;
    drawing.text("axis", 4, top + 14, "start", title);
    top += TITLE;
    double zero = top + PANEL * most / range;
    if (most == least) {
      zero = top + PANEL;
    }
    tick(top, most, style);
    drawing.line("base", size.left, zero, size.width - 4.0, zero);
    drawing.text("tick", size.left - 8.0, zero + 4, "end", "0");
    if (least < 0) {
      tick(top + PANEL, least, style);
    }
    for (PairRisk pair : pairs) {
      double own = value.applyAsDouble(pair);
      double length = PANEL * Math.abs(own) / range;
      out.empty(
          "rect",
          "class",
          own < 0 ? style + " gain" : style,
          "x",
          number(size.left + pair.index() * step + step * 0.15),
          "y",
          number(own < 0 ? zero : zero - length),
          "width",
          number(step * 0.7),
          "height",
          number(length));
    }
    top += PANEL + GAP;
  }

  /// The label of an end of the scale, unless it would lie over the zero.
  private void tick(double y, double value, String style) {
    if (value != 0) {
      String pattern = style.endsWith("cost") ? "%+.2f" : "%.2f";
      drawing.text(
          "tick", size.left - 8.0, y + 8, "end", String.format(Locale.ROOT, pattern, value));
    }
  }

  private void turns() {
    double most = pairs.stream().mapToDouble(SvgPairs::logTurns).max().orElse(1);
    double least = pairs.stream().mapToDouble(SvgPairs::logTurns).min().orElse(-1);
    double high = Math.max(1, Math.ceil(most));
    double low = Math.min(-1, Math.floor(least));
    drawing.text("axis", 4, top + 14, "start", "turns in training");
    top += TITLE;
    for (double power = low; power <= high; power++) {
      double y = top + PANEL * (high - power) / (high - low);
      drawing.line(power == 0 ? "base" : "grid", size.left, y, size.width - 4.0, y);
      String label =
          power < 0
              ? Numbers.decimals(Math.pow(10, power), (int) -power)
              : Numbers.count((long) Math.pow(10, power));
      drawing.text("tick", size.left - 8.0, y + 4, "end", label);
    }
    for (PairRisk pair : pairs) {
      out.empty(
          "circle",
          "class",
          pair.trainedTurns() < 1 ? "pair partial" : "pair",
          "cx",
          number(middle(pair.index())),
          "cy",
          number(top + PANEL * (high - logTurns(pair)) / (high - low)),
          "r",
          number(Math.clamp(step / 3, 1.5, 4)));
    }
    top += PANEL + GAP;
  }

  private static double logTurns(PairRisk pair) {
    return Math.log10(Math.max(pair.trainedTurns(), FEWEST_TURNS));
  }

  /// Who breaks: unseen radians times norm share that a strategy leaves in each pair.
  private void strips() {
    if (result.strategies().isEmpty()) {
      return;
    }
    drawing.text(
        "axis", 4, top + 14, "start", "unseen radians × norm share that a strategy leaves");
    top += TITLE;
    double most =
        result.strategies().stream()
            .flatMap(strategy -> strategy.unseenByPair().stream())
            .mapToDouble(Double::doubleValue)
            .max()
            .orElse(0);
    for (StrategyRisk strategy : result.strategies()) {
      drawing.text(
          "strip-label",
          size.left - 8.0,
          top + 14,
          "end",
          Drawing.cut(strategy.strategy(), size.longestLabel));
      for (int pair = 0; pair < pairs.size(); pair++) {
        double own = strategy.unseenByPair().get(pair);
        cell("cell", pair, "1");
        if (own > 0) {
          cell("cell unseen", pair, number(0.2 + 0.8 * own / most));
        }
      }
      top += STRIP;
    }
  }

  private void cell(String style, int pair, String opacity) {
    out.empty(
        "rect",
        "class",
        style,
        "x",
        number(size.left + pair * step + 0.5),
        "y",
        number(top),
        "width",
        number(Math.max(step - 1, 0.5)),
        "height",
        number(STRIP - 4.0),
        "fill-opacity",
        opacity);
  }

  private void critical(double bottom) {
    OptionalInt first =
        pairs.stream().filter(pair -> pair.trainedTurns() < 1).mapToInt(PairRisk::index).min();
    if (first.isEmpty()) {
      return;
    }
    double x = size.left + first.getAsInt() * step;
    drawing.line("critical", x, 4, x, bottom);
    boolean left = x < size.left + pairs.size() * step / 2;
    drawing.text(
        "critical-label",
        x + (left ? 6 : -6),
        14,
        left ? "start" : "end",
        size == Size.WIDE ? "from pair " + first.getAsInt() + ": less than one turn" : "");
  }
}
