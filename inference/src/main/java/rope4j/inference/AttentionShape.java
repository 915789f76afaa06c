package rope4j.inference;

/// The shape of attention, the same in all blocks of a model.
///
/// @param heads query heads
/// @param keyValueHeads key and value heads; query heads in equal groups share one
/// @param keyDimension channels of a query or key head
/// @param valueDimension channels of a value head
/// @param valuesInKeys whether a value is the first channels of its key, as in latent attention
record AttentionShape(
    int heads, int keyValueHeads, int keyDimension, int valueDimension, boolean valuesInKeys) {

  /// Query heads that share a key.
  int group() {
    return heads / keyValueHeads;
  }

  int queryWidth() {
    return heads * keyDimension;
  }

  int keyWidth() {
    return keyValueHeads * keyDimension;
  }

  int valueWidth() {
    return keyValueHeads * valueDimension;
  }

  /// Width of what the heads answer together.
  int answerWidth() {
    return heads * valueDimension;
  }

  /// Floats that a token leaves in the cache of one layer.
  int cached() {
    return keyWidth() + (valuesInKeys ? 0 : valueWidth());
  }
}
