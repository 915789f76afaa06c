package rope4j.rotation;

/// The forerunner of YaRN in the authors' repository: slow pairs are interpolated linearly, the
/// middle NTK-aware, and fast pairs keep their frequency, joined by two ramps over the pair index.
///
/// Source: jquesnelle/yarn `LlamaPartNTKScaledRotaryEmbedding.py`, whose constants "found
/// experimentally" (1.25 and 0.75 turns for the first ramp, 16 and 2 for the second) are kept.
///
/// @param factor context length over trained length, above 0 and finite
/// @param originalLength tokens the model was trained on
/// @param ntkFactor how much of the NTK-aware frequency the middle takes (`ntk_factor`), default 1
/// @param extrapolationFactor how much of the unscaled frequency fast pairs keep, default 1
public record PartNtk(
    double factor, int originalLength, double ntkFactor, double extrapolationFactor)
    implements Scaling {

  public PartNtk {
    Checks.factor("part-ntk", factor);
    Checks.originalLength("part-ntk scaling", originalLength);
    Checks.finite("part-ntk ntk_factor", ntkFactor);
    Checks.finite("part-ntk extrapolation_factor", extrapolationFactor);
  }

  /// With both factors 1.
  public PartNtk(double factor, int originalLength) {
    this(factor, originalLength, 1, 1);
  }

  @Override
  public String name() {
    return "part-ntk";
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    double[] inverse = parameters.unscaledInverseFrequencies();
    double[] ntk = new NtkAware(factor).frequencies(parameters, contextLength).inverse();
    PairRamp toNtk = PairRamp.between(1.25, 0.75, originalLength, parameters, true);
    PairRamp toUnscaled = PairRamp.between(16, 2, originalLength, parameters, true);
    for (int i = 0; i < inverse.length; i++) {
      double middle = (1 - toNtk.at(i)) * ntkFactor;
      double kept = (1 - toUnscaled.at(i)) * extrapolationFactor;
      double scaled = inverse[i] / factor * (1 - middle) + ntk[i] * middle;
      inverse[i] = scaled * (1 - kept) + inverse[i] * kept;
    }
    return new Frequencies(inverse, 1);
  }
}
