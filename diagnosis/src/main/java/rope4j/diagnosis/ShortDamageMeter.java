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
  private final List<Map<Integer, float[]>> originals = new ArrayList<>();

  ShortDamageMeter(int trainedLength, int windows, int vocabulary) {
    this.trainedLength = trainedLength;
    long positions = (long) (trainedLength - 1) * windows;
    long most = Math.max(1, BUDGET / vocabulary);
    stride = Math.max(1, Math.ceilDiv(positions, most));
  }

  /// Keeps the logits of one more window.
  LogitsObserver keepOriginal() {
    Map<Integer, float[]> rows = new HashMap<>();
    originals.add(rows);
    return new Observer(
        originals.size() - 1, (position, logits) -> rows.put(position, logits.clone()));
  }

  /// Compares the windows of one strategy with the originals kept.
  Comparison comparison() {
    return new Comparison();
  }

  final class Comparison {

    private int positions;
    private double kl;
    private int agreements;

    LogitsObserver observe(int window) {
      Map<Integer, float[]> rows = originals.get(window);
      return new Observer(
          window,
          (position, logits) -> {
            float[] original = rows.get(position);
            if (original != null) {
              compare(original, logits);
            }
          });
    }

    private void compare(float[] original, float[] changed) {
      positions++;
      kl += Divergence.nats(original, changed);
      if (best(original) == best(changed)) {
        agreements++;
      }
    }

    ShortDamage result() {
      return new ShortDamage(positions, kl / positions, (double) agreements / positions);
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
