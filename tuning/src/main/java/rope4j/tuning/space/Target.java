package rope4j.tuning.space;

import rope4j.rotation.RopeParameters;

/// What is to be extended, and how far.
///
/// @param parameters base, dimensions and trained length; their scaling is not consulted
/// @param contextLength tokens it shall reach, above the trained length
public record Target(RopeParameters parameters, int contextLength) {

  public Target {
    if (contextLength <= parameters.trainedLength()) {
      throw new IllegalArgumentException(
          "a context of "
              + contextLength
              + " needs no extension: the model was trained on "
              + parameters.trainedLength()
              + " tokens; ask for more than that");
    }
  }

  /// Tokens the model was trained on.
  public int trainedLength() {
    return parameters.trainedLength();
  }

  /// Context length over trained length, above 1.
  public double factor() {
    return (double) contextLength / trainedLength();
  }

  /// Pairs that rotate.
  public int pairs() {
    return parameters.pairs();
  }

  /// Turns that a pair made within the trained length.
  double trainedTurns(int pair) {
    return trainedLength() * parameters.unscaledInverseFrequencies()[pair] / (2 * Math.PI);
  }
}
