package rope4j.lab.story;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A story while it grows.
final class Tape {

  private static final double[] SURE = {1};

  private final Choice choice;
  private final int[] forced = new int[1];
  private final List<Story.Reference> references = new ArrayList<>();
  private int[] tokens;
  private double[] floor;
  private int length;

  Tape(Choice choice, int expected) {
    this.choice = choice;
    this.tokens = new int[expected + 32];
    this.floor = new double[expected + 32];
  }

  int length() {
    return length;
  }

  /// A word that nobody can doubt.
  void say(int token) {
    forced[0] = token;
    int _ = choose(forced, SURE, 1);
  }

  /// A word that an earlier one tells.
  ///
  /// @param antecedent where that stands
  void repeat(int token, int antecedent) {
    references.add(new Story.Reference(length, antecedent));
    say(token);
  }

  /// One of the first `count` words, chosen by weight.
  ///
  /// @return its index
  int choose(int[] words, double[] weights, int count) {
    int chosen = choice.choose(length, words, weights, count);
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += weights[i];
    }
    if (length == tokens.length) {
      tokens = Arrays.copyOf(tokens, 2 * length);
      floor = Arrays.copyOf(floor, 2 * length);
    }
    tokens[length] = words[chosen];
    // Without the sign of -ln 1.
    floor[length++] = 0 - Math.log(weights[chosen] / sum);
    return chosen;
  }

  /// The first tokens.
  Story cut(int to) {
    return new Story(
        Arrays.copyOf(tokens, to),
        Arrays.copyOf(floor, to),
        references.stream().filter(reference -> reference.position() < to).toList());
  }
}
