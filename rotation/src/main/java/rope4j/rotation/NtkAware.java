package rope4j.rotation;

/// NTK-aware interpolation: the base is raised so that the slowest pair is interpolated by the
/// factor and the fastest pair is left alone.
///
/// Source: Peng et al., YaRN, arXiv 2309.00071, appendix A.1. In llama.cpp it is
/// `--rope-freq-base`.
///
/// @param factor context length over trained length, above 0 and finite
public record NtkAware(double factor) implements Scaling {

  public NtkAware {
    Checks.factor("ntk-aware", factor);
  }

  @Override
  public String name() {
    return "ntk-aware";
  }

  /// The raised base `base * factor^(d/(d-2))`.
  ///
  /// @throws IllegalArgumentException when the rotary dimension is 2, where the exponent is not
  ///   defined
  public double scaledBase(RopeParameters parameters) {
    int d = parameters.rotaryDimension();
    if (d <= 2) {
      throw new IllegalArgumentException(
          "ntk-aware scaling needs a rotary dimension above 2, but it is "
              + d
              + "; use linear scaling instead");
    }
    return parameters.base() * Math.pow(factor, d / (d - 2.0));
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    return new Frequencies(
        parameters.withBase(scaledBase(parameters)).unscaledInverseFrequencies(), 1);
  }
}
