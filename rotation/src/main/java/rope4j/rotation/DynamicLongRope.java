package rope4j.rotation;

import java.util.Arrays;

/// LongRoPE whose divisors grow with the context: at the original length every divisor is 1, at the
/// maximum length it is the searched one, and in between `1 + (divisor - 1) * (s - 1) / (S - 1)`
/// with `s = length/original` and `S = maximum/original`.
///
/// Source: microsoft/LongRoPE `rope/longrope.py`, `DynamicLongRoPEScaledRotaryEmbedding`. The
/// attention factor belongs to the maximum length and does not grow: [#magnitude]. Where the
/// repository goes on below the original length, to divisors below 1, a context that fits is
/// unscaled here; beyond the maximum length both go on in a straight line. The repository's mixed
/// variant is [StartTokensUnscaled] around this rule or [LongRope].
///
/// @param factors divisors at the maximum length (`rescale_factors`), one per pair, at least 1
/// @param originalLength tokens the model was trained on before it was extended
/// @param maxLength tokens the divisors were searched for (`max_position_embeddings`), above the
///   original length
/// @param attentionFactor multiplies cosine and sine at every length
public record DynamicLongRope(
    double[] factors, int originalLength, int maxLength, double attentionFactor)
    implements Scaling {

  public DynamicLongRope {
    factors = factors.clone();
    for (int i = 0; i < factors.length; i++) {
      if (!(factors[i] >= 1) || Double.isInfinite(factors[i])) {
        throw new IllegalArgumentException(
            "rescale_factors of pair "
                + i
                + " is "
                + factors[i]
                + ", but each must be a finite number from 1 on");
      }
    }
    Checks.originalLength("dynamic longrope", originalLength);
    if (maxLength <= originalLength) {
      throw new IllegalArgumentException(
          "the length that the divisors were searched for (max_position_embeddings) must be above"
              + " the original length "
              + originalLength
              + ", but it is "
              + maxLength);
    }
    Checks.finite("dynamic longrope attention factor (magnitude_scaling_policy)", attentionFactor);
  }

  /// The attention factor that the repository's `magnitude_scaling_policy` means.
  ///
  /// @param policy `su` for LongRoPE's own formula, `yarn` for `0.1 ln(factor) + 1`, or the number
  ///   itself
  /// @param factor maximum length over original length
  public static double magnitude(String policy, double factor, int originalLength) {
    return switch (policy) {
      case "su" -> LongRope.magnitude(factor, originalLength);
      case "yarn" -> Yarn.magnitude(factor, 1);
      default -> constant(policy);
    };
  }

  private static double constant(String policy) {
    try {
      double constant = Double.parseDouble(policy);
      Checks.finite("magnitude_scaling_policy", constant);
      return constant;
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "magnitude_scaling_policy must be su, yarn or a number, but it is " + policy, e);
    }
  }

  /// A copy of the divisors at the maximum length.
  @Override
  public double[] factors() {
    return factors.clone();
  }

  @Override
  public String name() {
    return "dynamic-longrope";
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    Checks.onePerPair("rescale_factors", factors, parameters);
    double share =
        Math.max(0, (double) contextLength - originalLength)
            / ((double) maxLength - originalLength);
    double[] inverse = parameters.unscaledInverseFrequencies();
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] /= 1 + (factors[i] - 1) * share;
    }
    return new Frequencies(inverse, attentionFactor);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DynamicLongRope that
        && Arrays.equals(factors, that.factors)
        && originalLength == that.originalLength
        && maxLength == that.maxLength
        && Double.compare(attentionFactor, that.attentionFactor) == 0;
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Arrays.hashCode(factors) + originalLength) + maxLength;
  }

  @Override
  public String toString() {
    return "DynamicLongRope[factors="
        + Arrays.toString(factors)
        + ", originalLength="
        + originalLength
        + ", maxLength="
        + maxLength
        + ", attentionFactor="
        + attentionFactor
        + "]";
  }
}
