package rope4j.rotation;

/// The angles of two rules, told apart by position.
record StartTokenAngles(Angles first, Angles then, int startTokens) implements Angles {

  @Override
  public void fill(int position, float[] cos, float[] sin, int offset) {
    (position < startTokens ? first : then).fill(position, cos, sin, offset);
  }

  @Override
  public double attentionFactor() {
    return then.attentionFactor();
  }

  @Override
  public Angles withAttentionFactor(double factor) {
    return new StartTokenAngles(
        first.withAttentionFactor(factor), then.withAttentionFactor(factor), startTokens);
  }
}
