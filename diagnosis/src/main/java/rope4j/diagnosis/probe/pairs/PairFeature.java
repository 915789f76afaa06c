package rope4j.diagnosis.probe.pairs;

/// A pair of a head that stands out.
///
/// @param layer layer, from 0
/// @param head head of queries, from 0
/// @param pair the pair
/// @param timesMedian mean length of its queries, or of its keys where that is more, over the
///   median of the head's pairs
/// @param queryResultant 1 when all queries point the same way in the pair's plane, 0 when they
///   point everywhere
/// @param keyResultant the same of keys
/// @param phase angle from keys to queries, radians, in the direction that the pair turns
/// @param turns turns of the unscaled pair within [PairResult#reach]
/// @param offset whether it acts as an offset, and with which sign
public record PairFeature(
    int layer,
    int head,
    int pair,
    double timesMedian,
    double queryResultant,
    double keyResultant,
    double phase,
    double turns,
    Offset offset) {

  private static final double ALIGNED = 0.9;

  /// What a pair adds whatever the tokens are: at a distance `d`, the cosine of `phase + θ·d`.
  public enum Offset {
    /// Its queries or keys point in many ways, or it turns more than once: no offset.
    NONE,
    /// An offset that is added at some distances and taken away at others.
    CHANGING,
    /// An offset that is added at every distance.
    POSITIVE,
    /// An offset that is taken away at every distance: it turns attention away, to where keys have
    /// no such pair.
    NEGATIVE
  }

  /// Judges the offset from the other numbers.
  static PairFeature of(PairNorms.Mean mean, double timesMedian, double turns) {
    return new PairFeature(
        mean.layer(),
        mean.head(),
        mean.pair(),
        timesMedian,
        mean.queryResultant(),
        mean.keyResultant(),
        mean.phase(),
        turns,
        offset(mean.queryResultant(), mean.keyResultant(), mean.phase(), turns));
  }

  /// Queries and keys always point the same way and the pair turns less than once: it adds a value
  /// that depends on the distance only. Its sign stays where the arc from `phase` to `phase + θp`
  /// lies in one half of the circle, which needs θp ≤ π.
  ///
  /// Our reconstruction of the rotary offset features of arXiv 2503.01832, whose exact bounds we
  /// have not seen.
  static Offset offset(double queryResultant, double keyResultant, double phase, double turns) {
    if (queryResultant <= ALIGNED || keyResultant <= ALIGNED || turns >= 1) {
      return Offset.NONE;
    }
    double arc = 2 * Math.PI * turns;
    // From where the cosine last changed its sign.
    double start = (phase + Math.PI / 2) % Math.PI;
    start += start < 0 ? Math.PI : 0;
    if (start + arc > Math.PI) {
      return Offset.CHANGING;
    }
    return Math.cos(phase + arc / 2) > 0 ? Offset.POSITIVE : Offset.NEGATIVE;
  }
}
