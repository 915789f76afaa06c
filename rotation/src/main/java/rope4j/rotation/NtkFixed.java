package rope4j.rotation;

/// vLLM's `rope_type` "ntk": the base is multiplied by the factor, and what the slowest pair lacks
/// is made up by dividing every frequency by `factor^(2/d)`.
///
/// Source: vLLM `ntk_scaling_rope.py` without `mixed_b`, after kexue.fm 9706.
///
/// @param factor context length over trained length, above 0 and finite
public record NtkFixed(double factor) implements Scaling {

  public NtkFixed {
    Checks.factor("ntk", factor);
  }

  @Override
  public String name() {
    return "ntk-fixed";
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    double[] inverse = NtkAware.rebased(parameters, parameters.base() * factor).inverse();
    double divisor = Math.pow(factor, 2.0 / parameters.rotaryDimension());
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] /= divisor;
    }
    return new Frequencies(inverse, 1);
  }
}
