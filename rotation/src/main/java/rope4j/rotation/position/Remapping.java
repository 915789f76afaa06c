package rope4j.rotation.position;

/// Replaces the distance between a query and a key by one the model knows, in place of rescaling
/// frequencies.
///
/// [#distance] is the definition. Most remappings can be had without rotating per pair of tokens:
/// the records say which positions to rotate queries and keys by.
public sealed interface Remapping
    permits SelfExtend, ReRope, LeakyReRope, StringShift, DistanceClip, DualChunk {

  /// The distance that the rotation of query and key amounts to.
  ///
  /// @param query position of the query
  /// @param key position of the key, at most the query's
  double distance(int query, int key);

  /// @throws IllegalArgumentException when the key comes after the query
  static void requireCausal(int query, int key) {
    if (key < 0 || key > query) {
      throw new IllegalArgumentException(
          "a key must be at a position from 0 to its query's " + query + ", but it is at " + key);
    }
  }
}
