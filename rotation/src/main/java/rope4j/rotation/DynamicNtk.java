package rope4j.rotation;

/// NTK-aware scaling that grows with the context: unscaled up to the original length, beyond it the
/// base is `base * (factor * length/original - (factor - 1))^(d/(d-2))`.
///
/// Source: Transformers `_compute_dynamic_ntk_parameters` (the original length is
/// `max_position_embeddings` there, never `original_max_position_embeddings`), and vLLM
/// `dynamic_ntk_scaling_rope.py`, which evaluates it once for the server's length. With factor 1 it
/// is the dynamic NTK of jquesnelle/yarn. Transformers grows it between calls:
/// [GrowingFrequencies].
///
/// @param factor above 0 and finite; 1 still scales beyond the original length
/// @param originalLength tokens up to which nothing is scaled
public record DynamicNtk(double factor, int originalLength) implements Scaling {

  public DynamicNtk {
    Checks.factor("dynamic", factor);
    Checks.originalLength("dynamic scaling", originalLength);
  }

  @Override
  public String name() {
    return "dynamic-ntk";
  }

  /// The base for a context of this many tokens.
  public double scaledBase(RopeParameters parameters, int contextLength) {
    double length = Math.max(contextLength, originalLength);
    double by = factor * length / originalLength - (factor - 1);
    return NtkAware.raise(parameters.base(), by, parameters.rotaryDimension());
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    return contextLength <= originalLength
        ? new Unscaled().frequencies(parameters, contextLength)
        : NtkAware.rebased(parameters, scaledBase(parameters, contextLength));
  }
}
