package rope4j.diagnosis;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import rope4j.diagnosis.page.Markup;
import rope4j.diagnosis.probe.ProbeReport;
import rope4j.diagnosis.probe.check.SelfCheck;
import rope4j.diagnosis.probe.coherence.CoherenceResult;
import rope4j.diagnosis.probe.coherence.CoherenceResult.Continuation;
import rope4j.diagnosis.probe.copy.CopyCell;
import rope4j.diagnosis.probe.copy.CopyResult;
import rope4j.diagnosis.probe.copy.CopyScore;

/// The report's section on what the probes found.
final class ReportProbes {

  private static final int MOST_HEADS = 24;

  private final ProbeReport report;
  private final Markup out;
  private final ProbeTable table;

  ReportProbes(ProbeReport report, Markup out) {
    this.report = report;
    this.out = out;
    this.table = new ProbeTable(out);
  }

  void write() {
    report.pairs().ifPresent(pairs -> new ReportPairs(pairs, out).write());
    out.open("section", "class", "probes", "aria-labelledby", "probes");
    out.element("h2", "What was probed", "id", "probes");
    lead(
        "Beyond the loss: whether the model finds what stands far back, and what it writes there."
            + " Seed "
            + report.seed()
            + ", "
            + report.questions()
            + " questions per length and strategy."
            + (report.partial() ? " The time ended before all was measured." : ""));
    ReportRetrieval retrieval = new ReportRetrieval(out);
    report.retrieval().forEach(retrieval::write);
    report.ruler().forEach(retrieval::write);
    retrieval.write(report.effectiveLengths());
    keyTokens();
    report.copy().ifPresent(this::copy);
    report.coherence().ifPresent(this::coherence);
    selfChecks();
    if (!report.leftOut().isEmpty()) {
      out.element("h3", "Left out for lack of time");
      out.element(
          "p",
          String.join(
              ", ",
              report.leftOut().stream()
                  .map(cost -> cost.probe() + " (" + Numbers.count(cost.tokens()) + " tokens)")
                  .toList()));
    }
    out.close();
  }

  private void lead(String text) {
    out.element("p", text, "class", "lead");
  }

  private void keyTokens() {
    if (report.keyTokens().isEmpty()) {
      return;
    }
    out.element("h3", "Tokens that need the long context");
    lead(
        "Past the trained length: tokens that the long context makes likelier by more than 2 nats."
            + " Own: by the strategy's own losses. The perplexity is over the tokens that the best"
            + " strategy picks, so that all are compared on the same ones.");
    head(List.of("Strategy", "Own", "Picked by the best", "Perplexity over these"));
    report
        .keyTokens()
        .forEach(key -> {
          out.open("tr").element("th", key.strategy(), "scope", "row");
          number(Numbers.count(key.own()), "of " + Numbers.count(key.tokens()));
          number(Numbers.count(key.judged()), "");
          number(key.longPerplexity().map(Numbers::nats).orElse("–"), "");
          out.close();
        });
    tail();
  }

  private void copy(CopyResult result) {
    out.element("h3", "copy");
    if (!result.applies()) {
      lead("Does not apply: " + result.reason() + ".");
      return;
    }
    lead(
        "A segment of random tokens is said twice; each token of the repeat is asked for, and stands one"
            + " segment back. In each field: right tokens in percent with their 95 % interval; below,"
            + " their loss."
            + (result.complete() ? "" : " Cut short."));
    List<Integer> columns =
        result.scores().stream()
            .flatMap(score -> score.cells().stream().map(CopyCell::distance))
            .distinct()
            .sorted()
            .toList();
    head(
        Stream.concat(
                Stream.of("Strategy"),
                columns.stream().map(distance -> Numbers.count(distance) + " back"))
            .toList());
    for (CopyScore score : result.scores()) {
      out.open("tr").element("th", score.strategy(), "scope", "row");
      for (int distance : columns) {
        score.cells().stream()
            .filter(cell -> cell.distance() == distance)
            .findFirst()
            .ifPresentOrElse(this::cell, () -> number("–", ""));
      }
      out.close();
    }
    tail();
    heads(result);
  }

