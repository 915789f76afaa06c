package rope4j.rotation.position;

/// LM-Infinite: the first tokens stay visible at a clipped distance, and so do the nearest;
/// whatever lies between is masked.
///
/// Source: Han et al., arXiv 2308.16137; StreamingLLM keeps four such first tokens.
///
/// @param firstTokens tokens at the start that are never masked (`n_global`), at least 0
/// @param local distances below it are not masked, and none is larger (`n_local`), at least 1
public record DistanceClip(int firstTokens, int local) implements Remapping {

  public DistanceClip {
    if (firstTokens < 0 || local < 1) {
      throw new IllegalArgumentException(
          "clipping needs 0 or more first tokens and a local distance of at least 1, but they are "
              + firstTokens
              + " and "
              + local);
    }
  }

  /// Whether the query may attend to the key at all.
  public boolean isVisible(int query, int key) {
    Remapping.requireCausal(query, key);
    return key < firstTokens || query - key < local;
  }

  @Override
  public double distance(int query, int key) {
    Remapping.requireCausal(query, key);
    return Math.min(query - key, local);
  }
}
