package rope4j.diagnosis;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import rope4j.diagnosis.page.Markup;
import rope4j.diagnosis.probe.pairs.AttentionSpread;
import rope4j.diagnosis.probe.pairs.PairResult;
import rope4j.diagnosis.probe.pairs.PairResult.Correlation;
import rope4j.diagnosis.probe.pairs.PairResult.Correlations;
import rope4j.diagnosis.probe.pairs.PairResult.StrategyRisk;
import rope4j.diagnosis.probe.pairs.PairRisk;

/// The report's section on why strategies fail: pair by pair.
final class ReportPairs {

  private static final int MOST_POSITIONS = 7;

  private final PairResult result;
  private final Markup out;

  ReportPairs(PairResult result, Markup out) {
    this.result = result;
    this.out = out;
  }

  void write() {
    out.open("section", "class", "why", "aria-labelledby", "why");
    out.element("h2", "Why: pair by pair", "id", "why");
    boolean unseen = result.pairs().stream().anyMatch(pair -> pair.unseenRadians() > 0);
    lead(
        "Channels turn in pairs, the first fastest. A pair matters where a head puts the norms of its"
            + " queries and keys into it. Pairs right of the line made less than one turn in training"
            + (unseen
                ? ": past the trained length, unscaled, they come to angles that the model has never"
                    + " seen."
                : ", but no two tokens that see each other are far enough apart to bring a new angle."));
    lead(
        "Risk is how far a scaling moves the pair over "
            + Numbers.count(result.reach())
            + " tokens, in radians, times the largest share"
            + " of a head's norms: how much hangs on the pair. The proof is to give each pair alone its"
            + " trained frequency back, under "
            + result.strategy()
            + ". A bar upwards is what that costs past the trained length; a bar downwards is what it"
            + " gains: this pair was better left alone.");
    out.open("div", "class", "figure");
    SvgPairs.draw(result, SvgPairs.Size.WIDE, out);
    SvgPairs.draw(result, SvgPairs.Size.NARROW, out);
    out.close();
    result.correlations().ifPresent(this::correlations);
    whoBreaks();
    numbers();
    out.close();
  }

  private void lead(String text) {
    out.element("p", text, "class", "lead");
  }

  private void correlations(Correlations correlations) {
    out.element("h3", "Does risk foretell it?");
    lead(
        "Rank correlation (Spearman) of three predictions with what reverting changes: 1 is the same"
            + " order, 0 none. Size is the change whatever its sign.");
    head("Order of", "Pairs", "Risk", "Radians alone", "Overrun ratio");
    row("its cost", correlations.cost());
    correlations
        .costBeyondChance()
        .ifPresent(cost -> row("its cost, none within its interval", cost));
    row("its size", correlations.size());
    correlations.sizeOfMoved().ifPresent(moved -> row("its size, of pairs that are moved", moved));
    tail();
  }

  private void row(String name, Correlation correlation) {
    out.open("tr").element("th", name, "scope", "row");
    number(Integer.toString(correlation.pairs()), "");
    number(Numbers.nats(correlation.risk()), "");
    number(Numbers.nats(correlation.shift()), "");
    number(Numbers.nats(correlation.overrun()), "");
    out.close();
  }

  private void whoBreaks() {
    out.element("h3", "Who breaks");
    lead(
        "Unseen radians times norm share that each strategy leaves; attention's entropy over its"
            + " largest possible value, and the weight of the first token, early and at the end.");
    head("Strategy", "Unseen × norm", "Most in pair", "Entropy", "First token");
    for (StrategyRisk risk :
        result.strategies().stream()
            .sorted(Comparator.comparingDouble(StrategyRisk::unseenRisk).reversed())
            .toList()) {
      out.open("tr").element("th", risk.strategy(), "scope", "row");
      number(Numbers.nats(risk.unseenRisk()), "");
      number(risk.worstPair() < 0 ? "none" : Integer.toString(risk.worstPair()), "");
      List<AttentionSpread> spread = risk.spread();
      number(
          spread.isEmpty() ? "–" : change(spread.getFirst().entropy(), spread.getLast().entropy()),
          "");
      number(
          spread.isEmpty() ? "–" : change(spread.getFirst().sink(), spread.getLast().sink()), "");
      out.close();
    }
    tail();
    out.element("p", OffsetText.of(result.standingOut()), "class", "note");
    attention();
  }

  /// Where attention spreads and where it sinks, position by position.
  private void attention() {
    List<StrategyRisk> measured =
        result.strategies().stream().filter(risk -> !risk.spread().isEmpty()).toList();
    if (measured.isEmpty()) {
      return;
    }
    out.element("h3", "Attention by position");
    lead(
        "Entropy over its largest possible value, and the weight of the first token in percent, of a"
            + " query at each position: the mean over heads and layers.");
    head(
        Stream.concat(
                Stream.of("Strategy", ""),
                shown(measured.getFirst()).map(spread -> Numbers.count(spread.position())))
            .toArray(String[]::new));
    for (StrategyRisk risk : measured) {
      out.open("tr").element("th", risk.strategy(), "scope", "row");
      out.element("td", "entropy");
      shown(risk).forEach(spread -> number(Numbers.nats(spread.entropy()), ""));
      out.close();
      out.open("tr").element("th", risk.strategy(), "scope", "row");
      out.element("td", "first token");
      shown(risk).forEach(spread -> number(Numbers.percent(spread.sink()), ""));
      out.close();
    }
    tail();
  }

  /// As many positions as the page is wide, the first and the last among them; the JSON has all.
  private static Stream<AttentionSpread> shown(StrategyRisk risk) {
    List<AttentionSpread> all = risk.spread();
    int count = Math.min(all.size(), MOST_POSITIONS);
    return IntStream.range(0, count)
        .map(i -> count == 1 ? 0 : Math.round((float) i * (all.size() - 1) / (count - 1)))
        .mapToObj(all::get);
  }

  private static String change(double from, double to) {
    return Numbers.nats(from) + " → " + Numbers.nats(to);
  }

  private void numbers() {
    out.open("details").element("summary", "Every pair in numbers");
    head(
        "Pair",
        "Turns in training",
        "Unseen, unscaled",
        "Norm share",
        "Moved by",
        "Risk",
        "Reverting costs");
    for (PairRisk pair : result.pairs()) {
      out.open("tr", "class", pair.trainedTurns() < 1 ? "partial" : "whole");
      out.element("th", Integer.toString(pair.index()), "scope", "row");
      number(Numbers.nats(pair.trainedTurns()), "");
      number(Numbers.nats(pair.unseenRadians()), "");
      number(Numbers.nats(pair.normShare()), "");
      number(Numbers.nats(pair.shiftRadians()), "");
      number(Numbers.nats(pair.risk()), "");
      number(
          pair.lossOfReverting().map(loss -> Numbers.decimals(loss, 3)).orElse("–"),
          pair.margin().map(margin -> String.format(Locale.ROOT, "± %.3f", margin)).orElse(""));
      out.close();
    }
    tail();
    out.close();
  }

  private void head(String... names) {
    out.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", names[0]);
    out.open("table", "class", "probe");
    out.open("thead").open("tr");
    for (String name : names) {
      out.element("th", name, "scope", "col");
    }
    out.close().close().open("tbody");
  }

  private void tail() {
    out.close().close().close();
  }

  private void number(String value, String margin) {
    out.open("td", "class", "number").element("span", value);
    if (!margin.isEmpty()) {
      out.text(" ").element("small", margin);
    }
    out.close();
  }
}
