package rope4j.inference;

import static rope4j.inference.kernel.Kernels.TILE;

import java.util.Arrays;
import java.util.Optional;
import rope4j.inference.Block.SelfAttention;
import rope4j.inference.Scores.Temperature;
import rope4j.inference.kernel.BlockKernels;
import rope4j.inference.kernel.Kernels;
import rope4j.rotation.Rotation;

/// Causal attention, block of keys by block of keys with an online softmax: memory does not grow
/// with the context.
final class Attention {

  /// Keys of a block: their scores for one tile of queries stay in the first-level cache.
  private static final int KEYS = 64;

  /// Where running maxima start: below every score, and finite, so that a block of keys which a
  /// query does not see at all leaves it as it was.
  private static final float LOWEST = -1e30f;

  private final Kernels kernels;
  private final BlockKernels blockKernels;
  private final Scratch[] scratch;
  private final AttentionShape shape;

  private static final class Scratch {
    final float[] rows;
    final float[] query;
    final float[] output;
    final float[] scores = new float[KEYS * TILE];
    final float[] max = new float[TILE];
    final float[] sum = new float[TILE];
    final float[] correction = new float[TILE];

    Scratch(AttentionShape shape) {
      rows = new float[shape.keyDimension() * TILE];
      query = new float[shape.keyDimension() * TILE];
      output = new float[shape.valueDimension() * TILE];
    }
  }

  Attention(Kernels kernels, BlockKernels blockKernels, int threads, AttentionShape shape) {
    this.kernels = kernels;
    this.blockKernels = blockKernels;
    this.shape = shape;
    scratch = new Scratch[threads];
    for (int i = 0; i < threads; i++) {
      scratch[i] = new Scratch(shape);
    }
  }

  /// Rotates the keys of one tile and stores them with the values.
  ///
  /// @param key `[tiles][keyWidth][TILE]`, not yet rotated
  /// @param value `[tiles][valueWidth][TILE]`; not read where values are part of keys
  void store(
      KeyValueCache cache,
      SelfAttention attention,
      int layer,
      float[] key,
      float[] value,
      Batch batch,
      int tile) {
    int keyChannels = shape.keyDimension();
    int valueChannels = shape.valueDimension();
    int tokens = batch.tokens(tile);
    for (int head = 0; head < shape.keyValueHeads(); head++) {
      int from = (tile * shape.keyValueHeads() + head) * TILE;
      int to = batch.position(tile) * keyChannels;
      float[] keys = cache.keys(layer, head);
      toRows(key, from * keyChannels, keys, to, tokens, keyChannels);
      rotate(attention, layer, keys, to, batch, tile);
      if (!shape.valuesInKeys()) {
        toRows(
            value,
            from * valueChannels,
            cache.values(layer, head),
            batch.position(tile) * valueChannels,
            tokens,
            valueChannels);
      }
    }
  }

  private void rotate(
      SelfAttention attention, int layer, float[] rows, int offset, Batch batch, int tile) {
    Optional<Rotation> rotation = batch.rotation(layer);
    if (rotation.isPresent()) {
      rotation.get().rotate(rows, offset, 1, batch.angles(layer, tile));
    }
    if (attention.scores().normAfterRotation().isPresent()) {
      normRows(rows, offset, batch.tokens(tile), attention.scores().normAfterRotation().get());
    }
  }

  private void normRows(float[] rows, int offset, int tokens, float epsilon) {
    int channels = shape.keyDimension();
    for (int t = 0; t < tokens; t++) {
      int from = offset + t * channels;
      double squares = 0;
      for (int c = from; c < from + channels; c++) {
        squares += rows[c] * rows[c];
      }
      float scale = (float) (1 / Math.sqrt(squares / channels + epsilon));
      for (int c = from; c < from + channels; c++) {
        rows[c] *= scale;
      }
    }
  }

