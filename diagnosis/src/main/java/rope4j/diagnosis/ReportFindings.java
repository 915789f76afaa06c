package rope4j.diagnosis;

import java.util.List;
import java.util.Locale;
import rope4j.diagnosis.page.Markup;
import rope4j.diagnosis.rules.Finding;

/// Findings as a list: how bad, what, why, where it stands, what to do.
final class ReportFindings {

  private ReportFindings() {}

  static void write(List<Finding> findings, Markup out) {
    out.open("ul", "class", "findings");
    for (Finding finding : findings) {
      String severity = finding.severity().name().toLowerCase(Locale.ROOT);
      out.open("li", "class", "finding " + severity);
      out.element("span", severity, "class", "severity");
      out.open("div");
      out.element("p", finding.message());
      if (!finding.why().isEmpty()) {
        out.element("p", finding.why(), "class", "why");
      }
      out.open("p", "class", "evidence").element("code", finding.evidence()).close();
      if (!finding.remedy().isEmpty()) {
        out.element("p", "→ " + finding.remedy(), "class", "remedy");
      }
      out.close();
      out.close();
    }
    out.close();
  }
}
