package rope4j.diagnosis.prediction;

import java.util.Arrays;
import java.util.OptionalInt;
import rope4j.rotation.Frequencies;

/// `B(m)`, the sum of `cos(m * frequency)` over all pairs, for whole runs of distances.
///
/// A run of 128 distances costs two trigonometric functions per pair; the rest are products by a
/// table of the first 128 angles of every pair. `B` wiggles by several units from token to token,
/// so a scan that skips distances would miss the first zero.
final class CosineSum {

  private static final int RUN = 128;

  private final double[] inverse;
  private final double[] cos;
  private final double[] sin;

  CosineSum(Frequencies frequencies) {
    inverse = frequencies.inverse();
    cos = new double[inverse.length * RUN];
    sin = new double[inverse.length * RUN];
    for (int i = 0; i < inverse.length; i++) {
      double c = Math.cos(inverse[i]);
      double s = Math.sin(inverse[i]);
      double x = 1;
      double y = 0;
      for (int j = i * RUN; j < (i + 1) * RUN; j++) {
        cos[j] = x;
        sin[j] = y;
        double next = x * c - y * s;
        y = x * s + y * c;
        x = next;
      }
    }
  }

  /// A distance and the value there.
  record At(int distance, double value) {}

  /// The first distance from `from` to `to` where the sum is below 0.
  OptionalInt firstNegative(int from, int to) {
    double[] run = new double[RUN];
    for (long start = from; start <= to; start += RUN) {
      fill((int) start, run);
      int end = (int) Math.min(RUN, to - start + 1);
      for (int j = 0; j < end; j++) {
        if (run[j] < 0) {
          return OptionalInt.of((int) start + j);
        }
      }
    }
    return OptionalInt.empty();
  }

  /// The smallest value from `from` to `to`, the first of equals.
  At minimum(int from, int to) {
    double[] run = new double[RUN];
    At least = new At(from, Double.POSITIVE_INFINITY);
    for (long start = from; start <= to; start += RUN) {
      fill((int) start, run);
      int end = (int) Math.min(RUN, to - start + 1);
      for (int j = 0; j < end; j++) {
        if (run[j] < least.value()) {
          least = new At((int) start + j, run[j]);
        }
      }
    }
    return least;
  }

  private void fill(int start, double[] run) {
    Arrays.fill(run, 0);
    for (int i = 0; i < inverse.length; i++) {
      double angle = start * inverse[i];
      addRotated(run, Math.cos(angle), Math.sin(angle), i * RUN);
    }
  }

  /// Kept apart so that the compiler makes vectors of it.
  private void addRotated(double[] run, double c, double s, int table) {
    for (int j = 0; j < RUN; j++) {
      run[j] += c * cos[table + j] - s * sin[table + j];
    }
  }
}