  private void cell(CopyCell cell) {
    out.open("td", "class", "number");
    out.element("span", Numbers.decimals(100 * cell.accuracy(), 0)).text(" ");
    out.element(
        "small",
        cell.interval()
            .map(interval ->
                Numbers.decimals(100 * interval.low(), 0)
                    + "–"
                    + Numbers.decimals(100 * interval.high(), 0))
            .orElse("–"));
    out.element("span", Numbers.nats(cell.nll()) + " nats", "class", "excess");
    out.close();
  }

  /// Heads that copy, and what becomes of them.
  private void heads(CopyResult result) {
    if (result.heads().isEmpty()) {
      return;
    }
    out.element("h3", "Retrieval heads");
    lead(
        "Heads that attend most to the token which is copied next, in more than 10 % of the repeat"
            + " within the trained length; and how often they still do at "
            + Numbers.count(result.headsLength())
            + " tokens.");
    head(
        Stream.concat(
                Stream.of("Layer.head", "As trained"),
                result.scores().stream().map(CopyScore::strategy))
            .toList());
    result.heads().stream()
        .limit(MOST_HEADS)
        .forEach(head -> {
          out.open("tr").element("th", head.layer() + "." + head.head(), "scope", "row");
          number(Numbers.percent(head.score()), "");
          for (CopyScore score : result.scores()) {
            head.under(score.strategy())
                .ifPresentOrElse(
                    kept -> number(Numbers.percent(kept.score()), kept.retrieves() ? "" : "lost"),
                    () -> number("–", ""));
          }
          out.close();
        });
    tail();
    if (result.heads().size() > MOST_HEADS) {
      out.element(
          "p",
          "The " + MOST_HEADS + " strongest of " + result.heads().size() + " are shown.",
          "class",
          "note");
    }
  }

  private void coherence(CoherenceResult result) {
    out.element("h3", "What it writes");
    lead(
        Numbers.count(result.length())
            + " tokens written after "
            + Numbers.count(result.insideFrom())
            + " tokens of the text, and after "
            + Numbers.count(result.pastFrom())
            + ", inside → past. Loss is what the model, under its original rotation, thinks of what was"
            + " written."
            + (result.complete() ? "" : " Cut short."));
    head(List.of("Strategy", "Loss", "Entropy", "Repeated runs of 4", "Distinct pairs", "Sign"));
    row("original", result.reference(), Optional.empty(), "");
    result
        .strategies()
        .forEach(written ->
            row(
                written.strategy(),
                written.inside(),
                Optional.of(written.past()),
                switch (written.sign()) {
                  case AS_INSIDE -> "as inside";
                  case REPEATS -> "repeats itself";
                  case SCATTERED -> "scattered";
                }));
    tail();
  }

  private void row(String name, Continuation inside, Optional<Continuation> past, String sign) {
    out.open("tr").element("th", name, "scope", "row");
    number(change(inside, past, written -> Numbers.nats(written.loss())), "");
    number(change(inside, past, written -> Numbers.nats(written.signs().entropy())), "");
    number(change(inside, past, written -> Numbers.percent(written.signs().repetition())), "");
    number(change(inside, past, written -> Numbers.percent(written.signs().distinct2())), "");
    number(sign, "");
    out.close();
  }

  private static String change(
      Continuation inside, Optional<Continuation> past, Function<Continuation, String> taken) {
    return taken.apply(inside) + past.map(after -> " → " + taken.apply(after)).orElse("");
  }

  private void selfChecks() {
    if (report.selfChecks().isEmpty()) {
      return;
    }
    out.element("h3", "Self-check of the engine");
    head(List.of("Must hold", "Difference, nats", "Allowed", ""));
    for (SelfCheck check : report.selfChecks()) {
      out.open("tr").open("th", "scope", "row").text(check.name() + " ");
      out.element("small", check.detail()).close();
      number(String.format(Locale.ROOT, "%.1e", check.difference()), "");
      number(check.allowed().map(a -> String.format(Locale.ROOT, "%.1e", a)).orElse("–"), "");
      number(check.allowed().isEmpty() ? "not judged" : check.passed() ? "passed" : "failed", "");
      out.close();
    }
    tail();
  }

  private void head(List<String> names) {
    table.open(names);
  }

  private void tail() {
    table.close();
  }

  private void number(String value, String margin) {
    table.number(value, margin);
  }
}
