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
    return raise(parameters.base(), factor, parameters.rotaryDimension());
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    return rebased(parameters, scaledBase(parameters));
  }

  /// `base * by^(d/(d-2))`.
  static double raise(double base, double by, int d) {
    if (d <= 2) {
      throw new IllegalArgumentException(
          "ntk-aware scaling needs a rotary dimension above 2, but it is "
              + d
              + "; use linear scaling instead");
    }
    return base * Math.pow(by, d / (d - 2.0));
  }

  /// The plain frequencies of another base, which may fall to 1 or below here.
  static Frequencies rebased(RopeParameters parameters, double base) {
    return Frequencies.unscaled(base, parameters.rotaryDimension());
  }
}
