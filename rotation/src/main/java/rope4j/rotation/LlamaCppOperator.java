package rope4j.rotation;

import java.util.OptionalDouble;

/// The scalar arguments of ggml's rope operator (`ggml_rope_ext`, `ggml_rope_multi`), named as in
/// ggml.h. Nothing is refused here that ggml accepts: an original length of 0 is harmless while the
/// extrapolation factor is 0.
///
/// @param dimensions `n_dims`: channels that rotate
/// @param originalLength `n_ctx_orig`: tokens the model was trained on
/// @param base `freq_base`
/// @param frequencyScale `freq_scale`: 1 / factor
/// @param extrapolationFactor `ext_factor`: 0 without YaRN, 1 with it
/// @param attentionFactor `attn_factor`: multiplies cosine and sine; the operator adds YaRN's own
///   magnitude by itself when the extrapolation factor is not 0
/// @param betaFast `beta_fast`
/// @param betaSlow `beta_slow`
public record LlamaCppOperator(
    int dimensions,
    int originalLength,
    float base,
    float frequencyScale,
    float extrapolationFactor,
    float attentionFactor,
    float betaFast,
    float betaSlow) {

  public LlamaCppOperator {
    if (dimensions < 2 || dimensions % 2 != 0) {
      throw new IllegalArgumentException(
          "the rotary dimension (rope.dimension_count) must be even and at least 2, but it is "
              + dimensions);
    }
  }

  /// The unscaled rotation.
  public static LlamaCppOperator plain(int dimensions, int originalLength, double base) {
    return new LlamaCppOperator(dimensions, originalLength, (float) base, 1, 0, 1, 32, 1);
  }

  /// The same operator with another base.
  public LlamaCppOperator withBase(double other) {
    return new LlamaCppOperator(
        dimensions,
        originalLength,
        (float) other,
        frequencyScale,
        extrapolationFactor,
        attentionFactor,
        betaFast,
        betaSlow);
  }

  /// The same operator with another frequency scale.
  public LlamaCppOperator withFrequencyScale(double other) {
    return new LlamaCppOperator(
        dimensions,
        originalLength,
        base,
        (float) other,
        extrapolationFactor,
        attentionFactor,
        betaFast,
        betaSlow);
  }

  /// The same operator with its attention factor multiplied.
  public LlamaCppOperator multiplyAttention(double by) {
    return new LlamaCppOperator(
        dimensions,
        originalLength,
        base,
        frequencyScale,
        extrapolationFactor,
        (float) (attentionFactor * by),
        betaFast,
        betaSlow);
  }

  /// First pair of YaRN's ramp (`corr_dims[0]`), always rounded down.
  public float rampStart() {
    return Math.max(0, (float) Math.floor(pairTurning(betaFast)));
  }

  /// Last pair of YaRN's ramp (`corr_dims[1]`), always rounded up.
  public float rampEnd() {
    return Math.min(dimensions - 1, (float) Math.ceil(pairTurning(betaSlow)));
  }

  /// What cosine and sine are multiplied by inside the operator.
  public float magnitude() {
    return extrapolationFactor == 0 ? attentionFactor : attentionFactor * ownMagnitude();
  }

  /// The frequencies this operator amounts to, in float64.
  ///
  /// @param frequencyFactors one divisor per pair
  /// @param axes says where the running product begins anew
  public ExplicitFrequencies frequencies(float[] frequencyFactors, PairAxes axes) {
    double[] inverse = new double[frequencyFactors.length];
    int exponent = 0;
    for (int i = 0; i < inverse.length; i++) {
      exponent = axes.restarts(i) ? 0 : exponent;
      double extrapolated = Math.pow(base, -2.0 * exponent / dimensions) / frequencyFactors[i];
      double interpolated = frequencyScale * extrapolated;
      double y = Math.clamp((i - rampStart()) / Math.max(0.001f, rampEnd() - rampStart()), 0, 1);
      double mix = extrapolationFactor == 0 ? 0 : (1 - y) * extrapolationFactor;
      inverse[i] = interpolated * (1 - mix) + extrapolated * mix;
      exponent++;
    }
    return new ExplicitFrequencies(inverse, magnitude());
  }

  /// The rule in the words of this library: [Unscaled], [Linear] or [Yarn], wrapped in
  /// [AttentionScaled] where the attention factor is not the rule's own.
  public Scaling scaling() {
    double factor = 1.0 / frequencyScale;
    if (extrapolationFactor != 0) {
      return new Yarn(
          factor,
          originalLength,
          betaFast,
          betaSlow,
          true,
          extrapolationFactor,
          OptionalDouble.of(magnitude()));
    }
    Scaling rule = frequencyScale == 1 ? new Unscaled() : new Linear(factor);
    return attentionFactor == 1 ? rule : new AttentionScaled(rule, attentionFactor);
  }

  private float ownMagnitude() {
    return 1.0f + 0.1f * (float) Math.log(1.0f / frequencyScale);
  }

  private float pairTurning(float turns) {
    return dimensions
        * (float) Math.log(originalLength / (turns * 2 * (float) Math.PI))
        / (2 * (float) Math.log(base));
  }
}