  /// Attends with one head of one tile of queries to what it sees of everything before them.
  ///
  /// @param query `[tiles][queryWidth][TILE]`, not yet rotated
  /// @param output `[tiles][answerWidth][TILE]`
  void attend(
      KeyValueCache cache,
      SelfAttention attention,
      int layer,
      float[] query,
      float[] output,
      int head,
      Batch batch,
      int tile,
      int worker) {
    Scratch s = scratch[worker];
    int keyChannels = shape.keyDimension();
    int valueChannels = shape.valueDimension();
    int valueStride = shape.valuesInKeys() ? keyChannels : valueChannels;
    int tokens = batch.tokens(tile);
    int position = batch.position(tile);
    toRows(
        query, (tile * shape.heads() + head) * keyChannels * TILE, s.rows, 0, tokens, keyChannels);
    rotate(attention, layer, s.rows, 0, batch, tile);
    float scale = attention.scores().scale() * batch.softmaxMultiplier(layer);
    toTile(s.rows, s.query, tokens, position, scale, attention.scores().temperature());

    float[] keys = cache.keys(layer, head / shape.group());
    float[] values = cache.values(layer, head / shape.group());
    begin(s, attention.sinks(), head);
    int end = position + tokens;
    int begin = attention.window().start(position);
    for (int first = begin; first < end; first += KEYS) {
      int count = Math.min(KEYS, end - first);
      kernels.multiply(
          keys,
          first * keyChannels,
          keyChannels,
          1,
          s.query,
          0,
          s.scores,
          0,
          count,
          keyChannels,
          false);
      shapeScores(attention, head, s.scores, first, count, position);
      kernels.softmaxStep(s.scores, count, s.max, s.sum, s.correction);
      if (first > begin) {
        kernels.scaleTokens(s.output, 0, valueChannels, s.correction);
      }
      kernels.multiply(
          values,
          first * valueStride,
          1,
          valueStride,
          s.scores,
          0,
          s.output,
          0,
          valueChannels,
          count,
          first > begin);
    }
    for (int t = 0; t < TILE; t++) {
      // Lanes past the last token may see nothing at all.
      s.sum[t] = s.sum[t] == 0 ? 0 : 1 / s.sum[t];
    }
    kernels.scaleTokens(s.output, 0, valueChannels, s.sum);
    System.arraycopy(
        s.output,
        0,
        output,
        (tile * shape.heads() + head) * valueChannels * TILE,
        valueChannels * TILE);
  }

  /// A sink is a key that has been seen already and answered nothing.
  private static void begin(Scratch s, float[] sinks, int head) {
    boolean sink = sinks.length > 0;
    Arrays.fill(s.max, sink ? sinks[head] : LOWEST);
    Arrays.fill(s.sum, sink ? 1 : 0);
  }

  private void shapeScores(
      SelfAttention attention, int head, float[] scores, int firstKey, int count, int position) {
    if (attention.scores().softCap() > 0) {
      blockKernels.softCap(scores, 0, count * TILE, attention.scores().softCap());
    }
    if (attention.scores().slopes().length > 0) {
      subtractDistances(scores, firstKey, count, position, attention.scores().slopes()[head]);
    }
    hideLaterKeys(scores, firstKey, count, position);
    if (attention.window().length() > 0) {
      hideEarlierKeys(scores, firstKey, count, position, attention.window());
    }
  }

  private static void subtractDistances(
      float[] scores, int firstKey, int count, int position, float slope) {
    for (int k = 0; k < count; k++) {
      int distance = position - firstKey - k;
      for (int t = 0; t < TILE; t++) {
        scores[k * TILE + t] -= slope * (distance + t);
      }
    }
  }

  /// A query at `position + t` sees no key after it.
  private static void hideLaterKeys(float[] scores, int firstKey, int count, int position) {
    for (int k = Math.max(0, position + 1 - firstKey); k < count; k++) {
      int hidden = Math.min(TILE, firstKey + k - position);
      Arrays.fill(scores, k * TILE, k * TILE + hidden, Float.NEGATIVE_INFINITY);
    }
  }

  /// A query sees no key before its window.
  private static void hideEarlierKeys(
      float[] scores, int firstKey, int count, int position, Scores.Window window) {
    for (int t = 0; t < TILE; t++) {
      int hidden = Math.min(count, window.start(position + t) - firstKey);
      for (int k = 0; k < hidden; k++) {
        scores[k * TILE + t] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  /// From `[channel][TILE]` to `[token][channel]`.
  private static void toRows(
      float[] tile, int from, float[] rows, int to, int tokens, int channels) {
    for (int t = 0; t < tokens; t++) {
      for (int c = 0; c < channels; c++) {
        rows[to + t * channels + c] = tile[from + c * TILE + t];
      }
    }
  }

  /// From `[token][channel]` to `[channel][TILE]`, times a factor; lanes past the tokens are 0.
  private void toTile(
      float[] rows,
      float[] tile,
      int tokens,
      int position,
      float scale,
      Optional<Temperature> temperature) {
    int channels = shape.keyDimension();
    for (int t = 0; t < tokens; t++) {
      float factor = temperature.isPresent() ? scale * temperature.get().at(position + t) : scale;
      for (int c = 0; c < channels; c++) {
        tile[c * TILE + t] = rows[t * channels + c] * factor;
      }
    }
    for (int c = 0; c < channels; c++) {
      Arrays.fill(tile, c * TILE + tokens, (c + 1) * TILE, 0);
    }
  }
}
