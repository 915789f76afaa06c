package rope4j.diagnosis.probe.trial;

import java.util.Comparator;
import java.util.stream.IntStream;

/// Correlation of orders.
public final class Ranks {

  private Ranks() {}

  /// Spearman's rank correlation; equal values share the mean of their ranks.
  ///
  /// @param a at least two values
  /// @param b as many
  /// @return −1 to 1; 0 when one of them has no order, because all its values are equal
  public static double spearman(double[] a, double[] b) {
    if (a.length != b.length || a.length < 2) {
      throw new IllegalArgumentException(
          "a correlation needs two lists of the same length of at least 2, but they have "
              + a.length
              + " and "
              + b.length);
    }
    double[] x = ranks(a);
    double[] y = ranks(b);
    double mean = (a.length + 1) / 2.0;
    double both = 0;
    double xs = 0;
    double ys = 0;
    for (int i = 0; i < x.length; i++) {
      both += (x[i] - mean) * (y[i] - mean);
      xs += (x[i] - mean) * (x[i] - mean);
      ys += (y[i] - mean) * (y[i] - mean);
    }
    return xs == 0 || ys == 0 ? 0 : both / Math.sqrt(xs * ys);
  }

  private static double[] ranks(double[] values) {
    int[] order =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> values[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] ranks = new double[values.length];
    for (int from = 0; from < order.length; ) {
      int to = from;
      while (to < order.length && values[order[to]] == values[order[from]]) {
        to++;
      }
      for (int i = from; i < to; i++) {
        ranks[order[i]] = (from + 1 + to) / 2.0;
      }
      from = to;
    }
    return ranks;
  }
}
