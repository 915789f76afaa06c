package rope4j.rotation;

/// Resonance RoPE: every wavelength of another rule is rounded to whole tokens, so that the angles
/// of a pair repeat exactly after each turn.
///
/// Source: Wang et al., arXiv 2403.00071; sheryc/resonance_rope `rotary_resonance.py`. Rounding
/// goes to the even neighbour at a half, as there.
///
/// @param then the rule whose wavelengths are rounded
public record Resonance(Scaling then) implements Scaling {

  public Resonance {
    Checks.notStartTokens(then);
  }

  @Override
  public String name() {
    return then instanceof Unscaled ? "resonance" : "resonance+" + then.name();
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    Frequencies inner = then.frequencies(parameters, contextLength);
    double[] inverse = inner.inverse();
    for (int i = 0; i < inverse.length; i++) {
      if (inverse[i] != 0) {
        inverse[i] = 2 * Math.PI / Math.rint(inner.wavelength(i));
      }
    }
    return new Frequencies(inverse, inner.attentionFactor(), inner.softmaxScaleMultiplier());
  }
}
