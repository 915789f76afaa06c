package rope4j.tuning.result;

import java.util.Locale;
import rope4j.diagnosis.Interval;
import rope4j.diagnosis.text.TerminalText;

/// A result as a terminal shows it, at most a hundred columns.
public final class TuningTable {

  private static final int NAME = 44;

  private TuningTable() {}

  /// The table and the verdict.
  ///
  /// @param colors whether ANSI colours are used
  public static String render(Tuning tuning, boolean colors) {
    TerminalText out = new TerminalText(colors);
    TextFacts text = tuning.text();
    Effort effort = tuning.effort();
    line(out, "%s  %s", tuning.name(), tuning.model().architecture());
    line(
        out,
        "trained on %,d tokens, tuned for %,d (×%.4s); base %.0f, %d pairs",
        tuning.model().trainedLength(),
        tuning.contextLength(),
        tuning.factor(),
        tuning.model().rope().base(),
        tuning.recommended().candidate().divisors().size());
    line(
        out,
        "%s: %d documents%s; windows of %,d tokens: %d to search on, %d held out; seed %d",
        text.name(),
        text.documents(),
        text.repeated() == 0 ? "" : " (" + text.repeated() + " repeated, left out)",
        tuning.contextLength(),
        text.searchWindows(),
        text.heldOutWindows(),
        tuning.seed());
    line(
        out,
        "%,d evaluations to search, %,d to prove; %s",
        effort.evaluations(),
        effort.proof(),
        run(effort));
    line(out, "");
    line(
        out,
        "  %-" + NAME + "s %16s %19s %13s",
        "rotation",
        Sentences.measure(tuning.objective()),
        "gain, all at 95 %",
        "short text");
    tuning.points().stream().filter(Point::closedForm).forEach(point -> row(out, tuning, point));
    if (!tuning.found().isEmpty()) {
      line(out, "  found, none worse than another on search text in both respects");
    }
    tuning.found().forEach(point -> row(out, tuning, point));
    line(
        out,
        "nats per token on held-out text; gain over %s, paired",
        tuning.bestClosed().candidate().name());
    line(out, "");
    Sentences.of(tuning).forEach(sentence -> out.wrap("", 0, sentence));
    return out.toString();
  }

  private static String run(Effort effort) {
    return effort.prefills() == 0
        ? "all of them were known"
        : String.format(
            Locale.ROOT,
            "%,d prefills run now, %.0f a minute",
            effort.prefills(),
            effort.prefills() / effort.seconds() * 60);
  }

  private static void row(TerminalText out, Tuning tuning, Point point) {
    line(
        out,
        "%s %-" + NAME + "s %16s %19s %13s",
        point == tuning.recommended() ? "★" : " ",
        cut(point.candidate().name()),
        withMargin("%.3f", point.loss()),
        point == tuning.bestClosed() ? "best closed form" : withMargin("%+.3f", point.gain()),
        String.format(Locale.ROOT, "KL %.3f", point.damage()));
  }

  private static String withMargin(String format, Interval interval) {
    String mean = String.format(Locale.ROOT, format, interval.mean());
    return interval.estimated()
        ? mean + String.format(Locale.ROOT, " ±%.3f", interval.halfWidth())
        : mean;
  }

  private static String cut(String name) {
    return name.length() <= NAME ? name : name.substring(0, NAME - 1) + "…";
  }

  private static void line(TerminalText out, String format, Object... values) {
    out.line(String.format(Locale.ROOT, format, values));
  }
}
