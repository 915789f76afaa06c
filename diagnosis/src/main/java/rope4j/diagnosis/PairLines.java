package rope4j.diagnosis;

import java.util.Comparator;
import java.util.Locale;
import rope4j.diagnosis.probe.pairs.AttentionSpread;
import rope4j.diagnosis.probe.pairs.PairResult;
import rope4j.diagnosis.probe.pairs.PairRisk;
import rope4j.diagnosis.text.TerminalText;

/// What the pairs tell, as lines of at most 100 columns.
final class PairLines {

  private static final int MOST_PAIRS = 6;

  private final TerminalText out;

  PairLines(TerminalText out) {
    this.out = out;
  }

  void print(PairResult result) {
    out.line("");
    out.wrap(
        out.bold("pairs") + "  ",
        7,
        "Risk is how far "
            + result.strategy()
            + " moves a pair over "
            + Numbers.count(result.reach())
            + " tokens, in radians, times the largest share of a head's norms"
            + " in it; reverting gives the pair alone its trained frequency back."
            + (result.complete() ? "" : " Cut short."));
    out.line("  pair  turns in training  norm share  moved by    risk  reverting costs, nats");
    result.pairs().stream()
        .sorted(Comparator.comparingDouble(PairRisk::risk).reversed())
        .limit(MOST_PAIRS)
        .forEach(pair ->
            out.line(
                format(
                    "  %4d %18.2f %11.2f %9.2f %7.2f  %s",
                    pair.index(),
                    pair.trainedTurns(),
                    pair.normShare(),
                    pair.shiftRadians(),
                    pair.risk(),
                    pair.lossOfReverting()
                        .map(loss -> format("%+.3f", loss) + margin(pair))
                        .orElse(""))));
    result.correlations().ifPresent(this::correlations);
    for (PairResult.StrategyRisk strategy : result.strategies()) {
      strategy(strategy);
    }
    out.wrap("  ", 2, OffsetText.of(result.standingOut()));
  }

  private static String margin(PairRisk pair) {
    return pair.margin().map(margin -> format(" ± %.3f", margin)).orElse("");
  }

  private void correlations(PairResult.Correlations correlations) {
    out.line(
        "  Spearman with what reverting changes     pairs   risk  radians alone  overrun ratio");
    row("its cost", correlations.cost());
    correlations.costBeyondChance().ifPresent(cost -> row("its cost, none within its ±", cost));
    row("its size, whatever the sign", correlations.size());
    correlations.sizeOfMoved().ifPresent(moved -> row("its size, pairs that are moved", moved));
  }

  private void row(String name, PairResult.Correlation correlation) {
    out.line(
        format(
            "    %-36s %7d %6.2f %14.2f %14.2f",
            name,
            correlation.pairs(),
            correlation.risk(),
            correlation.shift(),
            correlation.overrun()));
  }

  private void strategy(PairResult.StrategyRisk strategy) {
    out.line(
        format(
            "  %-18s unseen radians × norm share %.2f%s",
            strategy.strategy(),
            strategy.unseenRisk(),
            strategy.worstPair() < 0 ? "" : ", most in pair " + strategy.worstPair()));
    if (!strategy.spread().isEmpty()) {
      AttentionSpread first = strategy.spread().getFirst();
      AttentionSpread last = strategy.spread().getLast();
      out.line(
          format(
              "  %-18s attention from %d to %d: entropy %.2f → %.2f, first token %.2f → %.2f",
              "",
              first.position(),
              last.position(),
              first.entropy(),
              last.entropy(),
              first.sink(),
              last.sink()));
    }
  }

  private static String format(String pattern, Object... arguments) {
    return String.format(Locale.ROOT, pattern, arguments);
  }
}
