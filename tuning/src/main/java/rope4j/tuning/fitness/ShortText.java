package rope4j.tuning.fitness;

import rope4j.inference.LogitsObserver;

/// What a model predicts within the trained length under the original rotation; other predictions
/// of the same text are compared with it.
///
/// KL(p ‖ q) is the sum of `p log p` less that of `p log q`. The first is known before any
/// candidate is; the second is one product of `p` with a candidate's logits, taken of each position
/// while these are still near the processor.
final class ShortText {

  private final LogitRows original;
  private final float[][] probabilities;

  /// By row: the sum of its probabilities, which is 1 but for rounding.
  private final double[] mass;

  /// The sum of `p log p` over all rows.
  private double negativeEntropy;

  /// @param original logits under the original rotation, of which only the positions are kept
  /// @param tokens the text, one token longer than the last row's position
  /// @param nll its likelihoods by position
  ShortText(LogitRows original, int[] tokens, double[] nll) {
    this.original = original;
    int count = original.count();
    probabilities = new float[count][];
    mass = new double[count];
    for (int row = 0; row < count; row++) {
      float[] logits = original.row(row);
      // The engine has summed the exponentials up for the likelihood of the token that comes next.
      int position = original.position(row);
      double total = nll[position] + logits[tokens[position + 1]];
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

  /// A comparison with other predictions, to be made as they come.
  ///
  /// @param tokens a text that begins with this one
  Comparison compare(int[] tokens) {
    return new Comparison(tokens);
  }

  /// Other predictions of the same positions.
  final class Comparison implements LogitsObserver {

    private final int[] tokens;

    /// Entry by entry over all rows, which needs no sum within a vector.
    private final double[] products = new double[probabilities[0].length];

    /// By row: the logit of the token that comes next.
    private final float[] next = new float[mass.length];

    private Comparison(int[] tokens) {
      this.tokens = tokens;
    }

    @Override
    public boolean wants(int position) {
      return original.wants(position);
    }

    @Override
    public void accept(int position, float[] logits) {
      int row = original.rowOf(position);
      next[row] = logits[tokens[position + 1]];
      addProducts(products, probabilities[row], logits);
    }

    /// The mean divergence of the other predictions from these, in nats, 0 or more.
    ///
    /// @param nll likelihoods of the other text by position
    double divergence(double[] nll) {
      double logs = 0;
      for (int row = 0; row < mass.length; row++) {
        logs -= mass[row] * (nll[original.position(row)] + next[row]);
      }
      for (double product : products) {
        logs += product;
      }
      return Math.max(0, negativeEntropy - logs) / mass.length;
    }
  }

  private static void addProducts(double[] sums, float[] p, float[] q) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += (double) p[i] * (double) q[i];
    }
  }
}
