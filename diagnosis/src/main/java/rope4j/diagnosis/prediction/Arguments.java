package rope4j.diagnosis.prediction;

import rope4j.rotation.Frequencies;

/// Argument checks whose messages say what was given and what is allowed.
final class Arguments {

  private Arguments() {}

  static void atLeast(int least, String what, int value) {
    if (value < least) {
      throw new IllegalArgumentException(
          what + " must be at least " + least + ", but it is " + value);
    }
  }

  /// A prediction speaks of arcs from 0 on, so no pair may turn backwards.
  static void forwards(String what, Frequencies frequencies) {
    if (frequencies.pairs() == 0) {
      throw new IllegalArgumentException(what + " must have at least 1 pair, but they have none");
    }
    for (int i = 0; i < frequencies.pairs(); i++) {
      if (frequencies.inverse(i) < 0) {
        throw new IllegalArgumentException(
            what + " must be 0 or more, but pair " + i + " has " + frequencies.inverse(i));
      }
    }
  }
}
