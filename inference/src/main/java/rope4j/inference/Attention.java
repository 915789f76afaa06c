package rope4j.inference;

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
  private final int tileTokens;
  private final KeyValueCache cache;
  private final Batch batch;

  private static final class Scratch {
    final float[] rows;
    final float[] keys;
    final float[] values;
    final float[] scores;
    final float[] correction;

    // Of each head that is attended with together.
    final float[][] query;
    final float[][] output;
    final float[][] max;
    final float[][] sum;

    Scratch(AttentionShape shape, int tileTokens, int heads) {
      int widest = Math.max(shape.keyDimension(), shape.valueDimension());
      rows = new float[widest * tileTokens];
      keys = new float[KEYS * shape.keyDimension()];
      values = new float[shape.valuesInKeys() ? 0 : KEYS * shape.valueDimension()];
      scores = new float[KEYS * tileTokens];
      correction = new float[tileTokens];
      query = new float[heads][shape.keyDimension() * tileTokens];
      output = new float[heads][shape.valueDimension() * tileTokens];
      max = new float[heads][tileTokens];
      sum = new float[heads][tileTokens];
    }
  }

  /// @param together query heads of a group whose tasks are one: they share what is read of the
  ///   cache
  Attention(
      Kernels kernels,
      BlockKernels blockKernels,
      int threads,
      AttentionShape shape,
      int together,
      KeyValueCache cache,
      Batch batch) {
    this.cache = cache;
    this.batch = batch;
    this.kernels = kernels;
    this.blockKernels = blockKernels;
    this.shape = shape;
    this.tileTokens = kernels.tile();
    scratch = new Scratch[threads];
    for (int i = 0; i < threads; i++) {
      scratch[i] = new Scratch(shape, tileTokens, together);
    }
  }

  /// Rotates the keys of one tile and stores them with the values.
  ///
  /// @param key `[tiles][keyWidth][TILE]`, not yet rotated
  /// @param value `[tiles][valueWidth][TILE]`; not read where values are part of keys
  void store(SelfAttention attention, int layer, float[] key, float[] value, int tile, int worker) {
    float[] rows = scratch[worker].rows;
    int keyChannels = shape.keyDimension();
    int valueChannels = shape.valueDimension();
    int tokens = batch.tokens(tile);
    int position = batch.position(tile);
    for (int head = 0; head < shape.keyValueHeads(); head++) {
      int from = (tile * shape.keyValueHeads() + head) * tileTokens;
      toRows(key, from * keyChannels, rows, 0, tokens, keyChannels);
      rotate(attention, layer, rows, 0, tile);
      cache.keys(layer, head).write(position, rows, 0, tokens);
      if (!shape.valuesInKeys()) {
        toRows(value, from * valueChannels, rows, 0, tokens, valueChannels);
        cache.values(layer, head).write(position, rows, 0, tokens);
      }
    }
  }

  private void rotate(SelfAttention attention, int layer, float[] rows, int offset, int tile) {
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

  /// Attends with some heads of one tile of queries to what it sees of everything before them.
  ///
  /// @param query `[tiles][queryWidth][TILE]`, not yet rotated
  /// @param output `[tiles][answerWidth][TILE]`
  /// @param firstHead first of `heads` query heads that share keys and values
  void attend(
      SelfAttention attention,
      int layer,
      float[] query,
      float[] output,
      int firstHead,
      int heads,
      int tile,
      int worker) {
    Scratch s = scratch[worker];
    for (int h = 0; h < heads; h++) {
      ask(s, h, attention, layer, query, firstHead + h, tile);
    }
    int valueChannels = shape.valueDimension();
    int valueStride = shape.valuesInKeys() ? shape.keyDimension() : valueChannels;
    int position = batch.position(tile);
    CachedRows keys = cache.keys(layer, firstHead / shape.group());
    CachedRows values = cache.values(layer, firstHead / shape.group());
    int end = position + batch.tokens(tile);
    int begin = attention.window().start(position);
    int count;
    for (int first = begin; first < end; first += count) {
      count = CachedRows.together(first, Math.min(KEYS, end - first));
      float[] k = keys.read(first, count, s.keys, 0);
      int keyAt = keys.offset(first, 0);
      float[] v = shape.valuesInKeys() ? k : values.read(first, count, s.values, 0);
      int valueAt = shape.valuesInKeys() ? keyAt : values.offset(first, 0);
      for (int h = 0; h < heads; h++) {
        kernels.multiply(
            k,
            keyAt,
            shape.keyDimension(),
            1,
            s.query[h],
            0,
            s.scores,
            0,
            count,
            shape.keyDimension(),
            false);
        shapeScores(attention, firstHead + h, s.scores, first, count, position);
        kernels.softmaxStep(s.scores, count, s.max[h], s.sum[h], s.correction);
        if (first > begin) {
          kernels.scaleTokens(s.output[h], 0, valueChannels, s.correction);
        }
        kernels.multiply(
            v,
            valueAt,
            1,
            valueStride,
            s.scores,
            0,
            s.output[h],
            0,
            valueChannels,
            count,
            first > begin);
      }
    }
    for (int h = 0; h < heads; h++) {
      answer(s.output[h], s.sum[h], output, tile * shape.heads() + firstHead + h);
    }
  }

  /// Rotates and scales the queries of a head and begins its softmax.
  private void ask(
      Scratch s, int h, SelfAttention attention, int layer, float[] query, int head, int tile) {
    int channels = shape.keyDimension();
    int tokens = batch.tokens(tile);
    toRows(
        query, (tile * shape.heads() + head) * channels * tileTokens, s.rows, 0, tokens, channels);
    rotate(attention, layer, s.rows, 0, tile);
    float scale = attention.scores().scale() * batch.softmaxMultiplier(layer);
    toTile(
        s.rows, s.query[h], tokens, batch.position(tile), scale, attention.scores().temperature());
    begin(s.max[h], s.sum[h], attention.sinks(), head);
  }

  private void answer(float[] sums, float[] weights, float[] output, int index) {
    int channels = shape.valueDimension();
    for (int t = 0; t < tileTokens; t++) {
      // Lanes past the last token may see nothing at all.
      weights[t] = weights[t] == 0 ? 0 : 1 / weights[t];
    }
    kernels.scaleTokens(sums, 0, channels, weights);
    System.arraycopy(sums, 0, output, index * channels * tileTokens, channels * tileTokens);
  }

  /// A sink is a key that has been seen already and answered nothing.
  private static void begin(float[] max, float[] sum, float[] sinks, int head) {
    boolean sink = sinks.length > 0;
    Arrays.fill(max, sink ? sinks[head] : LOWEST);
    Arrays.fill(sum, sink ? 1 : 0);
  }

  private void shapeScores(
      SelfAttention attention, int head, float[] scores, int firstKey, int count, int position) {
    if (attention.scores().softCap() > 0) {
      blockKernels.softCap(scores, 0, count * tileTokens, attention.scores().softCap());
    }
    if (attention.scores().slopes().length > 0) {
      subtractDistances(scores, firstKey, count, position, attention.scores().slopes()[head]);
    }
    hideLaterKeys(scores, firstKey, count, position);
    if (attention.window().length() > 0) {
      hideEarlierKeys(scores, firstKey, count, position, attention.window());
    }
  }

  private void subtractDistances(
      float[] scores, int firstKey, int count, int position, float slope) {
    for (int k = 0; k < count; k++) {
      int distance = position - firstKey - k;
      for (int t = 0; t < tileTokens; t++) {
        scores[k * tileTokens + t] -= slope * (distance + t);
      }
    }
  }

  /// A query at `position + t` sees no key after it.
  private void hideLaterKeys(float[] scores, int firstKey, int count, int position) {
    for (int k = Math.max(0, position + 1 - firstKey); k < count; k++) {
      int hidden = Math.min(tileTokens, firstKey + k - position);
      Arrays.fill(scores, k * tileTokens, k * tileTokens + hidden, Float.NEGATIVE_INFINITY);
    }
  }

  /// A query sees no key before its window.
  private void hideEarlierKeys(
      float[] scores, int firstKey, int count, int position, Scores.Window window) {
    for (int t = 0; t < tileTokens; t++) {
      int hidden = Math.min(count, window.start(position + t) - firstKey);
      for (int k = 0; k < hidden; k++) {
        scores[k * tileTokens + t] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  /// From `[channel][TILE]` to `[token][channel]`.
  private void toRows(float[] tile, int from, float[] rows, int to, int tokens, int channels) {
    for (int t = 0; t < tokens; t++) {
      for (int c = 0; c < channels; c++) {
        rows[to + t * channels + c] = tile[from + c * tileTokens + t];
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
        tile[c * tileTokens + t] = rows[t * channels + c] * factor;
      }
    }
    for (int c = 0; c < channels; c++) {
      Arrays.fill(tile, c * tileTokens + tokens, (c + 1) * tileTokens, 0);
    }
  }
}
