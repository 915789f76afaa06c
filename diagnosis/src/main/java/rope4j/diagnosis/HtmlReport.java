package rope4j.diagnosis;

import java.util.List;
import rope4j.checkpoint.ModelDescription;
import rope4j.diagnosis.page.Markup;
import rope4j.diagnosis.page.Page;
import rope4j.diagnosis.rules.Finding;

/// An examination as one HTML page that needs nothing else: no network, no script to be read.
///
/// The page is also well-formed XML, and the same for the same examination to the byte. Everything
/// that came from a file or a user is escaped, and the page forbids itself to load anything.
public final class HtmlReport {

  private final Examination examination;
  private final List<Series> series;
  private final Markup out;

  private HtmlReport(Examination examination) {
    this.examination = examination;
    this.series = Series.of(examination);
    this.out =
        Page.begin(examination.model() + " at " + examination.contextLength() + " tokens", "");
  }

  /// The page, to be saved as UTF-8.
  public static String render(Examination examination) {
    return new HtmlReport(examination).page();
  }

  private String page() {
    header();
    out.open("main");
    if (!examination.results().isEmpty()) {
      ReportTables tables = new ReportTables(examination, series, out);
      tables.verdicts();
      chart();
      tables.buckets();
    }
    examination.probes().ifPresent(probes -> new ReportProbes(probes, out).write());
    new ReportRecipes(examination, series, out).write();
    new ReportFile(examination.inspection(), out).write();
    findings();
    new ReportMethod(examination, out).write();
    out.close();
    out.element("footer", "Measured and written by rope4j, rope doctor.");
    out.open("script").trusted(Page.resource("report.js")).close();
    out.close();
    out.close();
    return out.toString();
  }

  private void header() {
    ModelDescription model = examination.description();
    Conclusion conclusion = Conclusion.of(examination);
    out.open("header");
    out.element("p", "rope doctor", "class", "eyebrow");
    out.open("h1").element("bdi", examination.model()).close();
    out.open("ul", "class", "lengths");
    length("context asked for", Numbers.count(examination.contextLength()));
    length("trained length", Numbers.count(model.trainedLength()));
    double factor = (double) examination.contextLength() / model.trainedLength();
    length("factor", "×" + Strategy.trim(factor));
    out.close();
    out.element("p", conclusion.headline(), "class", "headline");
    conclusion.reasons().forEach(reason -> out.element("p", reason, "class", "reason"));
    out.close();
  }

  private void length(String name, String value) {
    out.open("li").text(name + " ").element("b", value).close();
  }

  private void chart() {
    out.open("section", "class", "loss", "aria-labelledby", "loss");
    out.element("h2", "Loss by position", "id", "loss");
    out.element(
        "p",
        "Lower is better. The shaded part is the extension. The control is the same text under the"
            + " original rotation, never looking back further than the trained length.",
        "class",
        "lead");
    out.open("div", "class", "figure");
    SvgChart.draw(examination, series, SvgChart.Size.WIDE, out);
    SvgChart.draw(examination, series, SvgChart.Size.NARROW, out);
    out.close();
    out.close();
  }

  /// Those of the file stand in its own section.
  private void findings() {
    List<Finding> findings =
        examination.findings().stream()
            .filter(finding -> !examination.inspection().findings().contains(finding))
            .toList();
    if (findings.isEmpty()) {
      return;
    }
    out.open("section", "aria-labelledby", "findings");
    out.element("h2", "What else to know", "id", "findings");
    ReportFindings.write(findings, out);
    out.close();
  }
}
