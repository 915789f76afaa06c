package rope4j.rotation;

/// NTK-mixed: pair `i` is divided by `exp(a (i+1)^mixedB)` with `a = ln(factor) / (d/2)^mixedB`, so
/// that the slowest pair is interpolated by the factor.
///
/// Source: vLLM `ntk_scaling_rope.py` with `mixed_b`; kexue.fm 9706, where 0.625 is proposed.
///
/// @param factor context length over trained length, above 0 and finite
/// @param mixedB the exponent (`mixed_b`), finite
public record NtkMixed(double factor, double mixedB) implements Scaling {

  public NtkMixed {
    Checks.factor("ntk", factor);
    Checks.finite("ntk mixed_b", mixedB);
  }

  @Override
  public String name() {
    return "ntk-mixed";
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    double[] inverse = parameters.unscaledInverseFrequencies();
    double a = Math.log(factor) / Math.pow(inverse.length, mixedB);
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] /= Math.exp(a * Math.pow(i + 1, mixedB));
    }
    return new Frequencies(inverse, 1);
  }
}
