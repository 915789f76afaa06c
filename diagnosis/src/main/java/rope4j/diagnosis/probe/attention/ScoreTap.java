package rope4j.diagnosis.probe.attention;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntPredicate;
import rope4j.checkpoint.ModelDescription;
import rope4j.diagnosis.probe.trial.Candidate;
import rope4j.inference.Model;
import rope4j.inference.QueryKeyObserver;
import rope4j.rotation.CosSin;
import rope4j.rotation.Rotation;

/// Computes attention scores at some positions anew, from the queries and keys of a pass.
///
/// Windows are taken into account; caps, slopes and sinks of scores are not. Where the keys of all
/// layers would not fit into the memory set aside, layers at even distances are looked at: the same
/// for all texts that are to be compared, see [#layers].
public final class ScoreTap implements QueryKeyObserver {

  /// Floats of kept keys: 256 MiB.
  public static final long BUDGET = 64L << 20;

  /// Is told the scores of a query.
  @FunctionalInterface
  public interface Sink {
    /// @param layer layer, from 0
    /// @param head head of queries, from 0
    /// @param position position of the query
    /// @param scores what the softmax is taken of, one for each position up to the query's own;
    ///   negative infinity for a position that is not seen
    void accept(int layer, int head, int position, double[] scores);
  }

  private final Model model;
  private final Candidate candidate;
  private final IntPredicate wanted;
  private final int last;
  private final int heads;
  private final float[][] kept;
  private final Sink sink;

  /// Layers to look at in texts of up to so many tokens.
  ///
  /// @param tokens of the longest text that is compared
  /// @param floats how many may be kept of keys
  public static IntPredicate layers(Model model, int tokens, long floats) {
    ModelDescription description = model.description();
    long perLayer = (long) tokens * description.keyValueHeads() * description.headDimension();
    int layers = description.layers();
    int step = Math.ceilDiv(layers, Math.clamp(floats / perLayer, 1, layers));
    return layer -> layer % step == 0;
  }

  /// @param candidate whose rotation the text is read under
  /// @param layers which of them are looked at
  /// @param wanted positions whose scores are computed
  /// @param last the last of these
  public ScoreTap(
      Model model,
      Candidate candidate,
      IntPredicate layers,
      IntPredicate wanted,
      int last,
      Sink sink) {
    ModelDescription description = model.description();
    this.model = model;
    this.candidate = candidate;
    this.wanted = wanted;
    this.last = last;
    this.heads = description.heads();
    this.sink = sink;
    long perLayer = (last + 1L) * description.keyValueHeads() * description.headDimension();
    kept = new float[candidate.rotation().layers()][];
    for (int layer = 0; layer < kept.length; layer++) {
      if (layers.test(layer)) {
        kept[layer] = new float[Math.toIntExact(perLayer)];
      }
    }
  }

  @Override
  public void accept(int layer, int position, double scale, float[] queries, float[] keys) {
    float[] rows = kept[layer];
    if (rows == null || position > last) {
      return;
    }
    if (rows.length < keys.length * (last + 1)) {
      // Latent attention keeps keys of another width than the file's heads have.
      rows = new float[keys.length * (last + 1)];
      kept[layer] = rows;
    }
    float[] key = keys.clone();
    rotate(layer, position, key, key.length / (queries.length / heads));
    System.arraycopy(key, 0, rows, position * key.length, key.length);
    if (wanted.test(position)) {
      float[] query = queries.clone();
      rotate(layer, position, query, heads);
      int from = model.firstSeen(layer, position);
      for (int head = 0; head < heads; head++) {
        sink.accept(
            layer, head, position, scores(position, from, head, scale, query, rows, key.length));
      }
    }
  }

  private void rotate(int layer, int position, float[] row, int count) {
    Optional<Rotation> rotation = candidate.rotation().layer(layer);
    if (rotation.isPresent()) {
      CosSin table = rotation.get().table(1);
      rotation.get().fill(table, position, 1);
      rotation.get().rotate(row, 0, count, table);
    }
  }

  private double[] scores(
      int position, int first, int head, double scale, float[] query, float[] rows, int width) {
    int channels = query.length / heads;
    int from = head / (heads * channels / width) * channels;
    double[] scores = new double[position + 1];
    Arrays.fill(scores, 0, first, Double.NEGATIVE_INFINITY);
    for (int p = first; p <= position; p++) {
      double score = 0;
      for (int c = 0; c < channels; c++) {
        score += query[head * channels + c] * rows[p * width + from + c];
      }
      scores[p] = score * scale;
    }
    return scores;
  }
}
