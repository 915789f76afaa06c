package rope4j.rotation;

import java.util.Arrays;

/// Explicit divisors, one per pair, applied before another rule: the GGUF tensors `rope_freqs` and
/// `rope_factors_long`/`rope_factors_short`, which *divide* the angle and stay active under every
/// other scaling.
///
/// @param divisors one divisor per pair, each above 0 (infinity stops a pair)
/// @param then the rule that goes on from the divided frequencies
public record FrequencyFactors(double[] divisors, Scaling then) implements Scaling {

  public FrequencyFactors {
    Checks.notStartTokens(then);
    divisors = divisors.clone();
    for (int i = 0; i < divisors.length; i++) {
      if (!(divisors[i] > 0)) {
        throw new IllegalArgumentException(
            "frequency factor (rope_freqs) of pair "
                + i
                + " is "
                + divisors[i]
                + ", but each must be above 0");
      }
    }
  }

  /// A copy of the divisors.
  @Override
  public double[] divisors() {
    return divisors.clone();
  }

  @Override
  public String name() {
    return then instanceof Unscaled ? "frequency-factors" : "frequency-factors+" + then.name();
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    Frequencies inner = then.frequencies(parameters, contextLength);
    double[] inverse = inner.inverse();
    if (divisors.length < inverse.length) {
      throw new IllegalArgumentException(
          "there are "
              + divisors.length
              + " frequency factors (rope_freqs), but the rotary dimension "
              + parameters.rotaryDimension()
              + " has "
              + inverse.length
              + " pairs");
    }
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] /= divisors[i];
    }
    return new Frequencies(inverse, inner.attentionFactor(), inner.softmaxScaleMultiplier());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FrequencyFactors that
        && Arrays.equals(divisors, that.divisors)
        && then.equals(that.then);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(divisors) + then.hashCode();
  }

  @Override
  public String toString() {
    return "FrequencyFactors[divisors=" + Arrays.toString(divisors) + ", then=" + then + "]";
  }
}
