package rope4j.rotation.position;

/// ReRoPE: distances are cut off at the window.
///
/// For keys outside the window, rotate the query by the window and leave keys unrotated.
///
/// Source: bojone/rerope.
///
/// @param window largest distance (`w`), at least 1
public record ReRope(int window) implements Remapping {

  public ReRope {
    if (window < 1) {
      throw new IllegalArgumentException(
          "rerope needs a window of at least 1, but it is " + window);
    }
  }

  @Override
  public double distance(int query, int key) {
    Remapping.requireCausal(query, key);
    return Math.min(query - key, window);
  }
}
