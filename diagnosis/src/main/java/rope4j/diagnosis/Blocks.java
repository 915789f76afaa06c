package rope4j.diagnosis;

import java.util.ArrayList;
import java.util.List;

/// Intervals from values that are not independent: neighbouring tokens belong to the same sentence,
/// and all tokens of a window to the same text, which is easier or harder than others.
///
/// So a window is one value: its mean over the positions of a bucket. Student's interval over two
/// or three such values would be too wide to say anything; there the positions are cut into blocks
/// of neighbouring tokens, and the means of the blocks are taken as independent (the method of
/// batch means). That holds for the mean of *these* windows, not for other texts.
public final class Blocks {

  /// From so many windows on each of them is a value; with fewer an interval is of these windows
  /// only.
  static final int ENOUGH_WINDOWS = 4;

  /// Tokens of a block: a sentence or two.
  private static final int TOKENS = 32;

  /// A bucket with little text is cut finer, so that there is something to estimate a spread from.
  private static final int WANTED = 8;

  private Blocks() {}

  /// @param windows one array of values per window, indexed by position
  /// @param from first position
  /// @param to position after the last
  static Interval interval(List<double[]> windows, int from, int to) {
    if (windows.size() >= ENOUGH_WINDOWS) {
      return Interval.of(windows.stream().mapToDouble(window -> mean(window, from, to)).toArray());
    }
    int tokens = Math.clamp((long) windows.size() * (to - from) / WANTED, 1, TOKENS);
    List<Double> means = new ArrayList<>();
    for (double[] window : windows) {
      for (double mean : means(window, from, to, tokens)) {
        means.add(mean);
      }
    }
    return Interval.of(means.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /// Means of blocks of the usual length: what may be taken as independent of each other.
  ///
  /// @param window values by position
  /// @param from first position
  /// @param to position after the last, above `from`
  public static double[] means(double[] window, int from, int to) {
    return means(window, from, to, TOKENS);
  }

  private static double[] means(double[] window, int from, int to, int tokens) {
    // Blocks of nearly equal length, so that each may count the same.
    int count = Math.max(1, Math.round((to - from) / (float) tokens));
    double[] means = new double[count];
    for (int block = 0; block < count; block++) {
      int begin = from + (int) ((long) (to - from) * block / count);
      int end = from + (int) ((long) (to - from) * (block + 1) / count);
      means[block] = mean(window, begin, end);
    }
    return means;
  }

  static double mean(double[] values, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += values[i];
    }
    return sum / (to - from);
  }
}
