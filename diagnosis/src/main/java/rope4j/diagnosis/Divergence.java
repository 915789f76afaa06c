package rope4j.diagnosis;

/// How far one prediction is from another.
public final class Divergence {

  private Divergence() {}

  /// KL(p ‖ q) of the softmax of two rows of logits.
  ///
  /// @param p logits of the distribution that counts as right
  /// @param q as many of the other
  /// @return nats, 0 or more
  public static double nats(float[] p, float[] q) {
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
}
