package rope4j.diagnosis;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import rope4j.diagnosis.probe.retrieval.EffectiveLength;
import rope4j.diagnosis.probe.retrieval.RetrievalCell;
import rope4j.diagnosis.probe.retrieval.RetrievalResult;
import rope4j.diagnosis.probe.retrieval.RetrievalScore;
import rope4j.diagnosis.text.TerminalText;

/// What was found from far back, as lines of at most 100 columns.
final class RetrievalLines {

  /// Columns of lengths that fit; the longest are shown.
  private static final int MOST_LENGTHS = 5;

  /// The task whose grid is known to all (depth by length) and shown here in a line.
  private static final String WITH_DEPTHS = "passkey";

  private final TerminalText out;

  RetrievalLines(TerminalText out) {
    this.out = out;
  }

  void print(RetrievalResult result) {
    out.line("");
    if (!result.applies()) {
      out.wrap(
          out.bold(result.task()) + " ",
          result.task().length() + 1,
          "does not apply: " + result.reason() + ".");
      return;
    }
    out.wrap(
        out.bold(result.task()) + "  ",
        result.task().length() + 2,
        result.description() + (result.complete() ? "" : " Cut short."));
    out.wrap("  ", 2, capital(result.reason()) + ".");
    List<Integer> shown = shown(result);
    StringBuilder head = new StringBuilder(format("  %-18s", "questions right, %"));
    shown.forEach(length -> head.append(format("%13s", Numbers.count(length))));
    out.line(head + "  20/80 % to");
    for (RetrievalScore score : result.scores()) {
      out.line(
          format("  %-18s", score.strategy())
              + cells(score, shown, RetrievalLines::questions)
              + "  "
              + orNone(score.kMax20())
              + "/"
              + orNone(score.kMax80()));
      if (result.items() > 1) {
        out.line(format("  %-18s", "  items right") + cells(score, shown, RetrievalLines::items));
      }
      if (result.task().equals(WITH_DEPTHS)) {
        depths(score);
      }
    }
    result
        .leftOut()
        .forEach(left ->
            out.wrap(
                "  ",
                2,
                "Not asked at "
                    + Numbers.count(left.length())
                    + " tokens: "
                    + left.reason()
                    + "."));
  }

  private static List<Integer> shown(RetrievalResult result) {
    return last(
        result.scores().stream()
            .flatMap(score -> score.lengths().stream().map(RetrievalCell::length)));
  }

  private static List<Integer> last(Stream<Integer> lengths) {
    List<Integer> all = lengths.distinct().sorted().toList();
    return all.subList(Math.max(0, all.size() - MOST_LENGTHS), all.size());
  }

  @FunctionalInterface
  private interface Field {
    String of(RetrievalCell cell);
  }

  private static String cells(RetrievalScore score, List<Integer> lengths, Field field) {
    return lengths.stream()
        .map(length ->
            score.lengths().stream()
                .filter(cell -> cell.length() == length)
                .findFirst()
                .map(field::of)
                .orElse(" ".repeat(13)))
        .collect(Collectors.joining());
  }

  /// Questions answered without a mistake, with their interval.
  private static String questions(RetrievalCell cell) {
    return format(
        " %3.0f (%2.0f–%3.0f)",
        100 * cell.exact().share(), 100 * cell.exact().low(), 100 * cell.exact().high());
  }

  private static String items(RetrievalCell cell) {
    return format(" %3.0f         ", 100 * cell.score());
  }

  /// At the longest length.
  private void depths(RetrievalScore score) {
    score.grid().stream()
        .mapToInt(RetrievalCell::length)
        .max()
        .ifPresent(length ->
            out.line(
                "    from beginning to end, at "
                    + Numbers.count(length)
                    + ":"
                    + score.grid().stream()
                        .filter(cell -> cell.length() == length)
                        .sorted(Comparator.comparingDouble(RetrievalCell::depth))
                        .map(cell -> format(" %3.0f", 100 * cell.exact().share()))
                        .collect(Collectors.joining())));
  }

  private static String orNone(OptionalInt length) {
    return length.isPresent() ? Integer.toString(length.getAsInt()) : "–";
  }

  /// How far each strategy reaches by RULER's tasks together.
  void print(List<EffectiveLength> effective) {
    if (effective.isEmpty()) {
      return;
    }
    EffectiveLength first = effective.getFirst();
    out.line("");
    out.wrap(
        out.bold("effective length") + "  ",
        18,
        format(
            "Share of right items, mean of %d of %d tasks of RULER; the longest length above 85.6 %%"
                + " (RULER), and that of at least 0.85 times its own %.0f %% at the shortest.",
            first.tasks(), first.asked(), 100 * first.ownScore()));
    List<Integer> shown =
        last(
            effective.stream()
                .flatMap(length -> length.curve().stream().map(EffectiveLength.Point::length)));
    StringBuilder head = new StringBuilder(format("  %-18s", "items right, %"));
    shown.forEach(length -> head.append(format("%10s", Numbers.count(length))));
    out.line(head + "    > 85.6 %  0.85 × own");
    for (EffectiveLength length : effective) {
      StringBuilder row = new StringBuilder(format("  %-18s", length.strategy()));
      for (int column : shown) {
        row.append(
            length.curve().stream()
                .filter(point -> point.length() == column)
                .findFirst()
                .map(point -> format("%10.0f", 100 * point.score()))
                .orElse(" ".repeat(10)));
      }
      out.line(
          row
              + format("%12s", orNone(length.byFixedThreshold()))
              + format("%12s", orNone(length.byOwnScore())));
    }
  }

  private static String capital(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  private static String format(String pattern, Object... arguments) {
    return String.format(Locale.ROOT, pattern, arguments);
  }
}
