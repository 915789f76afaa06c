package rope4j.rotation;

/// YaRN whose factor is the ratio the context needs: unscaled while it fits.
///
/// Source: jquesnelle/yarn `LlamaDynamicYaRNScaledRotaryEmbedding.py`.
///
/// @param originalLength tokens the model was trained on
/// @param betaFast as in [Yarn]
/// @param betaSlow as in [Yarn]
public record DynamicYarn(int originalLength, double betaFast, double betaSlow) implements Scaling {

  public DynamicYarn {
    Checks.originalLength("dynamic yarn", originalLength);
    Checks.positive("yarn beta_fast", betaFast);
    Checks.positive("yarn beta_slow", betaSlow);
  }

  /// With betas 32 and 1.
  public DynamicYarn(int originalLength) {
    this(originalLength, 32, 1);
  }

  @Override
  public String name() {
    return "dynamic-yarn";
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    if (contextLength <= originalLength) {
      return new Unscaled().frequencies(parameters, contextLength);
    }
    Yarn yarn = new Yarn((double) contextLength / originalLength, originalLength);
    return new Yarn(
            yarn.factor(),
            originalLength,
            betaFast,
            betaSlow,
            yarn.truncate(),
            yarn.extrapolationFactor(),
            yarn.attentionFactor())
        .frequencies(parameters, contextLength);
  }
}
