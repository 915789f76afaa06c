package rope4j.rotation;

import java.util.Arrays;

/// Angles in float32, operation by operation as ggml's CPU backend forms them.
///
/// Source: ggml `ops.cpp`, `ggml_rope_cache_init` and `rope_yarn`; `ggml.c`,
/// `ggml_rope_yarn_corr_dims`.
final class GgmlAngles implements Angles {

  private final int pairs;
  private final float thetaScale;
  private final float frequencyScale;
  private final float extrapolationFactor;
  private final float attentionFactor;
  private final float rampStart;
  private final float rampEnd;
  private final float[] frequencyFactors;

  private GgmlAngles(
      RopeParameters parameters, float base, Operator operator, float[] frequencyFactors) {
    int d = parameters.rotaryDimension();
    pairs = parameters.pairs();
    thetaScale = (float) Math.pow(base, -2.0f / d);
    frequencyScale = operator.frequencyScale;
    extrapolationFactor = operator.extrapolationFactor;
    attentionFactor = operator.attentionFactor;
    rampStart =
        Math.max(
            0,
            (float) Math.floor(pairTurning(operator.betaFast, operator.originalLength, d, base)));
    rampEnd =
        Math.min(
            d - 1,
            (float) Math.ceil(pairTurning(operator.betaSlow, operator.originalLength, d, base)));
    this.frequencyFactors = frequencyFactors;
  }

  /// The operator's scalar arguments, named as in ggml.h.
  private record Operator(
      float frequencyScale,
      float extrapolationFactor,
      float attentionFactor,
      float betaFast,
      float betaSlow,
      int originalLength) {

    static Operator plain(RopeParameters parameters) {
      return new Operator(1, 0, 1, 32, 1, parameters.trainedLength());
    }

    Operator withFrequencyScale(double scale) {
      return new Operator(
          (float) scale, extrapolationFactor, attentionFactor, betaFast, betaSlow, originalLength);
    }

    Operator multiplyAttention(double by) {
      return new Operator(
          frequencyScale,
          extrapolationFactor,
          (float) (attentionFactor * by),
          betaFast,
          betaSlow,
          originalLength);
    }
  }

  static GgmlAngles of(RopeParameters parameters, int contextLength) {
    float[] factors = new float[parameters.pairs()];
    Arrays.fill(factors, 1);
    float base = (float) parameters.base();
    double attention = 1;
    Scaling rule = parameters.scaling();
    while (true) {
      switch (rule) {
        case AttentionScaled scaled -> {
          attention *= scaled.attentionFactor();
          rule = scaled.scaling();
          continue;
        }
        case FrequencyFactors explicit -> {
          var _ = explicit.frequencies(parameters, contextLength); // checks the number of factors
          double[] divisors = explicit.divisors();
          for (int i = 0; i < factors.length; i++) {
            factors[i] *= (float) divisors[i];
          }
          rule = explicit.then();
          continue;
        }
        default -> {}
      }
      break;
    }
    Operator plain = Operator.plain(parameters);
    Operator operator =
        switch (rule) {
          case Unscaled _ -> plain;
          case Linear linear -> plain.withFrequencyScale(1 / linear.factor());
          case NtkAware ntk -> {
            base = (float) ntk.scaledBase(parameters);
            yield plain;
          }
          case Yarn yarn -> {
            if (!yarn.truncate()) {
              throw new IllegalArgumentException(
                  "llama.cpp always rounds YaRN's ramp to whole pairs; truncate=false has no equivalent there");
            }
            // The operator multiplies by its own 1 + 0.1 ln(1/scale) when the extrapolation factor
            // is not 0.
            double own = yarn.extrapolationFactor() == 0 ? 1 : 1 + 0.1 * Math.log(yarn.factor());
            yield new Operator(
                (float) (1 / yarn.factor()),
                (float) yarn.extrapolationFactor(),
                (float) (yarn.effectiveAttentionFactor() / own),
                (float) yarn.betaFast(),
                (float) yarn.betaSlow(),
                yarn.originalLength());
          }
          case AttentionScaled _, FrequencyFactors _ -> throw new AssertionError("unwrapped above");
        };
    return new GgmlAngles(parameters, base, operator.multiplyAttention(attention), factors);
  }

  @Override
  public void fill(int position, float[] cos, float[] sin, int offset) {
    float theta = (float) position;
    float ownMagnitude = 1.0f + 0.1f * (float) Math.log(1.0f / frequencyScale);
    for (int i = 0; i < pairs; i++) {
      float extrapolated = theta / frequencyFactors[i];
      float angle = frequencyScale * extrapolated;
      float magnitude = attentionFactor;
      if (extrapolationFactor != 0) {
        float y = (i - rampStart) / Math.max(0.001f, rampEnd - rampStart);
        float mix = (1 - Math.min(1, Math.max(0, y))) * extrapolationFactor;
        angle = angle * (1 - mix) + extrapolated * mix;
        magnitude *= ownMagnitude;
      }
      cos[offset + i] = (float) Math.cos(angle) * magnitude;
      sin[offset + i] = (float) Math.sin(angle) * magnitude;
      theta *= thetaScale;
    }
  }

  private static float pairTurning(float turns, int originalLength, int d, float base) {
    return d
        * (float) Math.log(originalLength / (turns * 2 * (float) Math.PI))
        / (2 * (float) Math.log(base));
  }
}
