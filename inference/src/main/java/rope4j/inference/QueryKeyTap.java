package rope4j.inference;

import java.util.Optional;

/// Hands queries and keys to an observer, token by token. Without one it costs a comparison.
final class QueryKeyTap {

  private final AttentionShape shape;
  private final int tileTokens;
  private final float[] queries;
  private final float[] keys;
  private Optional<QueryKeyObserver> observer = Optional.empty();

  QueryKeyTap(AttentionShape shape, int tileTokens) {
    this.shape = shape;
    this.tileTokens = tileTokens;
    queries = new float[shape.queryWidth()];
    keys = new float[shape.keyWidth()];
  }

  void observe(Optional<QueryKeyObserver> other) {
    observer = other;
  }

  /// @param query `[tiles][queryWidth][TILE]`
  /// @param key `[tiles][keyWidth][TILE]`
  void see(int layer, double scale, float[] query, float[] key, Batch batch) {
    if (observer.isEmpty()) {
      return;
    }
    for (int token = 0; token < batch.tokens(); token++) {
      copy(query, shape.queryWidth(), token, queries);
      copy(key, shape.keyWidth(), token, keys);
      observer.get().accept(layer, batch.position() + token, scale, queries, keys);
    }
  }

  private void copy(float[] tiles, int width, int token, float[] row) {
    int from = token / tileTokens * width * tileTokens + token % tileTokens;
    for (int c = 0; c < width; c++) {
      row[c] = tiles[from + c * tileTokens];
    }
  }
}
