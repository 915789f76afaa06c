package rope4j.rotation;

/// The trained rotation, unchanged: pair `i` turns `base^(-2i/d)` radians per token.
///
/// Source: Su et al., RoFormer, arXiv 2104.09864, section 3.2.2.
public record Unscaled() implements Scaling {

  @Override
  public String name() {
    return "unscaled";
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    return new Frequencies(parameters.unscaledInverseFrequencies(), 1);
  }
}
