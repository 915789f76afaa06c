package rope4j.diagnosis;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import rope4j.diagnosis.page.Markup;
import rope4j.diagnosis.probe.retrieval.EffectiveLength;
import rope4j.diagnosis.probe.retrieval.RetrievalCell;
import rope4j.diagnosis.probe.retrieval.RetrievalResult;
import rope4j.diagnosis.probe.retrieval.RetrievalScore;

/// The report's tables of what was found from far back.
final class ReportRetrieval {

  private final Markup out;
  private final ProbeTable table;

  ReportRetrieval(Markup out) {
    this.out = out;
    this.table = new ProbeTable(out);
  }

  void write(RetrievalResult result) {
    out.element("h3", result.task());
    if (!result.applies()) {
      lead("Does not apply: " + result.reason() + ".");
      return;
    }
    lead(result.description() + " " + capital(result.reason()) + ".");
    lead(
        "In each field: questions answered without a mistake, in percent, with Wilson's 95 % interval;"
            + " below, "
            + (result.items() > 1 ? "the share of items that are right, and " : "")
            + "the loss of the answer's tokens. Behind, the longest length up to which 20 % and 80 % of"
            + " the questions are answered."
            + (result.complete() ? "" : " Cut short."));
    List<Integer> lengths =
        lengths(result.scores().stream().flatMap(score -> score.lengths().stream()));
    table.open(
        Stream.concat(
                Stream.concat(Stream.of("Strategy"), lengths.stream().map(Numbers::count)),
                Stream.of("20 % up to", "80 % up to"))
            .toList());
    for (RetrievalScore score : result.scores()) {
      out.open("tr").element("th", score.strategy(), "scope", "row");
      for (int length : lengths) {
        at(score.lengths(), length)
            .ifPresentOrElse(cell -> field(cell, result.items() > 1), () -> table.number("", ""));
      }
      table.number(orNone(score.kMax20()), "");
      table.number(orNone(score.kMax80()), "");
      out.close();
    }
    table.close();
    result
        .leftOut()
        .forEach(left ->
            out.element(
                "p",
                "Not asked at " + Numbers.count(left.length()) + " tokens: " + left.reason() + ".",
                "class",
                "note"));
    grid(result);
  }

  private void field(RetrievalCell cell, boolean items) {
    out.open("td", "class", "number");
    out.element("span", percent(cell.exact().share()));
    out.text(" ")
        .element("small", percent(cell.exact().low()) + "–" + percent(cell.exact().high()));
    if (items) {
      out.element("span", "items " + percent(cell.score()), "class", "excess");
    }
    out.element("span", Numbers.nats(cell.nll()) + " nats", "class", "excess");
    out.close();
  }

  /// Depth by length, strategy by strategy.
  private void grid(RetrievalResult result) {
    List<Integer> lengths =
        lengths(result.scores().stream().flatMap(score -> score.grid().stream()));
    if (lengths.isEmpty()) {
      return;
    }
    out.open("details").element("summary", "By depth");
    lead(
        "Questions answered without a mistake, in percent, by where the thing asked for stands: 0 % is"
            + " the beginning of the text, 100 % its end; in small, how many tokens before the answer.");
    table.open(
        "probe grid",
        Stream.concat(Stream.of("Strategy", "Depth"), lengths.stream().map(Numbers::count))
            .toList());
    for (RetrievalScore score : result.scores()) {
      List<Double> depths =
          score.grid().stream().map(RetrievalCell::depth).distinct().sorted().toList();
      for (double depth : depths) {
        out.open("tr");
        if (depth == depths.getFirst()) {
          out.element(
              "th",
              score.strategy(),
              "scope",
              "rowgroup",
              "rowspan",
              Integer.toString(depths.size()));
        }
        out.element("th", percent(depth) + " %", "scope", "row");
        List<RetrievalCell> row =
            score.grid().stream().filter(cell -> cell.depth() == depth).toList();
        for (int length : lengths) {
          at(row, length)
              .ifPresentOrElse(
                  cell ->
                      table.number(
                          "number " + style(cell.exact().share()),
                          percent(cell.exact().share()),
                          Numbers.count(cell.distance())),
                  () -> table.number("", ""));
        }
        out.close();
      }
    }
    table.close();
    out.close();
  }

  /// Where 80 % and 20 % part the longest lengths, too.
  private static String style(double share) {
    return share >= 0.8 ? "most" : share >= 0.2 ? "some" : "few";
  }

  private static List<Integer> lengths(Stream<RetrievalCell> cells) {
    return cells.map(RetrievalCell::length).distinct().sorted().toList();
  }

  private static Optional<RetrievalCell> at(List<RetrievalCell> cells, int length) {
    return cells.stream().filter(cell -> cell.length() == length).findFirst();
  }

  private static String percent(double share) {
    return Numbers.decimals(100 * share, 0);
  }

  private static String orNone(OptionalInt length) {
    return length.isPresent() ? Numbers.count(length.getAsInt()) : "none";
  }

  private static String capital(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  private void lead(String text) {
    out.element("p", text, "class", "lead");
  }

  /// How far each strategy reaches by RULER's tasks together.
  void write(List<EffectiveLength> effective) {
    if (effective.isEmpty()) {
      return;
    }
    EffectiveLength first = effective.getFirst();
    out.element("h3", "Effective length");
    lead(
        "In each field: share of right items in percent, mean of "
            + first.tasks()
            + " of "
            + first.asked()
            + " tasks of RULER. Behind, the longest tested length at which it is above 85.6 % (RULER's"
            + " rule), and at which it is at least 0.85 times the model's own "
            + percent(first.ownScore())
            + " % at the shortest length.");
    List<Integer> lengths =
        effective.stream()
            .flatMap(length -> length.curve().stream())
            .map(EffectiveLength.Point::length)
            .distinct()
            .sorted()
            .toList();
    table.open(
        Stream.concat(
                Stream.concat(Stream.of("Strategy"), lengths.stream().map(Numbers::count)),
                Stream.of("Fixed threshold", "0.85 × own"))
            .toList());
    for (EffectiveLength length : effective) {
      out.open("tr").element("th", length.strategy(), "scope", "row");
      for (int column : lengths) {
        table.number(
            length.curve().stream()
                .filter(point -> point.length() == column)
                .findFirst()
                .map(point -> percent(point.score()))
                .orElse(""),
            "");
      }
      table.number(orNone(length.byFixedThreshold()), "");
      table.number(orNone(length.byOwnScore()), "");
      out.close();
    }
    table.close();
  }
}
