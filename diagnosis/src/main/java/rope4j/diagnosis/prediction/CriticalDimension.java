package rope4j.diagnosis.prediction;

import java.util.List;
import java.util.OptionalInt;

/// Where the pairs end that completed a turn in training.
///
/// For plain frequencies the dimension is `2 ceil(d/2 * log_base(L / 2 pi))`. Source: Liu et al.,
/// arXiv 2310.05209; LongRoPE2, arXiv 2502.20082, equation 7.
///
/// @param firstPartialPair the first pair that made less than one turn; empty when all made one
/// @param dimension channels whose pairs completed a turn
/// @param partialPairs pairs that turned, but less than once
/// @param pairs all pairs
/// @param extrapolationLimit tokens until the first partial pair has completed its turn under the
///   scaled frequencies: for a model *tuned* with a base the bound `2 pi * base^(dimension/d)` of
///   the same paper; infinite without a partial pair
public record CriticalDimension(
    OptionalInt firstPartialPair,
    int dimension,
    int partialPairs,
    int pairs,
    double extrapolationLimit) {

  static CriticalDimension of(List<PairForecast> pairs) {
    List<PairForecast> partial = pairs.stream().filter(PairForecast::isPartial).toList();
    int completed = (int) pairs.stream().filter(pair -> pair.trainedTurns() >= 1).count();
    return new CriticalDimension(
        partial.isEmpty() ? OptionalInt.empty() : OptionalInt.of(partial.getFirst().index()),
        2 * completed,
        partial.size(),
        pairs.size(),
        partial.isEmpty()
            ? Double.POSITIVE_INFINITY
            : PairForecast.TURN / partial.getFirst().scaledInverseFrequency());
  }

  /// Share of the pairs that saw a part of their circle only, 0 to 1.
  public double partialFraction() {
    return (double) partialPairs / pairs;
  }
}
