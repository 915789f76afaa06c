package rope4j.diagnosis;

import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import rope4j.checkpoint.config.RopeDifference;
import rope4j.diagnosis.comparison.Comparison;
import rope4j.diagnosis.comparison.Deviation;
import rope4j.diagnosis.comparison.EngineReading;
import rope4j.diagnosis.comparison.Reference;
import rope4j.diagnosis.text.TerminalText;

/// A comparison of engines as text of at most 100 columns.
public final class ComparisonReport {

  private static final String ROW = "%-15s %-18s %11s %18s %12s %9s";

  private final Comparison comparison;
  private final TerminalText out;

  private ComparisonReport(Comparison comparison, boolean colors) {
    this.comparison = comparison;
    this.out = new TerminalText(colors);
  }

  /// @param colors whether ANSI colours are used
  public static String render(Comparison comparison, boolean colors) {
    ComparisonReport report = new ComparisonReport(comparison, colors);
    report.heading();
    report.deviations();
    report.refusals();
    return report.out.toString();
  }

  private void heading() {
    out.line("");
    String engines =
        comparison.readings().stream()
            .map(reading -> reading.engine().title())
            .collect(Collectors.joining(", "));
    out.wrap(
        "",
        0,
        out.bold("engines compared") + format(" at %,d tokens: ", comparison.length()) + engines);
    if (comparison.reference().isEmpty()) {
      out.line("None of these engines rotates this model.");
      return;
    }
    Reference right = comparison.reference().get();
    out.wrap("right: ", 7, right.engine().title() + ". " + right.reason());
    if (comparison.deviations().isEmpty()) {
      out.line("No other of these engines rotates this model.");
    } else if (comparison.agrees()) {
      out.line(
          out.ansi("32", comparison.deviations().size() == 1 ? "Both" : "All that read it")
              + " rotate it alike, at every length.");
    }
  }

  private void deviations() {
    List<Deviation> apart =
        comparison.deviations().stream().filter(deviation -> !deviation.none()).toList();
    if (apart.isEmpty()) {
      return;
    }
    out.line("");
    out.line(out.bold(format(ROW, "engine", "text", "pairs off", "worst pair", "from", "logits")));
    for (Deviation deviation : comparison.deviations()) {
      deviation(deviation);
    }
    out.wrap(
        "",
        0,
        out.dim(
            format(
                "pairs off by more than %.1f rad at the end of the text; from: first position with"
                    + " %.1f rad; logits: what attention scores are multiplied by",
                Deviation.OFF, Deviation.NOTICEABLE)));
  }

  private void deviation(Deviation deviation) {
    String engine = deviation.engine().title();
    if (deviation.none()) {
      out.line(format("%-15s ", engine) + out.ansi("32", "the same") + layers(deviation));
      return;
    }
    out.line(row(engine, comparison.length(), deviation.atLength()) + layers(deviation));
    if (!deviation.shortText().equals(deviation.atLength())
        || comparison.shortPosition() < comparison.length()) {
      out.line(row("", comparison.shortPosition(), deviation.shortText()));
    }
    deviation.causes().forEach(cause -> out.wrap("  → ", 4, cause));
  }

  private static String layers(Deviation deviation) {
    return deviation.layerType().map(type -> "  " + type.replace('_', ' ')).orElse("");
  }

  private String row(String engine, int position, RopeDifference difference) {
    String length = format("%,d tokens", position);
    if (difference.none()) {
      return format(ROW, engine, length, "0 of " + difference.pairs(), "", "", "");
    }
    int worst = difference.worstPair();
    boolean turns = difference.apart(worst) > 0;
    OptionalLong from = difference.firstPosition(Deviation.NOTICEABLE);
    double logits = difference.logitRatio();
    String row =
        format(
            ROW,
            engine,
            length,
            difference.pairsOff(Deviation.OFF, position) + " of " + difference.pairs(),
            turns ? format("%d: %s", worst, radians(difference.radians(worst, position))) : "",
            from.isPresent() ? format("%,d", from.getAsLong()) : "never",
            logits == 1 ? "" : format("×%.4g", logits));
    return difference.pairsOff(Deviation.OFF, position) > 0 ? out.ansi("31", row) : row;
  }

  /// More than a turn apart is as good as anywhere.
  private static String radians(double radians) {
    return radians >= 2 * Math.PI ? "a turn or more" : format("%.3g rad", radians);
  }

  private void refusals() {
    List<EngineReading> refusing = comparison.refusing();
    if (!refusing.isEmpty()) {
      out.line("");
    }
    for (EngineReading reading : refusing) {
      out.wrap(format("%-15s ", reading.engine().title()), 16, reading.refusal());
    }
  }

  private static String format(String pattern, Object... arguments) {
    return String.format(Locale.ROOT, pattern, arguments);
  }
}
