package rope4j.diagnosis;

import java.util.ArrayList;
import java.util.List;
import rope4j.inference.LogitsObserver;

/// Keeps the original rotation's logits at positions below the trained length, then compares a
/// strategy's with them.
///
/// The memory is bounded: where all positions of all windows would not fit, evenly spaced ones are
/// kept.
final class ShortDamageMeter {

  /// Floats of kept logits: 64 MiB.
  private static final long BUDGET = 16L << 20;

  private final int trainedLength;
  private final int stride;
  private final List<float[][]> originals = new ArrayList<>();

  ShortDamageMeter(int trainedLength, int windows, int vocabulary) {
    this.trainedLength = trainedLength;
    long floats = (long) trainedLength * windows * vocabulary;
    stride = Math.toIntExact(Math.clamp((floats + BUDGET - 1) / BUDGET, 1, trainedLength));
  }

  /// Keeps the logits of one more window.
  LogitsObserver keepOriginal() {
    float[][] rows = new float[(trainedLength + stride - 1) / stride][];
    originals.add(rows);
    return new Observer((index, logits) -> rows[index] = logits.clone());
  }

  /// Compares the windows of one strategy, in the order in which the originals were kept.
  Comparison comparison() {
    return new Comparison();
  }

  final class Comparison {

    private int positions;
    private double kl;
    private int agreements;

    LogitsObserver observe(int window) {
      float[][] rows = originals.get(window);
      return new Observer((index, logits) -> compare(rows[index], logits));
    }

    private void compare(float[] original, float[] changed) {
      positions++;
      kl += divergence(original, changed);
      if (best(original) == best(changed)) {
        agreements++;
      }
    }

    ShortDamage result() {
      return new ShortDamage(positions, kl / positions, (double) agreements / positions);
    }
  }

  private interface Row {
    void accept(int index, float[] logits);
  }

  private final class Observer implements LogitsObserver {

    private final Row row;

    Observer(Row row) {
      this.row = row;
    }

    @Override
    public boolean wants(int position) {
      return position < trainedLength && position % stride == 0;
    }

    @Override
    public void accept(int position, float[] logits) {
      row.accept(position / stride, logits);
    }
  }

  /// KL(p ‖ q) of the softmax of two rows of logits, nats.
  static double divergence(float[] p, float[] q) {
    double logP = logSumExp(p);
    double logQ = logSumExp(q);
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      double own = p[i] - logP;
      sum += Math.exp(own) * (own - (q[i] - logQ));
    }
    return Math.max(0, sum);
  }

  private static double logSumExp(float[] logits) {
    double max = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      max = Math.max(max, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - max);
    }
    return max + Math.log(sum);
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
