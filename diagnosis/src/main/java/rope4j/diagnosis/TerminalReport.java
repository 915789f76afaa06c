package rope4j.diagnosis;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import rope4j.checkpoint.ModelDescription;
import rope4j.diagnosis.Verdict.Level;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.recipe.Recipe;
import rope4j.diagnosis.text.TerminalText;

/// The examination as text of at most 100 columns.
public final class TerminalReport {

  private static final String BARS = "▁▂▃▄▅▆▇█";
  private static final int CURVE_WIDTH = 32;

  /// Strategies of one table: more would not fit into 100 columns.
  private static final int COLUMNS = 4;

  private final Examination examination;
  private final TerminalText out;

  private TerminalReport(Examination examination, boolean colors) {
    this.examination = examination;
    this.out = new TerminalText(colors);
  }

  /// @param colors whether ANSI colours are used
  public static String render(Examination examination, boolean colors) {
    TerminalReport report = new TerminalReport(examination, colors);
    report.heading();
    if (!examination.results().isEmpty()) {
      report.strategies();
      report.buckets();
      report.shortDamage();
    }
    report.findings();
    examination.probes().ifPresent(probes -> new ProbeLines(probes, report.out).print());
    report.recommendation();
    return report.out.toString();
  }

  private void heading() {
    ModelDescription model = examination.description();
    out.line("");
    out.line(
        out.bold(examination.model())
            + format(
                "  %s, %d layers, %d heads of %d",
                model.architecture(), model.layers(), model.heads(), model.headDimension()));
    out.line(
        format(
            "trained on %,d tokens, asked for %,d (×%s); base %s, %d pairs",
            model.trainedLength(),
            examination.contextLength(),
            Strategy.trim((double) examination.contextLength() / model.trainedLength()),
            Strategy.trim(model.rope().base()),
            model.rotaryDimension() / 2));
    Examination.Cost cost = examination.cost();
    out.wrap(
        "",
        0,
        format(
            "%s: %s of %,d tokens; %,d tokens computed in %.1f s on %s",
            examination.text(),
            count(examination.windows(), "window"),
            examination.contextLength(),
            cost.prefillTokens() + cost.controlTokens(),
            cost.seconds(),
            count(cost.threads(), "thread")));
    out.line("");
  }

  private static String count(int number, String thing) {
    return number + " " + thing + (number == 1 ? "" : "s");
  }

  /// One line a strategy: verdict, curve, loss past the trained length, damage to short text.
  private void strategies() {
    int trained = examination.description().trainedLength();
    out.line(
        out.bold(
            format(
                "%-18s %-18s %-" + CURVE_WIDTH + "s %13s %12s",
                "strategy",
                "verdict",
                format("NLL by position 0…%d", examination.contextLength()),
                "past " + trained,
                "short text")));
    double[] range = range();
    for (StrategyResult result : examination.results()) {
      boolean best = examination.recommended().filter(result.strategy().name()::equals).isPresent();
      Interval added = result.added().nll();
      out.line(
          format("%-18s ", (best ? "★ " : "  ") + result.strategy().label())
              + verdict(result.verdict(), 18)
              + " "
              + curve(result.curve(), range)
              + format(" %6.3f %6s", added.mean(), margin(added))
              + format(" KL %7s", kl(result.shortDamage().meanKl())));
    }
    out.line(
        format("  %-16s %-18s ", "control", format("window ≤ %d", trained))
            + curve(examination.controlCurve(), range)
            + control(examination.results().getFirst().added().control()));
    out.line(out.dim(format("  %35s %s", "", marker(trained))));
  }

  private static String control(Interval interval) {
    return format(" %6.3f %6s", interval.mean(), margin(interval));
  }

  private static String margin(Interval interval) {
    return interval.estimated() ? format("±%5.3f", interval.halfWidth()) : "";
  }

  private static String kl(double value) {
    if (value < 1e-6) {
      return "0";
    }
    return value < 0.0005 ? "<0.001" : format("%.3f", value);
  }

  /// Points at the trained length under the curves.
  private String marker(int trained) {
    int column =
        Math.min(
            CURVE_WIDTH - 1, (int) ((long) trained * CURVE_WIDTH / examination.contextLength()));
    return " ".repeat(column) + "^ trained length " + trained;
  }

  private double[] range() {
    DoubleStream values =
        DoubleStream.concat(
            examination.results().stream()
                .flatMapToDouble(r -> r.curve().stream().mapToDouble(v -> v)),
            examination.controlCurve().stream().mapToDouble(v -> v));
    var statistics = values.summaryStatistics();
    return new double[] {
      statistics.getMin(), Math.max(statistics.getMax(), statistics.getMin() + 1e-9)
    };
  }

