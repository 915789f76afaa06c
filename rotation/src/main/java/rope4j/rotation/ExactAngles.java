package rope4j.rotation;

/// Float64 angles, rounded to float32 once, after cosine and sine.
///
/// The product of position and frequency is rounded, by up to 1e-9 at an angle of 10^7: far more
/// than a float32 cosine near zero can bear. The fused multiply-add gives that rounding error
/// exactly, and one step of the angle-addition theorem takes it back.
final class ExactAngles implements Angles {

  private final double[] inverse;
  private final double attentionFactor;

  private ExactAngles(double[] inverse, double attentionFactor) {
    this.inverse = inverse;
    this.attentionFactor = attentionFactor;
  }

  static ExactAngles of(Frequencies frequencies) {
    return new ExactAngles(frequencies.inverse(), frequencies.attentionFactor());
  }

  int pairs() {
    return inverse.length;
  }

  @Override
  public void fill(int position, float[] cos, float[] sin, int offset) {
    for (int i = 0; i < inverse.length; i++) {
      double angle = position * inverse[i];
      double error = Math.fma(position, inverse[i], -angle);
      double c = Math.cos(angle);
      double s = Math.sin(angle);
      cos[offset + i] = (float) ((c - s * error) * attentionFactor);
      sin[offset + i] = (float) ((s + c * error) * attentionFactor);
    }
  }

  /// Cosines and sines of a position in float64, without the attention factor.
  void fill(int position, double[] cos, double[] sin) {
    for (int i = 0; i < inverse.length; i++) {
      double angle = position * inverse[i];
      double error = Math.fma(position, inverse[i], -angle);
      double c = Math.cos(angle);
      double s = Math.sin(angle);
      cos[i] = c - s * error;
      sin[i] = s + c * error;
    }
  }

  @Override
  public double attentionFactor() {
    return attentionFactor;
  }

  @Override
  public ExactAngles withAttentionFactor(double factor) {
    return new ExactAngles(inverse, factor);
  }
}
