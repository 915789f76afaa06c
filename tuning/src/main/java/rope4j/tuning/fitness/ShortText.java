package rope4j.tuning.fitness;

/// What a model predicts within the trained length under the original rotation; other predictions
/// of the same text are compared with it.
///
/// KL(p ‖ q) is the sum of `p log p` less that of `p log q`. The first is known before any
/// candidate is; the second is one product of `p` with a candidate's logits.
final class ShortText {

  private final float[][] probabilities;

  /// By row: the sum of its probabilities, which is 1 but for rounding, and that of `p log p`.
  private final double[] mass;

  private final double[] negativeEntropy;

  /// @param original logits under the original rotation
  /// @param tokens the text, one token longer than the last row's position
  /// @param nll its likelihoods by position
  ShortText(LogitRows original, int[] tokens, double[] nll) {
    int count = original.count();
    probabilities = new float[count][];
    mass = new double[count];
    negativeEntropy = new double[count];
    for (int row = 0; row < count; row++) {
      float[] logits = original.row(row);
      double total = original.logSumExp(row, tokens, nll);
      float[] own = new float[logits.length];
      for (int i = 0; i < own.length; i++) {
        double logProbability = logits[i] - total;
        own[i] = (float) Math.exp(logProbability);
        mass[row] += own[i];
        negativeEntropy[row] += own[i] * logProbability;
      }
      probabilities[row] = own;
    }
  }

  /// The mean divergence of other predictions from these, in nats, 0 or more.
  ///
  /// @param other logits of the same positions
  /// @param tokens a text that begins with this one
  /// @param nll its likelihoods by position
  double divergence(LogitRows other, int[] tokens, double[] nll) {
    double sum = 0;
    for (int row = 0; row < probabilities.length; row++) {
      double logs =
          product(probabilities[row], other.row(row))
              - mass[row] * other.logSumExp(row, tokens, nll);
      sum += Math.max(0, negativeEntropy[row] - logs);
    }
    return sum / probabilities.length;
  }

  /// Four sums at once, since each addition waits for the one before it.
  private static double product(float[] p, float[] q) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i + 3 < p.length; i += 4) {
      a += (double) p[i] * q[i];
      b += (double) p[i + 1] * q[i + 1];
      c += (double) p[i + 2] * q[i + 2];
      d += (double) p[i + 3] * q[i + 3];
    }
    for (; i < p.length; i++) {
      a += (double) p[i] * q[i];
    }
    return a + b + c + d;
  }
}
