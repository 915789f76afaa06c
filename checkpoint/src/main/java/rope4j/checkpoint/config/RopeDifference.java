package rope4j.checkpoint.config;

import java.util.Comparator;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import rope4j.rotation.Frequencies;

/// How far two readings of the same layers rotate apart.
///
/// Where one of them turns fewer pairs, the missing ones count as standing still.
///
/// @param expected what the rotation should be
/// @param other what it is compared with
public record RopeDifference(Frequencies expected, Frequencies other) {

  /// Smaller relative differences are rounding: engines keep factors and bases in float32.
  private static final double ROUNDING = 1e-5;

  /// A pair slower than this stands still: it turns once in 1e20 tokens.
  private static final double STANDS_STILL = 1e-20;

  private static final double TURN = 2 * Math.PI;

  /// Whether both rotate alike, but for rounding.
  public boolean none() {
    return samePairs() && worstRelative() == 0 && magnitudeRatio() == 1 && softmaxRatio() == 1;
  }

  /// Whether both turn the same number of pairs.
  public boolean samePairs() {
    return expected.pairs() == other.pairs();
  }

  /// Pairs of the reading that turns more of them.
  public int pairs() {
    return Math.max(expected.pairs(), other.pairs());
  }

  /// Radians per token that a pair is off; 0 for rounding.
  public double apart(int pair) {
    return relative(pair) == 0 ? 0 : Math.abs(inverse(other, pair) - inverse(expected, pair));
  }

  /// Radians that a pair is off at a position: from 0 to a whole turn, beyond which nothing gets
  /// worse.
  public double radians(int pair, int position) {
    return Math.min(position * apart(pair), TURN);
  }

  /// The pair that runs away fastest; of equals the first.
  public int worstPair() {
    return IntStream.range(0, pairs())
        .boxed()
        .max(Comparator.<Integer>comparingDouble(this::apart).thenComparing(pair -> -pair))
        .orElse(0);
  }

  /// Pairs that are off by more than this many radians at a position.
  public int pairsOff(double radians, int position) {
    return (int)
        IntStream.range(0, pairs()).filter(pair -> radians(pair, position) > radians).count();
  }

  /// The first position at which a pair is off by more than this many radians; empty when none ever
  /// is.
  public OptionalLong firstPosition(double radians) {
    double fastest = apart(worstPair());
    double position = Math.floor(radians / fastest) + 1;
    return fastest > 0 && position < Long.MAX_VALUE
        ? OptionalLong.of((long) position)
        : OptionalLong.empty();
  }

  /// The largest relative difference of a frequency; 0 for rounding.
  public double worstRelative() {
    return IntStream.range(0, pairs()).mapToDouble(this::relative).max().orElse(0);
  }

  /// What the other reading multiplies cosine and sine by, over what it should; 1 for rounding.
  public double magnitudeRatio() {
    return settle(other.attentionFactor() / expected.attentionFactor());
  }

  /// The same of the softmax scale.
  public double softmaxRatio() {
    return settle(other.softmaxScaleMultiplier() / expected.softmaxScaleMultiplier());
  }

  /// What attention logits are off by: cosine and sine enter them twice, the softmax scale once.
  public double logitRatio() {
    return magnitudeRatio() * magnitudeRatio() * softmaxRatio();
  }

  private double relative(int pair) {
    double ours = inverse(expected, pair);
    double theirs = inverse(other, pair);
    if (Math.max(Math.abs(ours), Math.abs(theirs)) <= STANDS_STILL) {
      return 0;
    }
    double relative = Math.abs(theirs - ours) / Math.max(Math.abs(ours), STANDS_STILL);
    return relative <= ROUNDING ? 0 : relative;
  }

  private static double inverse(Frequencies frequencies, int pair) {
    return pair < frequencies.pairs() ? frequencies.inverse(pair) : 0;
  }

  private static double settle(double ratio) {
    return Math.abs(ratio - 1) <= ROUNDING ? 1 : ratio;
  }
}
