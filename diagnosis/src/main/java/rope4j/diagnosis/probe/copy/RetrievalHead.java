package rope4j.diagnosis.probe.copy;

import java.util.List;
import java.util.Optional;

/// A head that looks at the token which is copied next: its score is the share of the repeat's
/// tokens at which it attends to that one most (after arXiv 2404.15574).
///
/// @param layer layer, from 0
/// @param head head of queries, from 0
/// @param score under the original rotation, at a length the model was trained for
/// @param kept its score under each strategy at the longest length
public record RetrievalHead(int layer, int head, double score, List<Kept> kept) {

  /// Above this a head counts as one that retrieves.
  public static final double LEAST_SCORE = 0.1;

  public RetrievalHead {
    kept = List.copyOf(kept);
  }

  /// What a strategy makes of it.
  public Optional<Kept> under(String strategy) {
    return kept.stream().filter(own -> own.strategy().equals(strategy)).findFirst();
  }

  /// @param strategy name of the strategy
  /// @param score at the longest length
  public record Kept(String strategy, double score) {

    /// Whether it still counts as one.
    public boolean retrieves() {
      return score > LEAST_SCORE;
    }
  }
}
