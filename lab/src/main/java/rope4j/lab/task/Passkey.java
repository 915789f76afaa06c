package rope4j.lab.task;

import java.util.Arrays;
import rope4j.lab.random.Draws;

/// Five digits behind a mark somewhere in a random text; at the end, after a second mark, they are
/// asked for.
///
/// Tokens: the ten digits, the two marks, then the words of the text.
///
/// @param words number of words the text is made of, at least 1
public record Passkey(int words) implements Task {

  private static final int DIGITS = 5;
  private static final int MARK = 10;
  private static final int QUESTION = 11;
  private static final int FIRST_WORD = 12;

  public Passkey {
    if (words < 1) {
      throw new IllegalArgumentException("passkey needs at least 1 word, but it has " + words);
    }
  }

  @Override
  public String name() {
    return "passkey";
  }

  @Override
  public int vocabularySize() {
    return FIRST_WORD + words;
  }

  @Override
  public double chance() {
    return 0.1;
  }

  @Override
  public int shortest() {
    return 2 * (DIGITS + 1);
  }

  @Override
  public int longest() {
    return Integer.MAX_VALUE;
  }

  @Override
  public Example training(long seed, int length) {
    return test(seed, length);
  }

  @Override
  public Example test(long seed, int length) {
    require(length);
    Draws draws = new Draws(seed);
    int[] inputs = new int[length];
    int[] targets = new int[length];
    Arrays.fill(targets, Example.NOT_ASKED);
    for (int i = 0; i < length; i++) {
      inputs[i] = FIRST_WORD + draws.below(words);
    }
    int question = length - DIGITS;
    int mark = draws.between(0, question - DIGITS - 1);
    inputs[mark] = MARK;
    inputs[question] = QUESTION;
    for (int i = 0; i < DIGITS; i++) {
      int digit = draws.below(10);
      inputs[mark + 1 + i] = digit;
      targets[question + i] = digit;
      if (i + 1 < DIGITS) {
        inputs[question + 1 + i] = digit;
      }
    }
    return Example.sure(inputs, targets);
  }
}
