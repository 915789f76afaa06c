package rope4j.diagnosis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Spreads labels along a line so that none covers another and each stays as near as can be to
/// where it belongs.
final class EndLabels {

  private EndLabels() {}

  /// @param wanted where each label would stand by itself
  /// @param distance between neighbours, at least
  /// @param low least place
  /// @param high greatest place; with `low` far enough apart for all labels
  /// @return a place for each label, in the order given
  static double[] spread(double[] wanted, double distance, double low, double high) {
    List<Integer> order =
        IntStream.range(0, wanted.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> wanted[i]))
            .toList();
    // Labels that touch form a cluster, which stands where its members want to be on average.
    List<Cluster> clusters = new ArrayList<>();
    for (int i : order) {
      Cluster cluster = Cluster.of(wanted[i], distance, low, high);
      while (!clusters.isEmpty() && clusters.getLast().touches(cluster)) {
        cluster = clusters.removeLast().join(cluster);
      }
      clusters.add(cluster);
    }
    double[] places = new double[wanted.length];
    int next = 0;
    for (Cluster cluster : clusters) {
      for (int member = 0; member < cluster.size; member++) {
        places[order.get(next++)] = cluster.first() + member * distance;
      }
    }
    return places;
  }

  /// @param size labels
  /// @param sum of where the labels would have the cluster's first one stand
  private record Cluster(int size, double sum, double distance, double low, double high) {

    static Cluster of(double wanted, double distance, double low, double high) {
      return new Cluster(1, wanted, distance, low, high);
    }

    double first() {
      return Math.clamp(sum / size, low, Math.max(low, high - (size - 1) * distance));
    }

    boolean touches(Cluster next) {
      return first() + size * distance > next.first();
    }

    Cluster join(Cluster next) {
      double shifted = next.sum - next.size * size * distance;
      return new Cluster(size + next.size, sum + shifted, distance, low, high);
    }
  }
}
