package rope4j.diagnosis;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import rope4j.diagnosis.Verdict.Level;

/// When a strategy is said to degrade or to break.
///
/// A bucket counts when its mean loss exceeds the control's by at least the threshold *and* the
/// paired 95 % interval of the excess lies above 0. The defaults are a perplexity 10 % and 100 %
/// above that of the control.
///
/// @param degrades excess in nats
/// @param breaks excess in nats, at least `degrades`
public record Criteria(double degrades, double breaks) {

  /// A perplexity of 1.1 and of 2 times the control's.
  public static final Criteria DEFAULT = new Criteria(Math.log(1.1), Math.log(2));

  /// @throws IllegalArgumentException when a threshold is not above 0, or breaking is easier than
  ///   degrading
  public Criteria {
    if (!(degrades > 0) || !(breaks >= degrades) || Double.isInfinite(breaks)) {
      throw new IllegalArgumentException(
          "the thresholds must satisfy 0 < degrades <= breaks, but they are "
              + degrades
              + " and "
              + breaks
              + " nats");
    }
  }

  /// Thresholds as ratios of perplexities.
  public static Criteria ofPerplexityRatios(double degrades, double breaks) {
    return new Criteria(Math.log(degrades), Math.log(breaks));
  }

  Verdict judge(List<Bucket> buckets) {
    OptionalInt degradesFrom = first(buckets, degrades);
    OptionalInt breaksFrom = first(buckets, breaks);
    if (breaksFrom.isPresent()) {
      return new Verdict(Level.BREAKS, breaksFrom, degradesFrom);
    }
    return degradesFrom.isPresent()
        ? new Verdict(Level.DEGRADES, degradesFrom, degradesFrom)
        : new Verdict(Level.HOLDS, OptionalInt.empty(), OptionalInt.empty());
  }

  /// The first bucket whose mean alone would make the verdict worse than it is: its interval does
  /// not rule out chance.
  Optional<Bucket> undecided(List<Bucket> buckets) {
    Level level = judge(buckets).level();
    double next = level == Level.HOLDS ? degrades : breaks;
    return level == Level.BREAKS
        ? Optional.empty()
        : buckets.stream().filter(bucket -> -bucket.benefit().mean() >= next).findFirst();
  }

  private static OptionalInt first(List<Bucket> buckets, double threshold) {
    return buckets.stream()
        .filter(bucket ->
            -bucket.benefit().mean() >= threshold
                && bucket.benefit().estimated()
                && bucket.benefit().high() < 0)
        .mapToInt(Bucket::from)
        .findFirst();
  }
}
