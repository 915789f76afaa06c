package rope4j.diagnosis.probe.retrieval;

import java.util.List;
import java.util.OptionalInt;

/// How far a strategy remembers by two rules that differ, with the curve they are read from.
///
/// @param strategy name of the strategy
/// @param tasks how many tasks apply
/// @param asked how many were asked for
/// @param curve mean share of right items in all tasks that apply, at lengths that all of them were
///   asked at
/// @param byFixedThreshold longest tested length whose mean exceeds 0.856, which Llama-2-7B-chat
///   scores at 4096 tokens (RULER)
/// @param byOwnScore longest tested length whose mean is at least 0.85 times the model's own at the
///   shortest length under its original rotation (NoLiMa)
/// @param ownScore that score
public record EffectiveLength(
    String strategy,
    int tasks,
    int asked,
    List<Point> curve,
    OptionalInt byFixedThreshold,
    OptionalInt byOwnScore,
    double ownScore) {

  /// RULER's threshold.
  public static final double FIXED = 0.856;

  /// NoLiMa's share of a model's own score.
  public static final double OWN = 0.85;

  /// @param score 0 to 1
  public record Point(int length, double score) {}

  public EffectiveLength {
    curve = List.copyOf(curve);
  }

  static EffectiveLength of(
      String strategy, int tasks, int asked, List<Point> curve, double ownScore) {
    return new EffectiveLength(
        strategy,
        tasks,
        asked,
        curve,
        longest(curve, FIXED, false),
        longest(curve, OWN * ownScore, true),
        ownScore);
  }

  private static OptionalInt longest(List<Point> curve, double threshold, boolean reaching) {
    return curve.stream()
        .filter(point -> point.score() > threshold || (reaching && point.score() == threshold))
        .filter(point -> point.score() > 0)
        .mapToInt(Point::length)
        .max();
  }
}
