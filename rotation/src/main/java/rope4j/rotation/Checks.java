package rope4j.rotation;

/// Argument checks whose messages say what was given, what is allowed and the configuration key.
final class Checks {

  private Checks() {}

  static void factor(String scaling, double factor) {
    if (!(factor > 0) || Double.isInfinite(factor)) {
      throw new IllegalArgumentException(
          scaling
              + " scaling needs a factor above 0, but it is "
              + factor
              + " (factor = context length / trained length)");
    }
  }

  static void positive(String what, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(what + " must be above 0, but it is " + value);
    }
  }

  static void notNegative(String what, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(what + " must be 0 or more, but it is " + value);
    }
  }

  static void finite(String what, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(what + " must be a finite number, but it is " + value);
    }
  }

  static void originalLength(String scaling, int originalLength) {
    positive(
        scaling
            + " needs the length the model was trained on (original_max_position_embeddings): it",
        originalLength);
  }

  /// Each divisor above 0; infinity stops a pair.
  static void divisors(String key, double[] divisors) {
    for (int i = 0; i < divisors.length; i++) {
      if (!(divisors[i] > 0)) {
        throw new IllegalArgumentException(
            key + " of pair " + i + " is " + divisors[i] + ", but each must be above 0");
      }
    }
  }

  /// The exemption of start tokens depends on the position, and so must be outermost.
  static void notStartTokens(Scaling inner) {
    if (inner instanceof StartTokensUnscaled) {
      throw new IllegalArgumentException(
          "the exemption of start tokens must be the outermost rule; wrap the rule inside it instead");
    }
  }

  static void onePerPair(String key, double[] values, RopeParameters parameters) {
    if (values.length != parameters.pairs()) {
      throw new IllegalArgumentException(
          "there are "
              + values.length
              + " values of "
              + key
              + ", but the rotary dimension "
              + parameters.rotaryDimension()
              + " has "
              + parameters.pairs()
              + " pairs");
    }
  }
}
