package rope4j.rotation.position;

/// Leaky ReRoPE: beyond the window distances grow on, but `factor` times slower.
///
/// For keys outside the window, rotate queries by `p/factor + w - w/factor` and keys by `p/factor`,
/// both fractional: that is linear scaling with another offset.
///
/// Source: bojone/rerope, `leaky`.
///
/// @param window distance up to which nothing changes, at least 1
/// @param factor how much slower distances grow beyond, at least 1
public record LeakyReRope(int window, double factor) implements Remapping {

  public LeakyReRope {
    if (window < 1 || !(factor >= 1) || Double.isInfinite(factor)) {
      throw new IllegalArgumentException(
          "leaky rerope needs a window and a factor of at least 1, but they are "
              + window
              + " and "
              + factor);
    }
  }

  @Override
  public double distance(int query, int key) {
    Remapping.requireCausal(query, key);
    int distance = query - key;
    return distance < window ? distance : window + (distance - window) / factor;
  }
}
