package rope4j.rotation;

/// Float64 angles, rounded to float32 once, after cosine and sine.
record ExactAngles(Frequencies frequencies) implements Angles {

  @Override
  public void fill(int position, float[] cos, float[] sin, int offset) {
    double magnitude = frequencies.attentionFactor();
    for (int i = 0; i < frequencies.pairs(); i++) {
      double angle = position * frequencies.inverse(i);
      cos[offset + i] = (float) (Math.cos(angle) * magnitude);
      sin[offset + i] = (float) (Math.sin(angle) * magnitude);
    }
  }
}
