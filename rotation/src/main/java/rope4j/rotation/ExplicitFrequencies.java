package rope4j.rotation;

import java.util.Arrays;

/// Inverse frequencies given one by one: a searched rotation, another engine's buffer, or pixel
/// frequencies.
///
/// @param inverse radians per token, one per pair
/// @param attentionFactor multiplies cosine and sine, finite
public record ExplicitFrequencies(double[] inverse, double attentionFactor) implements Scaling {

  public ExplicitFrequencies {
    inverse = new Frequencies(inverse, attentionFactor).inverse();
  }

  /// A copy of the inverse frequencies, radians per token.
  @Override
  public double[] inverse() {
    return inverse.clone();
  }

  @Override
  public String name() {
    return "explicit";
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    Checks.onePerPair("inverse frequencies", inverse, parameters);
    return new Frequencies(inverse, attentionFactor);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ExplicitFrequencies that
        && Arrays.equals(inverse, that.inverse)
        && Double.compare(attentionFactor, that.attentionFactor) == 0;
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(inverse) + Double.hashCode(attentionFactor);
  }

  @Override
  public String toString() {
    return "ExplicitFrequencies[inverse="
        + Arrays.toString(inverse)
        + ", attentionFactor="
        + attentionFactor
        + "]";
  }
}
