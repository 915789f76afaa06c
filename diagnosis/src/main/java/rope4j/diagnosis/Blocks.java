package rope4j.diagnosis;

import java.util.ArrayList;
import java.util.List;

/// Intervals from values that are not independent: neighbouring tokens belong to the same sentence.
///
/// The positions of a bucket are cut into blocks of neighbouring tokens; the means of the blocks
/// are taken as independent (the method of batch means).
final class Blocks {

  /// Tokens of a block: a sentence or two.
  private static final int TOKENS = 32;

  /// A bucket with little text is cut finer, so that there is something to estimate a spread from.
  private static final int WANTED = 8;

  private Blocks() {}

  /// @param windows one array of values per window, indexed by position
  /// @param from first position
  /// @param to position after the last
  static Interval interval(List<double[]> windows, int from, int to) {
    int tokens = Math.clamp((long) windows.size() * (to - from) / WANTED, 1, TOKENS);
    List<Double> means = new ArrayList<>();
    for (double[] window : windows) {
      // Blocks of nearly equal length, so that each may count the same.
      int count = Math.max(1, Math.round((to - from) / (float) tokens));
      for (int block = 0; block < count; block++) {
        int begin = from + (int) ((long) (to - from) * block / count);
        int end = from + (int) ((long) (to - from) * (block + 1) / count);
        means.add(mean(window, begin, end));
      }
    }
    return Interval.of(means.stream().mapToDouble(Double::doubleValue).toArray());
  }

  static double mean(double[] values, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += values[i];
    }
    return sum / (to - from);
  }
}
