package rope4j.rotation;

import java.util.Arrays;

/// Inverse frequencies of every pair and the attention factor: all that a rotation needs to know.
///
/// @param inverse radians per token, one per pair, float64
/// @param attentionFactor multiplies cosine *and* sine, so attention scores grow by its square
/// @param softmaxScaleMultiplier multiplies the softmax scale `1/sqrt(D)`: not part of the
///   rotation, but given by the same configuration in DeepSeek's models; 1 elsewhere
public record Frequencies(double[] inverse, double attentionFactor, double softmaxScaleMultiplier) {

  public Frequencies {
    inverse = inverse.clone();
    for (int i = 0; i < inverse.length; i++) {
      if (!Double.isFinite(inverse[i])) {
        throw new IllegalArgumentException(
            "inverse frequency (inv_freq) of pair "
                + i
                + " is "
                + inverse[i]
                + ", not a finite number");
      }
    }
    Checks.finite("attention factor (attention_factor)", attentionFactor);
    Checks.finite("softmax scale multiplier", softmaxScaleMultiplier);
  }

  /// Frequencies that leave the softmax scale alone.
  public Frequencies(double[] inverse, double attentionFactor) {
    this(inverse, attentionFactor, 1);
  }

  /// `base^(-2i/d)` for `0 <= 2i < d`, attention factor 1.
  ///
  /// An odd dimension, which no head can rotate by, gives `(d + 1) / 2` frequencies as Transformers
  /// does for it (`int(100 * 0.25)` is 25).
  public static Frequencies unscaled(double base, int dimension) {
    Checks.positive("the dimension", dimension);
    Checks.positive("the base (rope_theta, rope.freq_base)", base);
    double[] inverse = new double[(dimension + 1) / 2];
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] = 1 / Math.pow(base, 2.0 * i / dimension);
    }
    return new Frequencies(inverse, 1);
  }

  /// A copy of the inverse frequencies, radians per token.
  @Override
  public double[] inverse() {
    return inverse.clone();
  }

  /// Number of pairs.
  public int pairs() {
    return inverse.length;
  }

  /// Radians per token of one pair.
  public double inverse(int pair) {
    return inverse[pair];
  }

  /// Tokens per full turn of one pair; infinite for a pair that does not turn.
  public double wavelength(int pair) {
    return 2 * Math.PI / inverse[pair];
  }

  /// The same frequencies with another attention factor.
  public Frequencies withAttentionFactor(double other) {
    return new Frequencies(inverse, other, softmaxScaleMultiplier);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Frequencies that
        && Arrays.equals(inverse, that.inverse)
        && Double.compare(attentionFactor, that.attentionFactor) == 0
        && Double.compare(softmaxScaleMultiplier, that.softmaxScaleMultiplier) == 0;
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(inverse) + Double.hashCode(attentionFactor);
  }

  @Override
  public String toString() {
    return "Frequencies[inverse="
        + Arrays.toString(inverse)
        + ", attentionFactor="
        + attentionFactor
        + ", softmaxScaleMultiplier="
        + softmaxScaleMultiplier
        + "]";
  }
}
