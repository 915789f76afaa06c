package rope4j.inference;

import static rope4j.inference.kernel.Kernels.TILE;

import java.util.Arrays;
import rope4j.inference.kernel.Kernels;
import rope4j.rotation.CosSin;
import rope4j.rotation.Rotation;

/// Causal attention, block of keys by block of keys with an online softmax: memory does not grow
/// with the context.
final class Attention {

  /// Keys of a block: their scores for one tile of queries stay in the first-level cache.
  private static final int KEYS = 64;

  private final Kernels kernels;
  private final Scratch[] scratch;
  private final int heads;
  private final int groups;
  private final int headDimension;

  private static final class Scratch {
    final float[] rows;
    final float[] query;
    final float[] output;
    final float[] scores = new float[KEYS * TILE];
    final float[] max = new float[TILE];
    final float[] sum = new float[TILE];
    final float[] correction = new float[TILE];

    Scratch(int headDimension) {
      rows = new float[headDimension * TILE];
      query = new float[headDimension * TILE];
      output = new float[headDimension * TILE];
    }
  }

  /// @param heads query heads
  /// @param keyValueHeads key and value heads; query heads in equal groups share one
  Attention(Kernels kernels, int threads, int heads, int keyValueHeads, int headDimension) {
    this.kernels = kernels;
    this.heads = heads;
    this.groups = heads / keyValueHeads;
    this.headDimension = headDimension;
    scratch = new Scratch[threads];
    for (int i = 0; i < threads; i++) {
      scratch[i] = new Scratch(headDimension);
    }
  }

  /// Rotates the keys of one tile and stores them with the values.
  ///
  /// @param key `[tiles][keyValueHeads * headDimension][TILE]`, not yet rotated
  /// @param value likewise
  /// @param position position of the tile's first token
  /// @param table angles of the tile's tokens
  void store(
      KeyValueCache cache,
      int layer,
      float[] key,
      float[] value,
      int tile,
      int position,
      Rotation rotation,
      CosSin table) {
    int keyValueHeads = heads / groups;
    int tokens = table.tokens();
    for (int head = 0; head < keyValueHeads; head++) {
      int from = (tile * keyValueHeads + head) * headDimension * TILE;
      int to = position * headDimension;
      float[] keys = cache.keys(layer, head);
      toRows(key, from, keys, to, tokens);
      rotation.rotate(keys, to, 1, table);
      toRows(value, from, cache.values(layer, head), to, tokens);
    }
  }

  /// Attends with one head of one tile of queries to everything before them.
  ///
  /// @param query `[tiles][heads * headDimension][TILE]`, not yet rotated
  /// @param output the same shape
  /// @param position position of the tile's first token
  void attend(
      KeyValueCache cache,
      int layer,
      float[] query,
      float[] output,
      int head,
      int tile,
      int position,
      Rotation rotation,
      CosSin table,
      int worker) {
    Scratch s = scratch[worker];
    int tokens = table.tokens();
    int at = (tile * heads + head) * headDimension * TILE;
    toRows(query, at, s.rows, 0, tokens);
    rotation.rotate(s.rows, 0, 1, table);
    toTile(s.rows, s.query, tokens, (float) (1 / Math.sqrt(headDimension)));

    float[] keys = cache.keys(layer, head / groups);
    float[] values = cache.values(layer, head / groups);
    Arrays.fill(s.max, Float.NEGATIVE_INFINITY);
    Arrays.fill(s.sum, 0);
    int end = position + tokens;
    for (int first = 0; first < end; first += KEYS) {
      int count = Math.min(KEYS, end - first);
      kernels.multiply(
          keys,
          first * headDimension,
          headDimension,
          1,
          s.query,
          0,
          s.scores,
          0,
          count,
          headDimension,
          false);
      hideLaterKeys(s.scores, first, count, position);
      kernels.softmaxStep(s.scores, count, s.max, s.sum, s.correction);
      if (first > 0) {
        kernels.scaleTokens(s.output, 0, headDimension, s.correction);
      }
      kernels.multiply(
          values,
          first * headDimension,
          1,
          headDimension,
          s.scores,
          0,
          s.output,
          0,
          headDimension,
          count,
          first > 0);
    }
    for (int t = 0; t < TILE; t++) {
      s.sum[t] = 1 / s.sum[t];
    }
    kernels.scaleTokens(s.output, 0, headDimension, s.sum);
    System.arraycopy(s.output, 0, output, at, headDimension * TILE);
  }

  /// A query at `position + t` sees no key after it.
  private static void hideLaterKeys(float[] scores, int firstKey, int count, int position) {
    for (int k = Math.max(0, position + 1 - firstKey); k < count; k++) {
      int hidden = Math.min(TILE, firstKey + k - position);
      Arrays.fill(scores, k * TILE, k * TILE + hidden, Float.NEGATIVE_INFINITY);
    }
  }

  /// From `[channel][TILE]` to `[token][channel]`.
  private void toRows(float[] tile, int from, float[] rows, int to, int tokens) {
    for (int t = 0; t < tokens; t++) {
      for (int c = 0; c < headDimension; c++) {
        rows[to + t * headDimension + c] = tile[from + c * TILE + t];
      }
    }
  }

  /// From `[token][channel]` to `[channel][TILE]`, times a factor; lanes past the tokens are 0.
  private void toTile(float[] rows, float[] tile, int tokens, float factor) {
    for (int c = 0; c < headDimension; c++) {
      for (int t = 0; t < tokens; t++) {
        tile[c * TILE + t] = rows[t * headDimension + c] * factor;
      }
      Arrays.fill(tile, c * TILE + tokens, (c + 1) * TILE, 0);
    }
  }
}
