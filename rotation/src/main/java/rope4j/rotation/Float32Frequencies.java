package rope4j.rotation;

/// Inverse frequencies in float32, operation by operation as Transformers' `modeling_rope_utils.py`
/// forms them; rules that Transformers lacks are computed in float64 and rounded.
final class Float32Frequencies {

  private Float32Frequencies() {}

  static float[] of(RopeParameters parameters, int contextLength) {
    return of(parameters, parameters.scaling(), contextLength);
  }

  private static float[] of(RopeParameters parameters, Scaling scaling, int contextLength) {
    return switch (scaling) {
      case Unscaled _ -> plain(parameters.base(), parameters);
      case Linear(double factor) -> {
        float[] inverse = plain(parameters.base(), parameters);
        for (int i = 0; i < inverse.length; i++) {
          inverse[i] /= (float) factor;
        }
        yield inverse;
      }
      case DynamicNtk rule -> plain(rule.scaledBase(parameters, contextLength), parameters);
      case NtkAware rule -> plain(rule.scaledBase(parameters), parameters);
      case Yarn yarn -> yarn(yarn, parameters);
      case Llama3 llama3 -> llama3(llama3, parameters);
      case LongRope rule -> {
        var _ = rule.frequencies(parameters, contextLength); // checks the number of factors
        double[] factors = rule.isLong(contextLength) ? rule.longFactors() : rule.shortFactors();
        float[] inverse = powers(parameters.base(), parameters);
        for (int i = 0; i < inverse.length; i++) {
          inverse[i] = 1f / ((float) factors[i] * inverse[i]);
        }
        yield inverse;
      }
      case AttentionScaled(Scaling inner, double _) -> of(parameters, inner, contextLength);
      case SoftmaxScaled(Scaling inner, double _) -> of(parameters, inner, contextLength);
      case DynamicLinear _,
          NtkAlpha _,
          NtkFixed _,
          NtkMixed _,
          CriticalBaseNtk _,
          NtkByParts _,
          PartNtk _,
          YarnByTurns _,
          DynamicYarn _,
          DynamicLongRope _,
          Proportional _,
          PRope _,
          Hope _,
          ExplicitFrequencies _,
          FrequencyFactors _,
          Resonance _,
          StartTokensUnscaled _ ->
          rounded(scaling.frequencies(parameters, contextLength));
    };
  }

  /// `base^(2i/d)` with the exponent formed in float32.
  private static float[] powers(double base, RopeParameters parameters) {
    float[] powers = new float[parameters.pairs()];
    float d = parameters.rotaryDimension();
    for (int i = 0; i < powers.length; i++) {
      powers[i] = (float) Math.pow((float) base, 2f * i / d);
    }
    return powers;
  }

  private static float[] plain(double base, RopeParameters parameters) {
    float[] inverse = powers(base, parameters);
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] = 1f / inverse[i];
    }
    return inverse;
  }

  private static float[] yarn(Yarn yarn, RopeParameters parameters) {
    float[] powers = powers(parameters.base(), parameters);
    float[] inverse = new float[powers.length];
    PairRamp ramp =
        PairRamp.between(
            yarn.betaFast(), yarn.betaSlow(), yarn.originalLength(), parameters, yarn.truncate());
    for (int i = 0; i < inverse.length; i++) {
      float rise = (i - (float) ramp.low()) / (float) (ramp.high() - ramp.low());
      float kept = (1 - Math.clamp(rise, 0f, 1f)) * (float) yarn.extrapolationFactor();
      float interpolated = 1f / ((float) yarn.factor() * powers[i]);
      inverse[i] = interpolated * (1 - kept) + 1f / powers[i] * kept;
    }
    return inverse;
  }

  private static float[] llama3(Llama3 rule, RopeParameters parameters) {
    float[] inverse = plain(parameters.base(), parameters);
    float factor = (float) rule.factor();
    float low = (float) rule.lowFreqFactor();
    float span = (float) (rule.highFreqFactor() - rule.lowFreqFactor());
    for (int i = 0; i < inverse.length; i++) {
      float wavelength = (float) (2 * Math.PI) / inverse[i];
      if (wavelength > (float) (rule.originalLength() / rule.lowFreqFactor())) {
        inverse[i] /= factor;
      } else if (wavelength >= (float) (rule.originalLength() / rule.highFreqFactor())) {
        float kept = span == 0 ? 1 : (rule.originalLength() / wavelength - low) / span;
        inverse[i] = (1 - kept) * inverse[i] / factor + kept * inverse[i];
      }
    }
    return inverse;
  }

  private static float[] rounded(Frequencies frequencies) {
    float[] inverse = new float[frequencies.pairs()];
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] = (float) frequencies.inverse(i);
    }
    return inverse;
  }
}
