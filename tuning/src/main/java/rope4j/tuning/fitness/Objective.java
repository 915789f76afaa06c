package rope4j.tuning.fitness;

/// What a rotation is to be good at beyond the trained length.
public enum Objective {
  /// Predicting the text.
  NLL,
  /// Finding what stands somewhere in the text.
  NEEDLE,
  /// The mean of both.
  BOTH;

  /// Whether needles are put into the text.
  public boolean needles() {
    return this != NLL;
  }
}
