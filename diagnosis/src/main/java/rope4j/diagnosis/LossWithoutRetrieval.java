package rope4j.diagnosis;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import rope4j.diagnosis.Verdict.Level;
import rope4j.diagnosis.probe.ProbeReport;
import rope4j.diagnosis.probe.retrieval.RetrievalScore;
import rope4j.diagnosis.probe.trial.Proportion;
import rope4j.diagnosis.rules.Finding;
import rope4j.diagnosis.rules.Finding.Severity;

/// Strategies whose loss holds and that find nothing from far back: the case of a window that
/// slides over the text (LM-Infinite, arXiv 2308.16137), which perplexity does not show.
final class LossWithoutRetrieval {

  /// Of the finding.
  static final String ID = "loss-without-retrieval";

  /// The near part must be answered so often,
  private static final double LEAST_NEAR = 0.3;

  /// and the far part at most so often, times the near one.
  private static final double MOST_FAR = 0.2;

  /// A share below this is called nothing, also what guessing gives.
  private static final double NOTHING = 0.05;

  private LossWithoutRetrieval() {}

  /// Something asked for that stands so far back.
  ///
  /// @param score share of right answers; where a guess is often right nothing is concluded
  /// @param weight questions
  record Point(int distance, double score, double weight) {}

  /// Up to where things are found, and how often they are found up to there and beyond.
  record Reach(int distance, double near, double far) {}

  /// The model was narrowed on purpose.
  static Finding cut(int tokens) {
    return new Finding(
        "attention-window",
        Severity.NOTE,
        "Attention was cut: every layer sees the last "
            + tokens
            + (tokens == 1 ? " token" : " tokens")
            + " only, the control's too.",
        "--attention-window " + tokens,
        "leave the flag away to examine the model as it is");
  }

  static List<Finding> of(List<StrategyResult> results, ProbeReport report) {
    List<Finding> findings = new ArrayList<>();
    for (StrategyResult result : results) {
      if (result.verdict().level() != Level.BREAKS) {
        shown(result.strategy().name(), report)
            .map(shown -> finding(result, shown.probe(), shown.reach()))
            .ifPresent(findings::add);
      }
    }
    return findings;
  }

  /// What a probe shows.
  record Shown(String probe, Reach reach) {}

  /// By the first probe that shows it.
  static Optional<Shown> shown(String strategy, ProbeReport report) {
    Optional<Shown> copied =
        report.copy().stream()
            .flatMap(copy -> copy.scores().stream())
            .filter(score -> score.strategy().equals(strategy))
            .map(score ->
                score.cells().stream()
                    .map(cell -> new Point(cell.distance(), cell.accuracy(), cell.questions()))
                    .toList())
            .flatMap(points -> reach(points).stream())
            .map(reach -> new Shown("copy", reach))
            .findFirst();
    return copied.or(() ->
        Stream.concat(report.retrieval().stream(), report.ruler().stream())
            .filter(task -> task.chance() < NOTHING)
            .flatMap(task ->
                task.scores().stream()
                    .filter(score -> score.strategy().equals(strategy))
                    .flatMap(score -> reach(points(score)).stream())
                    .map(reach -> new Shown(task.task(), reach)))
            .findFirst());
  }

  private static List<Point> points(RetrievalScore score) {
    return score.grid().stream()
        .map(cell -> new Point(cell.distance(), cell.score(), cell.exact().trials()))
        .toList();
  }

  /// Where the points fall into near ones that are found and far ones that are not; empty where
  /// they do not, or so few were asked for that chance can part them so.
  static Optional<Reach> reach(List<Point> points) {
    return points.stream()
        .map(Point::distance)
        .distinct()
        .flatMap(distance -> parted(points, distance).stream())
        .filter(reach -> reach.near() >= LEAST_NEAR && reach.far() <= MOST_FAR * reach.near())
        .max((a, b) -> Double.compare(a.near() - a.far(), b.near() - b.far()));
  }

  private static Optional<Reach> parted(List<Point> points, int distance) {
    Map<Boolean, List<Point>> parts =
        points.stream().collect(Collectors.partitioningBy(point -> point.distance() <= distance));
    List<Point> near = parts.getOrDefault(true, List.of());
    List<Point> far = parts.getOrDefault(false, List.of());
    return far.isEmpty() || proportion(near).low() <= proportion(far).high()
        ? Optional.empty()
        : Optional.of(new Reach(distance, mean(near), mean(far)));
  }

  private static Proportion proportion(List<Point> points) {
    int asked = (int) Math.round(points.stream().mapToDouble(Point::weight).sum());
    int right = (int) Math.round(Math.clamp(mean(points), 0, 1) * asked);
    return Proportion.of(right, asked);
  }

  private static double mean(List<Point> points) {
    double weight = points.stream().mapToDouble(Point::weight).sum();
    return points.stream().mapToDouble(point -> point.weight() * point.score()).sum() / weight;
  }

  private static Finding finding(StrategyResult result, String probe, Reach reach) {
    boolean holds = result.verdict().level() == Level.HOLDS;
    return new Finding(
        ID,
        Severity.WARNING,
        String.format(
            Locale.ROOT,
            "%s: the loss %s, but %s farther than %s tokens back is retrieved.",
            result.strategy().label(),
            holds ? "holds" : "does not break",
            reach.far() < NOTHING ? "nothing" : "hardly anything",
            Numbers.count(reach.distance())),
        String.format(
            Locale.ROOT,
            "%s: %.0f %% right up to %d tokens back, %.0f %% beyond",
            probe,
            100 * reach.near(),
            reach.distance(),
            100 * reach.far()),
        "do not rely on this strategy for what stands far back, however low the loss is");
  }
}
