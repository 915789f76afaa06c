package rope4j.tuning.fitness;

/// What a model predicts within the trained length under the original rotation; other predictions
/// of the same text are compared with it.
///
/// KL(p ‖ q) is the sum of `p log p` less that of `p log q`. The first is known before any
/// candidate is; the second is one product of `p` with a candidate's logits.
final class ShortText {

  private final float[][] probabilities;

  /// By row: the sum of its probabilities, which is 1 but for rounding.
  private final double[] mass;

  /// The sum of `p log p` over all rows.
  private double negativeEntropy;

  /// @param original logits under the original rotation
  /// @param tokens the text, one token longer than the last row's position
  /// @param nll its likelihoods by position
  ShortText(LogitRows original, int[] tokens, double[] nll) {
    int count = original.count();
    probabilities = new float[count][];
    mass = new double[count];
    for (int row = 0; row < count; row++) {
      float[] logits = original.row(row);
      double total = original.logSumExp(row, tokens, nll);
      float[] own = new float[logits.length];
      for (int i = 0; i < own.length; i++) {
        double logProbability = logits[i] - total;
        own[i] = (float) Math.exp(logProbability);
        mass[row] += own[i];
        negativeEntropy += own[i] * logProbability;
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
    double logs = 0;
    // Entry by entry over all rows, which needs no sum within a vector.
    double[] products = new double[probabilities[0].length];
    for (int row = 0; row < probabilities.length; row++) {
      addProducts(products, probabilities[row], other.row(row));
      logs -= mass[row] * other.logSumExp(row, tokens, nll);
    }
    for (double product : products) {
      logs += product;
    }
    return Math.max(0, negativeEntropy - logs) / probabilities.length;
  }

  private static void addProducts(double[] sums, float[] p, float[] q) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += (double) p[i] * (double) q[i];
    }
  }
}
