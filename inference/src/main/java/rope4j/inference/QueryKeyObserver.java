package rope4j.inference;

/// Sees the queries and keys of every token before they are rotated, while a text is scored.
@FunctionalInterface
public interface QueryKeyObserver {

  /// Called in order of positions within a layer, and layer by layer within a batch, on the thread
  /// that scores.
  ///
  /// @param layer layer, from 0
  /// @param position position of the token in the text
  /// @param scale what multiplies `q·k` before the softmax
  /// @param queries `[heads][headDimension]`, not rotated; overwritten after the call
  /// @param keys `[keyValueHeads][headDimension]`, not rotated; overwritten after the call
  void accept(int layer, int position, double scale, float[] queries, float[] keys);
}
