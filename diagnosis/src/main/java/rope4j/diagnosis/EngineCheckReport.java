package rope4j.diagnosis;

import java.util.List;
import java.util.Locale;
import rope4j.diagnosis.probe.check.SelfCheck;
import rope4j.diagnosis.text.TerminalText;

/// Checks of the engine as text of at most 100 columns.
public final class EngineCheckReport {

  private EngineCheckReport() {}

  /// A self-check alone.
  ///
  /// @param model the model's name
  /// @param colors whether ANSI colours are used
  public static String render(EngineCheck check, String model, boolean colors) {
    TerminalText out = new TerminalText(colors);
    out.line("");
    out.line(out.bold(model) + "  made-up tokens, seed " + check.seed() + ", " + check.rotation());
    lines(check.selfChecks(), out);
    if (check.partial()) {
      out.line("");
      out.line("The time ended before all was checked.");
    }
    return out.toString();
  }

  /// The checks, as part of any report.
  static void lines(List<SelfCheck> checks, TerminalText out) {
    if (checks.isEmpty()) {
      return;
    }
    out.line("");
    out.line(out.bold("self-check"));
    for (SelfCheck check : checks) {
      out.wrap(
          check.allowed().isEmpty() ? "         " : check.passed() ? "  passed " : "  FAILED ",
          9,
          String.format(
              Locale.ROOT, "%s, %s: %.1e nats", check.name(), check.detail(), check.difference()));
    }
  }
}
