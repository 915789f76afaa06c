package rope4j.rotation;

/// NTK-by-parts: a pair that turns `r` times within the original length keeps its frequency from `r
/// = betaFast` on, is interpolated up to `r = betaSlow`, and in between is blended linearly *in
/// `r`*.
///
/// Source: Peng et al., YaRN, arXiv 2309.00071, equations 17 to 20. [YarnByTurns] adds the
/// attention factor; [Yarn] is the ramp over the pair index that engines use.
///
/// @param factor context length over trained length, above 0 and finite
/// @param originalLength tokens the model was trained on
/// @param betaFast turns from which a pair keeps its frequency, above betaSlow; the paper's 32
/// @param betaSlow turns up to which a pair is interpolated, 0 or more; the paper's 1
public record NtkByParts(double factor, int originalLength, double betaFast, double betaSlow)
    implements Scaling {

  public NtkByParts {
    Checks.factor("ntk-by-parts", factor);
    Checks.originalLength("ntk-by-parts scaling", originalLength);
    Checks.positive("ntk-by-parts beta_fast", betaFast);
    Checks.notNegative("ntk-by-parts beta_slow", betaSlow);
    if (betaFast <= betaSlow) {
      throw new IllegalArgumentException(
          "ntk-by-parts beta_fast must be above beta_slow, but they are "
              + betaFast
              + " and "
              + betaSlow);
    }
  }

  /// With the paper's values for Llama, 32 and 1.
  public NtkByParts(double factor, int originalLength) {
    this(factor, originalLength, 32, 1);
  }

  @Override
  public String name() {
    return "ntk-by-parts";
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    double[] inverse = parameters.unscaledInverseFrequencies();
    for (int i = 0; i < inverse.length; i++) {
      double turns = originalLength * inverse[i] / (2 * Math.PI);
      double kept = Math.clamp((turns - betaSlow) / (betaFast - betaSlow), 0, 1);
      inverse[i] = inverse[i] / factor * (1 - kept) + inverse[i] * kept;
    }
    return new Frequencies(inverse, 1);
  }
}
