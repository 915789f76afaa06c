package rope4j.rotation;

import java.util.Arrays;

/// LongRoPE: every pair has a searched divisor of its own, one list for contexts within the
/// original length and one beyond it.
///
/// Source: Ding et al., arXiv 2402.13753; Transformers `_compute_longrope_parameters`. The switch
/// is `contextLength > originalLength`; engines differ in which length they put in: Transformers
/// the longest position of the call so far, vLLM the server's maximum, llama.cpp the context size.
/// The exemption of the first tokens is [StartTokensUnscaled]. PhiMoE always takes the short list
/// but switches the magnitude: [#phiMoe].
///
/// @param shortFactors divisors up to the original length (`short_factor`), one per pair, above 0
/// @param longFactors divisors beyond it (`long_factor`), as many
/// @param originalLength tokens the model was trained on before it was extended
/// @param shortAttentionFactor multiplies cosine and sine up to the original length
/// @param longAttentionFactor multiplies cosine and sine beyond it
public record LongRope(
    double[] shortFactors,
    double[] longFactors,
    int originalLength,
    double shortAttentionFactor,
    double longAttentionFactor)
    implements Scaling {

  public LongRope {
    shortFactors = shortFactors.clone();
    longFactors = longFactors.clone();
    Checks.divisors("short_factor", shortFactors);
    Checks.divisors("long_factor", longFactors);
    if (shortFactors.length != longFactors.length) {
      throw new IllegalArgumentException(
          "short_factor and long_factor must be equally long, but they have "
              + shortFactors.length
              + " and "
              + longFactors.length
              + " values");
    }
    Checks.originalLength("longrope", originalLength);
    Checks.finite("longrope attention factor (short_mscale)", shortAttentionFactor);
    Checks.finite("longrope attention factor (long_mscale)", longAttentionFactor);
  }

  /// With one attention factor for both lists.
  public LongRope(
      double[] shortFactors, double[] longFactors, int originalLength, double attentionFactor) {
    this(shortFactors, longFactors, originalLength, attentionFactor, attentionFactor);
  }

  /// The attention factor of the paper, `sqrt(1 + ln(factor) / ln(originalLength))`, and 1 for a
  /// factor up to 1.
  ///
  /// @param factor extended length over original length
  public static double magnitude(double factor, int originalLength) {
    Checks.factor("longrope", factor);
    Checks.originalLength("longrope", originalLength);
    return factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(originalLength));
  }

  /// PhiMoE: the short list at every length, and a magnitude of its own for either side of the
  /// switch (`short_mscale`, `long_mscale`).
  ///
  /// Source: Transformers `models/phimoe/modeling_phimoe.py`.
  public static LongRope phiMoe(
      double[] shortFactors, int originalLength, double shortMscale, double longMscale) {
    return new LongRope(shortFactors, shortFactors, originalLength, shortMscale, longMscale);
  }

  /// A copy of the divisors up to the original length.
  @Override
  public double[] shortFactors() {
    return shortFactors.clone();
  }

  /// A copy of the divisors beyond the original length.
  @Override
  public double[] longFactors() {
    return longFactors.clone();
  }

  @Override
  public String name() {
    return "longrope";
  }

  /// Whether a context of this many tokens takes the long list.
  public boolean isLong(int contextLength) {
    return contextLength > originalLength;
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    double[] divisors = isLong(contextLength) ? longFactors : shortFactors;
    Checks.onePerPair(isLong(contextLength) ? "long_factor" : "short_factor", divisors, parameters);
    double[] inverse = parameters.unscaledInverseFrequencies();
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] /= divisors[i];
    }
    return new Frequencies(
        inverse, isLong(contextLength) ? longAttentionFactor : shortAttentionFactor);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LongRope that
        && Arrays.equals(shortFactors, that.shortFactors)
        && Arrays.equals(longFactors, that.longFactors)
        && originalLength == that.originalLength
        && Double.compare(shortAttentionFactor, that.shortAttentionFactor) == 0
        && Double.compare(longAttentionFactor, that.longAttentionFactor) == 0;
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Arrays.hashCode(shortFactors) + Arrays.hashCode(longFactors))
        + originalLength;
  }

  @Override
  public String toString() {
    return "LongRope[shortFactors="
        + Arrays.toString(shortFactors)
        + ", longFactors="
        + Arrays.toString(longFactors)
        + ", originalLength="
        + originalLength
        + ", shortAttentionFactor="
        + shortAttentionFactor
        + ", longAttentionFactor="
        + longAttentionFactor
        + "]";
  }
}
