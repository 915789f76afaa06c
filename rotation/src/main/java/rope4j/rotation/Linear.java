package rope4j.rotation;

/// Position interpolation: every inverse frequency is divided by the factor.
///
/// Source: Chen et al., arXiv 2306.15595, equation 4; llama.cpp `--rope-scaling linear`.
///
/// @param factor context length over trained length, above 0 and finite
public record Linear(double factor) implements Scaling {

  public Linear {
    Checks.factor("linear", factor);
  }

  @Override
  public String name() {
    return "linear";
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    double[] inverse = parameters.unscaledInverseFrequencies();
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] /= factor;
    }
    return new Frequencies(inverse, 1);
  }
}