  /// A character per step, coloured by how it stands to the control there.
  private String curve(List<Double> values, double[] range) {
    List<Double> control = examination.controlCurve();
    StringBuilder bars = new StringBuilder();
    int width = Math.min(CURVE_WIDTH, values.size());
    for (int i = 0; i < width; i++) {
      int from = i * values.size() / width;
      int to = (i + 1) * values.size() / width;
      double mean = mean(values, from, to);
      int height =
          (int) Math.round((mean - range[0]) / (range[1] - range[0]) * (BARS.length() - 1));
      String bar = String.valueOf(BARS.charAt(height));
      bars.append(paint(level(mean - mean(control, from, to)), bar));
    }
    return bars + " ".repeat(CURVE_WIDTH - width);
  }

  private Level level(double excess) {
    Criteria criteria = examination.criteria();
    if (excess >= criteria.breaks()) {
      return Level.BREAKS;
    }
    return excess >= criteria.degrades() ? Level.DEGRADES : Level.HOLDS;
  }

  private static double mean(List<Double> values, int from, int to) {
    return values.subList(from, to).stream().mapToDouble(v -> v).average().orElseThrow();
  }

  /// NLL and interval of every bucket, coloured by how it stands to the control.
  private void buckets() {
    List<StrategyResult> results = examination.results();
    for (int first = 0; first < results.size(); first += COLUMNS) {
      buckets(results.subList(first, Math.min(first + COLUMNS, results.size())));
    }
    boolean enough = examination.windows() >= Blocks.ENOUGH_WINDOWS;
    out.line(
        out.dim(
            "nats per token, mean ± 95 % interval"
                + (enough ? "" : " of these windows, not of other texts")
                + "; lower is better"));
  }

  private void buckets(List<StrategyResult> results) {
    out.line("");
    StringBuilder head = new StringBuilder(format("%-15s %8s", "position", "control"));
    results.forEach(r -> head.append(format(" %16s", r.strategy().label())));
    out.line(out.bold(head.toString()));
    List<Bucket> rows = results.getFirst().buckets();
    for (int i = 0; i < rows.size(); i++) {
      Bucket row = rows.get(i);
      StringBuilder cells =
          new StringBuilder(
              format("%-15s %8.3f", row.from() + "–" + row.to(), row.control().mean()));
      for (StrategyResult result : results) {
        Bucket bucket = result.buckets().get(i);
        cells.append(
            paint(
                examination.criteria().judge(List.of(bucket)).level(),
                format(" %9.3f %6s", bucket.nll().mean(), margin(bucket.nll()))));
      }
      out.line(cells.toString());
    }
  }

  /// What each strategy changes in text that needs no extension.
  private void shortDamage() {
    out.line("");
    out.line(
        out.bold(
            format("%-18s %9s %9s %14s", "short text", "mean KL", "99 % below", "same token")));
    for (StrategyResult result : examination.results()) {
      ShortDamage damage = result.shortDamage();
      out.line(
          format(
              "  %-16s %9s %9s %13.1f %%",
              result.strategy().label(),
              kl(damage.meanKl()),
              kl(damage.kl99()),
              100 * damage.topAgreement()));
    }
  }

  private void findings() {
    if (examination.findings().isEmpty()) {
      return;
    }
    out.line("");
    examination.findings().forEach(finding -> FindingLines.print(out, finding, false));
  }

  private void recommendation() {
    out.line("");
    if (examination.results().isEmpty()) {
      out.wrap(
          "",
          0,
          "No window was measured in the time there was: nothing can be said. Give more time.");
      return;
    }
    if (examination.best().isEmpty()) {
      out.wrap(
          "",
          0,
          out.bold("No strategy is fit for use at this length.")
              + " Stay within "
              + examination.description().trainedLength()
              + " tokens.");
      return;
    }
    StrategyResult best = examination.best().orElseThrow();
    out.line(
        out.bold("recommended: " + best.strategy().label()) + " — " + verdict(best.verdict(), 0));
    out.wrap("  ", 2, Conclusion.comparison(examination, best));
    Conclusion.shortText(examination, best).ifPresent(text -> out.wrap("  ", 2, text));
    recipes();
  }

  /// The engine whose rotation was measured; the others by name.
  private void recipes() {
    if (examination.recipes().isEmpty()) {
      return;
    }
    Recipe first = examination.recipes().getFirst();
    first.text().lines().forEach(line -> out.line("  " + line));
    if (!first.note().isEmpty()) {
      out.wrap("  ", 2, first.note() + ".");
    }
    String others =
        examination.recipes().stream()
            .map(Recipe::engine)
            .filter(engine -> engine != first.engine())
            .distinct()
            .map(Engine::title)
            .collect(Collectors.joining(", "));
    if (!others.isEmpty()) {
      out.wrap("  ", 2, "How to run it in " + others + ": --json, or the page.");
    }
  }

  private String paint(Level level, String text) {
    return out.ansi(
        switch (level) {
          case HOLDS -> "32";
          case DEGRADES -> "33";
          case BREAKS -> "31";
        },
        text);
  }

  private String verdict(Verdict verdict, int width) {
    return paint(
        verdict.level(), width == 0 ? verdict.text() : format("%-" + width + "s", verdict.text()));
  }

  private static String format(String pattern, Object... arguments) {
    return String.format(Locale.ROOT, pattern, arguments);
  }
}
