package rope4j.rotation;

/// Position interpolation whose factor is the ratio the context needs, 1 while it fits.
///
/// Source: jquesnelle/yarn `LlamaDynamicScaledRotaryEmbedding.py` (`t * L / length`). Keys cached
/// before the context grew keep their old rotation there; [Rerotation] mends that.
///
/// @param originalLength tokens the model was trained on
public record DynamicLinear(int originalLength) implements Scaling {

  public DynamicLinear {
    Checks.originalLength("dynamic linear scaling", originalLength);
  }

  @Override
  public String name() {
    return "dynamic-linear";
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    return contextLength <= originalLength
        ? new Unscaled().frequencies(parameters, contextLength)
        : new Linear((double) contextLength / originalLength)
            .frequencies(parameters, contextLength);
  }
}
