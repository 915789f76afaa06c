package rope4j.diagnosis.probe.pairs;

import java.util.ArrayList;
import java.util.List;
import rope4j.diagnosis.probe.attention.ScoreTap;

/// Entropy and sink mass of attention at some positions, the mean over heads and layers.
final class SpreadMeter implements ScoreTap.Sink {

  private static final int POINTS = 12;

  private final List<Integer> positions;
  private final double[] entropy;
  private final double[] sink;
  private final int[] counts;

  SpreadMeter(List<Integer> positions) {
    this.positions = List.copyOf(positions);
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
  public void accept(int layer, int head, int position, double[] scores) {
    int index = positions.indexOf(position);
    double most = Double.NEGATIVE_INFINITY;
    for (double score : scores) {
      most = Math.max(most, score);
    }
    double sum = 0;
    double weighted = 0;
    for (double score : scores) {
      double weight = Math.exp(score - most);
      if (weight > 0) {
        sum += weight;
        weighted += weight * (score - most);
      }
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
