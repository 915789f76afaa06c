package rope4j.rotation;

import java.util.OptionalDouble;

/// YaRN as the engines compute it: fast pairs keep their frequency, slow pairs are interpolated,
/// and a ramp over the *pair index* joins them; queries and keys are then multiplied by an
/// attention factor.
///
/// The paper's ramp is linear in the number of turns instead (arXiv 2309.00071, equations 17 to
/// 20): [YarnByTurns]. The code of the authors, of Transformers (`_compute_yarn_parameters`) and of
/// ggml (`ggml_rope_yarn_corr_dims`) agree with this record. Betas in reverse order are evaluated
/// as the engines do.
///
/// @param factor context length over trained length, above 0 and finite
/// @param originalLength tokens the model was trained on
/// @param betaFast pairs that turn more often than this within the original length keep their
///   frequency; default 32
/// @param betaSlow pairs that turn less often than this are fully interpolated; default 1
/// @param truncate whether the ends of the ramp are rounded outwards to whole pairs; default true,
///   and always in llama.cpp
/// @param extrapolationFactor how much of the unscaled frequency the fast pairs keep; default 1
///   (`--yarn-ext-factor`)
/// @param attentionFactor multiplies cosine and sine; empty for `0.1 ln(factor) + 1`
public record Yarn(
    double factor,
    int originalLength,
    double betaFast,
    double betaSlow,
    boolean truncate,
    double extrapolationFactor,
    OptionalDouble attentionFactor)
    implements Scaling {

  public Yarn {
    Checks.factor("yarn", factor);
    Checks.originalLength("yarn", originalLength);
    Checks.positive("yarn beta_fast", betaFast);
    Checks.positive("yarn beta_slow", betaSlow);
    Checks.finite("yarn extrapolation_factor", extrapolationFactor);
    if (attentionFactor.isPresent()) {
      Checks.finite("yarn attention_factor", attentionFactor.getAsDouble());
    }
  }

  /// YaRN with the authors' defaults: betas 32 and 1, whole pairs, attention factor from the
  /// factor.
  public Yarn(double factor, int originalLength) {
    this(factor, originalLength, 32, 1, true, 1, OptionalDouble.empty());
  }

  /// `g(factor, mscale)`: `0.1 mscale ln(factor) + 1`, and 1 for a factor up to 1.
  ///
  /// The attention factor of plain YaRN is `g(factor, 1)`; that of DeepSeek's pair is `g(factor,
  /// mscale) / g(factor, mscale_all_dim)`.
  public static double magnitude(double factor, double mscale) {
    return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
  }

  /// The same ramp with this attention factor.
  public Yarn withAttentionFactor(double other) {
    return new Yarn(
        factor,
        originalLength,
        betaFast,
        betaSlow,
        truncate,
        extrapolationFactor,
        OptionalDouble.of(other));
  }

  /// DeepSeek's form: the rotation is scaled by `g(factor, mscale) / g(factor, mscaleAllDim)` and
  /// the softmax scale multiplied by `g(factor, mscaleAllDim)^2`.
  public SoftmaxScaled withMagnitudes(double mscale, double mscaleAllDim) {
    double allDim = magnitude(factor, mscaleAllDim);
    return new SoftmaxScaled(
        withAttentionFactor(magnitude(factor, mscale) / allDim), allDim * allDim);
  }

  @Override
  public String name() {
    return "yarn";
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    double[] inverse = parameters.unscaledInverseFrequencies();
    PairRamp ramp = PairRamp.between(betaFast, betaSlow, originalLength, parameters, truncate);
    for (int i = 0; i < inverse.length; i++) {
      double kept = (1 - ramp.at(i)) * extrapolationFactor;
      inverse[i] = inverse[i] / factor * (1 - kept) + inverse[i] * kept;
    }
    return new Frequencies(inverse, effectiveAttentionFactor());
  }

  /// The attention factor that applies: the explicit one, or `0.1 ln(factor) + 1`, and 1 for a
  /// factor up to 1.
  public double effectiveAttentionFactor() {
    return attentionFactor.orElse(magnitude(factor, 1));
  }
}
