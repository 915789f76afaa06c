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
/// @param phase angle from keys to queries, radians
/// @param turns turns of the unscaled pair within the target length
public record PairFeature(
    int layer,
    int head,
    int pair,
    double timesMedian,
    double queryResultant,
    double keyResultant,
    double phase,
    double turns) {

  private static final double ALIGNED = 0.9;
  private static final double HALF_TURN = 0.5;

  /// Queries and keys always point the same way and the pair turns less than once: it adds a value
  /// that depends on the distance only.
  ///
  /// Our reconstruction of the rotary offset features of arXiv 2503.01832, whose exact bounds we
  /// have not seen.
  public boolean isOffset() {
    return queryResultant > ALIGNED && keyResultant > ALIGNED && turns < 1;
  }

  /// Whether what an offset adds can keep its sign over the whole target length: half a turn at
  /// most.
  public boolean canKeepItsSign() {
    return isOffset() && turns <= HALF_TURN;
  }
}
