package rope4j.rotation;

import java.util.Arrays;

/// Inverse frequencies of every pair and the attention factor: all that a rotation needs to know.
///
/// @param inverse radians per token, one per pair, float64
/// @param attentionFactor multiplies cosine *and* sine, so attention scores grow by its square
public record Frequencies(double[] inverse, double attentionFactor) {

  public Frequencies {
    inverse = inverse.clone();
    for (int i = 0; i < inverse.length; i++) {
      if (!Double.isFinite(inverse[i])) {
        throw new IllegalArgumentException(
            "inverse frequency of pair " + i + " is " + inverse[i] + ", not a finite number");
      }
    }
    Checks.finite("attention factor", attentionFactor);
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

  @Override
  public boolean equals(Object other) {
    return other instanceof Frequencies that
        && Arrays.equals(inverse, that.inverse)
        && Double.compare(attentionFactor, that.attentionFactor) == 0;
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
        + "]";
  }
}
