package rope4j.diagnosis.probe.pairs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import rope4j.diagnosis.probe.trial.Candidate;
import rope4j.inference.QueryKeyObserver;
import rope4j.rotation.CosSin;
import rope4j.rotation.Rotation;

/// Entropy and sink mass of full causal attention at some positions, from queries and keys.
///
/// Windows, caps and slopes of scores are not taken into account. Where the keys of all layers
/// would not fit into the memory set aside, layers at even distances are looked at.
final class SpreadMeter implements QueryKeyObserver {

  /// Floats of kept keys: 256 MiB.
  private static final long BUDGET = 64L << 20;

  private static final int POINTS = 12;

  private final Candidate candidate;
  private final int heads;
  private final int stride;
  private final List<Integer> positions;
  private final float[][] kept;
  private final double[] entropy;
  private final double[] sink;
  private final int[] counts;

  SpreadMeter(Candidate candidate, List<Integer> positions, int layers, int heads, int keyWidth) {
    this.candidate = candidate;
    this.positions = List.copyOf(positions);
    this.heads = heads;
    long perLayer = (long) (positions.getLast() + 1) * keyWidth;
    int most = (int) Math.clamp(BUDGET / perLayer, 1, layers);
    stride = Math.ceilDiv(layers, most);
    kept = new float[layers][];
    for (int layer = 0; layer < layers; layer += stride) {
      kept[layer] = new float[Math.toIntExact(perLayer)];
    }
    entropy = new double[positions.size()];
    sink = new double[positions.size()];
    counts = new int[positions.size()];
  }

  /// Positions from a quarter of the trained length to the last, at equal ratios.
  static List<Integer> positions(int trainedLength, int contextLength) {
    List<Integer> positions = new ArrayList<>();
    double first = Math.max(2, trainedLength / 4.0);
    double last = contextLength - 2.0;
    for (int i = 0; i < POINTS; i++) {
      int position = (int) Math.round(first * Math.pow(last / first, i / (POINTS - 1.0)));
      if (positions.isEmpty() || position > positions.getLast()) {
        positions.add(position);
      }
    }
    return List.copyOf(positions);
  }

  @Override
  public void accept(int layer, int position, double scale, float[] queries, float[] keys) {
    float[] rows = kept[layer];
    if (rows == null || position > positions.getLast()) {
      return;
    }
    if (rows.length < keys.length * (positions.getLast() + 1)) {
      // Latent attention keeps keys of another width than the file's heads have.
      rows = new float[keys.length * (positions.getLast() + 1)];
      kept[layer] = rows;
    }
    float[] key = keys.clone();
    rotate(layer, position, key, key.length / (queries.length / heads));
    System.arraycopy(key, 0, rows, position * key.length, key.length);
    int index = positions.indexOf(position);
    if (index >= 0) {
      float[] query = queries.clone();
      rotate(layer, position, query, heads);
      for (int head = 0; head < heads; head++) {
        spread(index, position, head, scale, query, rows, key.length);
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

  private void spread(
      int index, int position, int head, double scale, float[] query, float[] rows, int width) {
    int channels = query.length / heads;
    int from = head / (heads * channels / width) * channels;
    double[] scores = new double[position + 1];
    double most = Double.NEGATIVE_INFINITY;
    for (int p = 0; p <= position; p++) {
      double score = 0;
      for (int c = 0; c < channels; c++) {
        score += query[head * channels + c] * rows[p * width + from + c];
      }
      scores[p] = score * scale;
      most = Math.max(most, scores[p]);
    }
    double sum = 0;
    double weighted = 0;
    for (double score : scores) {
      double weight = Math.exp(score - most);
      sum += weight;
      weighted += weight * (score - most);
    }
    entropy[index] += (Math.log(sum) - weighted / sum) / Math.log(position + 1.0);
    sink[index] += Math.exp(scores[0] - most) / sum;
    counts[index]++;
  }

  /// Entropies, then sinks.
  double[] values() {
    int points = positions.size();
    double[] values = new double[2 * points];
    for (int i = 0; i < points; i++) {
      values[i] = entropy[i] / Math.max(1, counts[i]);
      values[points + i] = sink[i] / Math.max(1, counts[i]);
    }
    return values;
  }

  static List<AttentionSpread> read(List<Integer> positions, double[] values) {
    List<AttentionSpread> spreads = new ArrayList<>();
    for (int i = 0; i < positions.size(); i++) {
      spreads.add(new AttentionSpread(positions.get(i), values[i], values[positions.size() + i]));
    }
    return spreads;
  }
}
