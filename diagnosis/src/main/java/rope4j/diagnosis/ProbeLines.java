package rope4j.diagnosis;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import rope4j.diagnosis.probe.ProbeReport;
import rope4j.diagnosis.probe.benefit.KeyTokens;
import rope4j.diagnosis.probe.coherence.CoherenceResult;
import rope4j.diagnosis.probe.coherence.CoherenceResult.Continuation;
import rope4j.diagnosis.probe.coherence.CoherenceResult.Written;
import rope4j.diagnosis.probe.copy.CopyCell;
import rope4j.diagnosis.probe.copy.CopyResult;
import rope4j.diagnosis.probe.copy.CopyScore;
import rope4j.diagnosis.text.TerminalText;

/// What the probes found, as lines of at most 100 columns.
final class ProbeLines {

  private static final int MOST_HEADS = 8;

  /// Columns of lengths that fit; the longest are shown.
  private static final int MOST_LENGTHS = 6;

  /// The same where how many heads are kept stands beside them.
  private static final int MOST_DISTANCES = 5;

  private final ProbeReport report;
  private final TerminalText out;

  ProbeLines(ProbeReport report, TerminalText out) {
    this.report = report;
    this.out = out;
  }

  void print() {
    RetrievalLines retrieval = new RetrievalLines(out);
    report.retrieval().forEach(retrieval::print);
    report.ruler().forEach(retrieval::print);
    retrieval.print(report.effectiveLengths());
    keyTokens();
    report.copy().ifPresent(this::copy);
    report.coherence().ifPresent(this::coherence);
    report.pairs().ifPresent(pairs -> new PairLines(out).print(pairs));
    EngineCheckReport.lines(report.selfChecks(), out);
    leftOut();
  }

  /// The share with its interval; nothing is known of it after a single question.
  private static String cell(CopyCell cell) {
    String interval =
        cell.interval()
            .map(range -> format("(%2.0f–%3.0f)", 100 * range.low(), 100 * range.high()))
            .orElse("(–)");
    return format(" %3.0f %-7s", 100 * cell.accuracy(), interval);
  }

  private void keyTokens() {
    if (report.keyTokens().isEmpty()) {
      return;
    }
    out.line("");
    KeyTokens first = report.keyTokens().getFirst();
    out.wrap(
        out.bold("key tokens") + "  ",
        12,
        format(
            "%d of %d tokens past the trained length become likelier by more than 2 nats with the"
                + " long context under the best strategy; the perplexity over these:",
            first.judged(), first.tokens()));
    out.line(
        "  "
            + report.keyTokens().stream()
                .map(key ->
                    key.strategy()
                        + " "
                        + key.longPerplexity().map(p -> format("%.2f", p)).orElse("–"))
                .collect(Collectors.joining("   ")));
  }

  private void copy(CopyResult result) {
    out.line("");
    if (!result.applies()) {
      out.wrap(out.bold("copy") + " ", 5, "does not apply: " + result.reason() + ".");
      return;
    }
    out.wrap(
        out.bold("copy") + "  ",
        6,
        "A segment of random tokens is said twice; each token of the repeat is asked for, one segment"
            + " back."
            + (result.complete() ? "" : " Cut short."));
    List<Integer> lengths =
        result.scores().stream()
            .flatMap(score -> score.cells().stream().map(CopyCell::length))
            .distinct()
            .sorted()
            .toList();
    List<Integer> shown =
        lengths.subList(Math.max(0, lengths.size() - MOST_DISTANCES), lengths.size());
    StringBuilder head = new StringBuilder(format("  %-18s", "right of 100, at"));
    shown.forEach(length -> head.append(format(" %11s", Numbers.count(length))));
    out.line(head + (result.heads().isEmpty() ? "" : "  heads kept"));
    for (CopyScore score : result.scores()) {
      StringBuilder row = new StringBuilder(format("  %-18s", score.strategy()));
      for (int length : shown) {
        row.append(
            score.cells().stream()
                .filter(cell -> cell.length() == length)
                .findFirst()
                .map(ProbeLines::cell)
                .orElse(" ".repeat(12)));
      }
      out.line(
          row
              + (result.heads().isEmpty()
                  ? ""
                  : format("  %d of %d", result.kept(score.strategy()), result.heads().size())));
    }
    if (!result.heads().isEmpty()) {
      out.wrap(
          "  ",
          2,
          "Heads that attend most to the token copied next, in more than 10 % of the repeat: "
              + result.heads().stream()
                  .limit(MOST_HEADS)
                  .map(h -> format("%d.%d (%.0f %%)", h.layer(), h.head(), 100 * h.score()))
                  .collect(Collectors.joining(", "))
              + (result.heads().size() > MOST_HEADS ? ", …" : "")
              + " (layer.head, within the trained length).");
    }
  }

  private void coherence(CoherenceResult result) {
    out.line("");
    out.wrap(
        out.bold("coherence") + "  ",
        11,
        format(
            "%d tokens written after %d (inside) and after %d (past the trained length); loss is what"
                + " the model thinks of them under its original rotation.%s",
            result.length(),
            result.insideFrom(),
            result.pastFrom(),
            result.complete() ? "" : " Cut short."));
    out.line(
        format(
            "  %-18s %13s %13s %13s %13s",
            "inside → past", "loss", "entropy", "repeats", "distinct-2"));
    line("original", result.reference(), Optional.empty(), "");
    for (Written written : result.strategies()) {
      line(
          written.strategy(),
          written.inside(),
          Optional.of(written.past()),
          switch (written.sign()) {
            case AS_INSIDE -> "as inside";
            case REPEATS -> "repeats itself";
            case SCATTERED -> "scattered";
          });
    }
  }

  private void line(String name, Continuation inside, Optional<Continuation> past, String sign) {
    out.line(
        format(
            "  %-18s %13s %13s %13s %13s  %s",
            name,
            change("%.2f", inside, past, Continuation::loss),
            change("%.2f", inside, past, written -> written.signs().entropy()),
            change("%.0f %%", inside, past, written -> 100 * written.signs().repetition()),
            change("%.0f %%", inside, past, written -> 100 * written.signs().distinct2()),
            sign));
  }

  private static String change(
      String pattern,
      Continuation inside,
      Optional<Continuation> past,
      ToDoubleFunction<Continuation> taken) {
    return format(pattern, taken.applyAsDouble(inside))
        + past.map(after -> " → " + format(pattern, taken.applyAsDouble(after)))
            .orElse(" ".repeat(7));
  }

  private void leftOut() {
    if (report.partial()) {
      out.line("");
      out.wrap(
          "",
          0,
          "The time ended before all was measured; what is shown was measured."
              + (report.leftOut().isEmpty()
                  ? ""
                  : " Left out: "
                      + report.leftOut().stream()
                          .map(cost ->
                              cost.probe() + " (" + Numbers.count(cost.tokens()) + " tokens)")
                          .collect(Collectors.joining(", "))
                      + ".")
              + " The same command goes on where it ended when results are kept.");
    }
  }

  private static String format(String pattern, Object... arguments) {
    return String.format(Locale.ROOT, pattern, arguments);
  }
}
