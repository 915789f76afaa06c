package rope4j.diagnosis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import rope4j.inference.LogitsObserver;

/// Keeps the original rotation's logits at positions below the trained length, then compares a
/// strategy's with them.
///
/// Position 0 is left out: a token that attends only to itself is not rotated against anything. The
/// memory is bounded: where all other positions of all windows would not fit, positions at even
/// distances over all windows are kept.
final class ShortDamageMeter {

  /// Floats of kept logits: 64 MiB.
  private static final long BUDGET = 16L << 20;

  private final int trainedLength;
  private final long stride;
  private final Map<Integer, Map<Integer, float[]>> originals = new HashMap<>();

  ShortDamageMeter(int trainedLength, int windows, int vocabulary) {
    this.trainedLength = trainedLength;
    long positions = (long) (trainedLength - 1) * windows;
    long most = Math.max(1, BUDGET / vocabulary);
    stride = Math.max(1, Math.ceilDiv(positions, most));
  }

  /// Keeps the logits of a window.
  LogitsObserver keepOriginal(int window) {
    Map<Integer, float[]> rows = new HashMap<>();
    originals.put(window, rows);
    return new Observer(window, (position, logits) -> rows.put(position, logits.clone()));
  }

  /// Whether a window's logits are kept.
  boolean keeps(int window) {
    return originals.containsKey(window);
  }

  /// Lets go of a window's logits.
  void forget(int window) {
    originals.remove(window);
  }

  /// Compares one strategy with the originals kept of a window.
  Comparison comparison(int window) {
    return new Comparison(window, originals.getOrDefault(window, Map.of()));
  }

  final class Comparison {

    private final LogitsObserver observer;
    private final List<Double> values = new ArrayList<>();

    private Comparison(int window, Map<Integer, float[]> rows) {
      observer =
          new Observer(
              window,
              (position, logits) -> {
                float[] original = rows.get(position);
                if (original != null) {
                  values.add(Divergence.nats(original, logits));
                  values.add(best(original) == best(logits) ? 1.0 : 0.0);
                }
              });
    }

    LogitsObserver observer() {
      return observer;
    }

    /// In turn a divergence, and 1 where the most likely token is the same.
    double[] values() {
      return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
  }

  /// Adds up the comparisons of windows.
  static final class Sum {

    private static final double MOST = 0.99;

    private final List<Double> divergences = new ArrayList<>();
    private double kl;
    private int agreements;

    /// @param values as [Comparison#values]
    void add(double[] values) {
      for (int i = 0; i < values.length; i += 2) {
        divergences.add(values[i]);
        kl += values[i];
        agreements += values[i + 1] == 1 ? 1 : 0;
      }
    }

    ShortDamage result() {
      int positions = divergences.size();
      if (positions == 0) {
        return new ShortDamage(0, 0, 0, 0);
      }
      List<Double> sorted = divergences.stream().sorted().toList();
      double most = sorted.get((int) Math.ceil(MOST * positions) - 1);
      return new ShortDamage(positions, kl / positions, most, (double) agreements / positions);
    }
  }

  private interface Row {
    void accept(int position, float[] logits);
  }

  private final class Observer implements LogitsObserver {

    private final int window;
    private final Row row;

    Observer(int window, Row row) {
      this.window = window;
      this.row = row;
    }

    @Override
    public boolean wants(int position) {
      if (position == 0 || position >= trainedLength) {
        return false;
      }
      // Counted over all windows, so that a large stride meets another position in each.
      long index = (long) window * (trainedLength - 1) + position - 1;
      return index % stride == stride / 2;
    }

    @Override
    public void accept(int position, float[] logits) {
      row.accept(position, logits);
    }
  }

  private static int best(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }
}
