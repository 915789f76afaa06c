package rope4j.rotation;

/// How one kind of layer rotates its queries and keys.
///
/// @param headDimension channels of a head
/// @param rotaryDimension channels of a head that rotate: even, at least 2, at most the head
///   dimension
/// @param base `rope_theta`, `rope.freq_base`: above 1
/// @param trainedLength tokens the model was trained on, before any scaling
/// @param pairing which two channels turn together
/// @param scaling the rule that rescales the frequencies
public record RopeParameters(
    int headDimension,
    int rotaryDimension,
    double base,
    int trainedLength,
    Pairing pairing,
    Scaling scaling) {

  public RopeParameters {
    if (headDimension < 2) {
      throw new IllegalArgumentException(
          "the head dimension (head_dim) must be at least 2, but it is " + headDimension);
    }
    if (rotaryDimension < 2 || rotaryDimension > headDimension || rotaryDimension % 2 != 0) {
      throw new IllegalArgumentException(
          "the rotary dimension (rope.dimension_count, partial_rotary_factor) must be even and from 2 to the head dimension "
              + headDimension
              + ", but it is "
              + rotaryDimension);
    }
    if (!(base > 1) || Double.isInfinite(base)) {
      throw new IllegalArgumentException(
          "the base (rope_theta, rope.freq_base) must be above 1, but it is " + base);
    }
    if (trainedLength < 1) {
      throw new IllegalArgumentException(
          "the trained length (max_position_embeddings) must be at least 1 token, but it is "
              + trainedLength);
    }
  }

  /// Number of pairs that rotate.
  public int pairs() {
    return rotaryDimension / 2;
  }

  /// Inverse frequencies and attention factor under this scaling, for a context of this many
  /// tokens.
  public Frequencies frequencies(int contextLength) {
    return scaling.frequencies(this, contextLength);
  }

  /// `base^(-2i/d)` for every pair, radians per token: the frequencies before any scaling. A fresh
  /// array.
  public double[] unscaledInverseFrequencies() {
    double[] inverse = new double[pairs()];
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] = 1 / Math.pow(base, 2.0 * i / rotaryDimension);
    }
    return inverse;
  }

  /// The same parameters with another scaling.
  public RopeParameters withScaling(Scaling other) {
    return new RopeParameters(headDimension, rotaryDimension, base, trainedLength, pairing, other);
  }

  /// The same parameters with another base.
  public RopeParameters withBase(double other) {
    return new RopeParameters(
        headDimension, rotaryDimension, other, trainedLength, pairing, scaling);
  }
}
