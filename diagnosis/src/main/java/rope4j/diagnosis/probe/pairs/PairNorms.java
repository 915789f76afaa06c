package rope4j.diagnosis.probe.pairs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import rope4j.diagnosis.probe.trial.Candidate;
import rope4j.inference.QueryKeyObserver;
import rope4j.rotation.Layout;
import rope4j.rotation.Pairing;
import rope4j.rotation.Rotation;

/// Adds up how long queries and keys are in every pair, and where they point, before they are
/// rotated: from one forward pass.
///
/// Layers that turn otherwise than the candidate's are left out: a strategy does not reach them.
final class PairNorms implements QueryKeyObserver {

  /// Numbers per layer and head of queries: lengths of queries and keys, sums along both axes.
  private static final int SUMS = 6;

  private final Candidate candidate;
  private final int heads;
  private final double[][][][] sums;
  private int tokens;

  PairNorms(Candidate candidate, int layers, int heads) {
    this.candidate = candidate;
    this.heads = heads;
    sums = new double[layers][heads][candidate.frequencies().pairs()][SUMS];
  }

  @Override
  public void accept(int layer, int position, double scale, float[] queries, float[] keys) {
    tokens = Math.max(tokens, position + 1);
    Optional<Rotation> rotation = candidate.rotation().layer(layer);
    if (rotation.isEmpty() || !rotation.get().parameters().equals(candidate.parameters())) {
      return;
    }
    Layout layout = rotation.get().layout();
    int group = heads / (keys.length / layout.headDimension());
    for (int head = 0; head < heads; head++) {
      int query = head * layout.headDimension() + layout.firstChannel();
      int key = head / group * layout.headDimension() + layout.firstChannel();
      for (int pair = 0; pair < layout.pairs(); pair++) {
        boolean half = layout.read() == Pairing.HALF;
        int first = half ? pair : 2 * pair;
        int second = half ? pair + layout.pairs() : 2 * pair + 1;
        double[] sum = sums[layer][head][pair];
        // Angles count in the direction that the pair turns.
        int sign = layout.negative() ? -1 : 1;
        add(sum, 0, queries[query + first], sign * queries[query + second]);
        add(sum, 3, keys[key + first], sign * keys[key + second]);
      }
    }
  }

  private static void add(double[] sum, int from, double x, double y) {
    sum[from] += Math.hypot(x, y);
    sum[from + 1] += x;
    sum[from + 2] += y;
  }

  /// Every layer, head and pair as numbers, for the store.
  double[] values() {
    List<Double> values = new ArrayList<>();
    for (double[][][] layer : sums) {
      for (double[][] head : layer) {
        for (double[] pair : head) {
          for (double sum : pair) {
            values.add(sum / tokens);
          }
        }
      }
    }
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /// Means over tokens of one pair of one head.
  ///
  /// @param query mean length of queries in the plane of the pair
  /// @param queryX mean along the first channel
  /// @param queryY mean along the second
  /// @param key mean length of keys
  record Mean(
      int layer,
      int head,
      int pair,
      double query,
      double queryX,
      double queryY,
      double key,
      double keyX,
      double keyY) {

    double product() {
      return query * key;
    }

    /// 1 when all queries point the same way, 0 when they point everywhere.
    double queryResultant() {
      return query == 0 ? 0 : Math.hypot(queryX, queryY) / query;
    }

    double keyResultant() {
      return key == 0 ? 0 : Math.hypot(keyX, keyY) / key;
    }

    /// Angle from keys to queries, −π to π.
    double phase() {
      double angle = Math.atan2(queryY, queryX) - Math.atan2(keyY, keyX);
      return Math.IEEEremainder(angle, 2 * Math.PI);
    }
  }

  /// The means as stored by [#values], head by head; heads of layers that do not count are left
  /// out.
  static List<List<Mean>> heads(double[] values, int heads, int pairs) {
    List<List<Mean>> result = new ArrayList<>();
    int perHead = pairs * SUMS;
    for (int at = 0; at < values.length; at += perHead) {
      int index = at / perHead;
      List<Mean> means = new ArrayList<>();
      double all = 0;
      for (int pair = 0; pair < pairs; pair++) {
        int v = at + pair * SUMS;
        means.add(
            new Mean(
                index / heads,
                index % heads,
                pair,
                values[v],
                values[v + 1],
                values[v + 2],
                values[v + 3],
                values[v + 4],
                values[v + 5]));
        all += means.getLast().product();
      }
      if (all > 0) {
        result.add(means);
      }
    }
    return result;
  }
}
