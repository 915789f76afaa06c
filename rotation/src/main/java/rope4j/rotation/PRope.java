package rope4j.rotation;

/// p-RoPE: only the fastest share of the pairs turns, the slow rest carries no position.
///
/// Source: Barbero et al., Round and Round We Go, arXiv 2410.06205, section 6. Not an extrapolation
/// method by itself.
///
/// @param fraction share of the pairs that turn, from 0 (none) to 1 (all)
public record PRope(double fraction) implements Scaling {

  public PRope {
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new IllegalArgumentException(
          "p-rope needs a fraction (partial_rotary_factor) from 0 to 1, but it is " + fraction);
    }
  }

  @Override
  public String name() {
    return "p-rope";
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    double[] inverse = parameters.unscaledInverseFrequencies();
    for (int i = (int) Math.floor(fraction * inverse.length); i < inverse.length; i++) {
      inverse[i] = 0;
    }
    return new Frequencies(inverse, 1);
  }
}
