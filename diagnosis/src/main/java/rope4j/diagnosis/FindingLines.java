package rope4j.diagnosis;

import rope4j.diagnosis.rules.Finding;
import rope4j.diagnosis.text.TerminalText;

/// A finding on a terminal.
final class FindingLines {

  private FindingLines() {}

  /// @param whole whether its reason is shown too
  static void print(TerminalText out, Finding finding, boolean whole) {
    String mark =
        switch (finding.severity()) {
          case ERROR -> out.ansi("31", "error  ");
          case WARNING -> out.ansi("33", "warning");
          case NOTE -> "note   ";
        };
    out.wrap(mark + " ", 8, finding.message() + " (" + finding.evidence() + ")");
    if (!finding.remedy().isEmpty()) {
      out.wrap("        → ", 10, finding.remedy());
    }
    if (whole && !finding.why().isEmpty()) {
      out.wrap("          ", 10, finding.id() + ": " + finding.why());
    }
  }
}
