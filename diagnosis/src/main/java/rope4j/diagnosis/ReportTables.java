package rope4j.diagnosis;

import java.util.List;
import java.util.Locale;
import rope4j.diagnosis.Verdict.Level;
import rope4j.diagnosis.page.Markup;

/// The tables of the report: a row per strategy, and every bucket of every strategy.
final class ReportTables {

  /// Below this a divergence is not worth a number.
  private static final double NO_DAMAGE = 0.0005;

  private final Examination examination;
  private final List<Series> series;
  private final Markup out;

  /// @param series as [Series#of(Examination)]
  ReportTables(Examination examination, List<Series> series, Markup out) {
    this.examination = examination;
    this.series = series;
    this.out = out;
  }

  void verdicts() {
    out.open("section", "aria-labelledby", "verdicts");
    out.element("h2", "Verdicts", "id", "verdicts");
    out.element(
        "p",
        "Loss is in nats per token over the positions past the trained length, with its 95 %"
            + " interval; excess is loss minus control. Short text: what the strategy changes in"
            + " the first "
            + Numbers.count(examination.description().trainedLength())
            + " tokens, which need no extension: the mean, and what 99 % of the tokens stay below.",
        "class",
        "lead");
    out.open("table", "class", "verdicts");
    out.open("thead").open("tr");
    for (String head :
        List.of(
            "Strategy", "Verdict", "Loss", "Control", "Excess", "Short text, KL", "Same token")) {
      out.element("th", head, "scope", "col");
    }
    out.close().close();
    out.open("tbody");
    for (int i = 0; i < examination.results().size(); i++) {
      verdictRow(examination.results().get(i), series.get(i));
    }
    out.close();
    out.close();
    out.close();
  }

  private void verdictRow(StrategyResult result, Series line) {
    Bucket added = result.added();
    out.open("tr", "class", line.recommended() ? "best" : "other");
    strategyHead(line);
    out.open("td", "data-head", "Verdict");
    verdict(result.verdict());
    out.close();
    measured("Loss", Numbers.nats(added.nll().mean()), Numbers.plusMinus(added.nll()));
    measured("Control", Numbers.nats(added.control().mean()), Numbers.plusMinus(added.control()));
    measured("Excess", Numbers.signed(-added.benefit().mean()), Numbers.plusMinus(added.benefit()));
    double kl = result.shortDamage().meanKl();
    double kl99 = result.shortDamage().kl99();
    measured(
        "Short text, KL",
        kl < NO_DAMAGE ? "0" : Numbers.decimals(kl, 3),
        kl99 < NO_DAMAGE ? "" : "99 %: " + Numbers.decimals(kl99, 2));
    measured("Same token", Numbers.percent(result.shortDamage().topAgreement()), "");
    out.close();
  }

  private void strategyHead(Series line) {
    out.open("th", "scope", "row");
    swatch(line);
    out.text(line.label());
    if (line.recommended()) {
      out.text(" ").element("span", "recommended", "class", "badge");
    }
    out.close();
  }

  /// A piece of the line as the chart draws it.
  private void swatch(Series line) {
    out.open("svg", "class", "swatch", "viewBox", "0 0 30 8", "aria-hidden", "true");
    out.empty(
        "path",
        "class",
        "line " + line.style() + (line.recommended() ? " best" : ""),
        "d",
        "M1 4H29");
    out.close();
  }

  private void verdict(Verdict verdict) {
    String level = verdict.level().name();
    out.open("span", "class", "verdict " + level.toLowerCase(Locale.ROOT));
    out.open("svg", "class", "icon", "viewBox", "0 0 12 12", "aria-hidden", "true");
    out.empty(
        "path",
        "d",
        switch (verdict.level()) {
          case HOLDS -> "M2 6.5L5 9.5L10 3";
          case DEGRADES -> "M2 3.5L6 8.5L10 3.5";
          case BREAKS -> "M2.5 2.5L9.5 9.5M9.5 2.5L2.5 9.5";
        });
    out.close();
    out.text(verdict.text()).close();
    if (verdict.level() == Level.BREAKS && !verdict.degradesFrom().equals(verdict.from())) {
      verdict
          .degradesFrom()
          .ifPresent(from -> out.text(" ").element("small", "degrades from " + from));
    }
  }

  private void measured(String head, String value, String margin) {
    out.open("td", "class", "number", "data-head", head);
    out.element("span", value);
    if (!margin.isEmpty()) {
      out.text(" ").element("small", margin);
    }
    out.close();
  }

  void buckets() {
    List<Bucket> buckets = series.getLast().buckets();
    out.open("section", "aria-labelledby", "buckets");
    out.element("h2", "Bucket by bucket", "id", "buckets");
    out.element(
        "p",
        "In each field: mean loss and its 95 % interval; below, the excess over the control (the"
            + " benefit with its sign turned) with the interval of the paired difference. ▼ degrades"
            + " there, ✕ breaks there. The first rows, in italics, are within the trained length.",
        "class",
        "lead");
    out.open(
        "div", "class", "scroll", "tabindex", "0", "role", "region", "aria-labelledby", "buckets");
    out.open("table", "class", "buckets");
    out.open("thead").open("tr");
    out.element("th", "Positions", "scope", "col");
    for (Series line : series) {
      out.open("th", "scope", "col", "class", line.recommended() ? "best" : "other");
      swatch(line);
      out.text(line.label()).close();
    }
    out.close().close();
    out.open("tbody");
    for (int row = 0; row < buckets.size(); row++) {
      Bucket bucket = buckets.get(row);
      boolean added = bucket.from() >= examination.description().trainedLength();
      out.open("tr", "class", added ? "added" : "trained");
      out.element(
          "th", Numbers.count(bucket.from()) + "–" + Numbers.count(bucket.to()), "scope", "row");
      for (StrategyResult result : examination.results()) {
        field(result.buckets().get(row));
      }
      out.open("td", "class", "number control");
      value(Numbers.nats(bucket.control().mean()), bucket.control());
      out.close();
      out.close();
    }
    out.close();
    out.close();
    out.close();
    out.close();
  }

  private void field(Bucket bucket) {
    Level level = examination.criteria().judge(List.of(bucket)).level();
    out.open("td", "class", "number " + level.name().toLowerCase(Locale.ROOT));
    value(Numbers.nats(bucket.nll().mean()), bucket.nll());
    String mark =
        switch (level) {
          case HOLDS -> "";
          case DEGRADES -> "▼ ";
          case BREAKS -> "✕ ";
        };
    out.open("span", "class", "excess");
    value(mark + Numbers.signed(-bucket.benefit().mean()), bucket.benefit());
    out.close();
    out.close();
  }

  private void value(String value, Interval interval) {
    out.element("span", value);
    String margin = Numbers.plusMinus(interval);
    if (!margin.isEmpty()) {
      out.text(" ").element("small", margin);
    }
  }
}
