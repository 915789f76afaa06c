package rope4j.rotation;

/// Argument checks whose messages say what was given and what is allowed.
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

  static void finite(String what, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(what + " must be a finite number, but it is " + value);
    }
  }
}
