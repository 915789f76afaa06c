package rope4j.rotation;

import java.util.Arrays;

/// Any rule in the words of llama.cpp: an operator and divisors of the angle.
///
/// Rules the operator knows (linear, YaRN, another base) become its arguments; every other rule
/// becomes the divisors that a converter would write into `rope_freqs`.
///
/// @param operator the operator's arguments
/// @param frequencyFactors one divisor per pair
record LlamaCppMapping(LlamaCppOperator operator, float[] frequencyFactors) {

  /// Stops a pair: what converters write for Gemma 4's unrotated channels.
  private static final float STANDING = 1e30f;

  static LlamaCppMapping of(RopeParameters parameters, int contextLength) {
    float[] factors = new float[parameters.pairs()];
    Arrays.fill(factors, 1);
    double attention = 1;
    Scaling rule = parameters.scaling();
    while (true) {
      switch (rule) {
        case AttentionScaled(Scaling inner, double factor) -> {
          attention *= factor;
          rule = inner;
          continue;
        }
        case SoftmaxScaled(Scaling inner, double _) -> {
          rule = inner;
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
    LlamaCppOperator plain =
        LlamaCppOperator.plain(
            parameters.rotaryDimension(), parameters.trainedLength(), parameters.base());
    LlamaCppOperator operator =
        switch (rule) {
          case Unscaled _ -> plain;
          case Linear linear -> plain.withFrequencyScale(1 / linear.factor());
          case NtkAware ntk -> plain.withBase(ntk.scaledBase(parameters));
          case CriticalBaseNtk ntk -> plain.withBase(ntk.scaledBase(parameters));
          case DynamicNtk ntk -> plain.withBase(ntk.scaledBase(parameters, contextLength));
          case Yarn yarn -> yarn(yarn, parameters);
          default -> {
            Frequencies scaled = rule.frequencies(parameters, contextLength);
            attention *= scaled.attentionFactor();
            divideInto(factors, parameters.unscaledInverseFrequencies(), scaled);
            yield plain;
          }
        };
    return new LlamaCppMapping(operator.multiplyAttention(attention), factors);
  }

  private static void divideInto(float[] factors, double[] unscaled, Frequencies scaled) {
    for (int i = 0; i < factors.length; i++) {
      double inverse = scaled.inverse(i);
      factors[i] *= inverse == 0 ? STANDING : (float) (unscaled[i] / inverse);
    }
  }

  private static LlamaCppOperator yarn(Yarn yarn, RopeParameters parameters) {
    if (!yarn.truncate()) {
      throw new IllegalArgumentException(
          "llama.cpp always rounds YaRN's ramp to whole pairs; truncate=false has no equivalent there");
    }
    // The operator multiplies by its own 1 + 0.1 ln(1/scale) when the extrapolation factor is not
    // 0.
    double own = yarn.extrapolationFactor() == 0 ? 1 : 1 + 0.1 * Math.log(yarn.factor());
    return new LlamaCppOperator(
        parameters.rotaryDimension(),
        yarn.originalLength(),
        (float) parameters.base(),
        (float) (1 / yarn.factor()),
        (float) yarn.extrapolationFactor(),
        (float) (yarn.effectiveAttentionFactor() / own),
        (float) yarn.betaFast(),
        (float) yarn.betaSlow());
  }
}
