package rope4j.tuning.fitness;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Puts needles into a text: at several depths some tokens drawn from the text at random, a cue and
/// an answer; at the end the cues again, each of which the model has to continue with its answer.
///
/// Nothing but looking it up can predict the answer, in any language and with any tokenizer.
final class Needles {

  private static final int CUE = 16;
  private static final int ANSWER = 16;
  private static final int LENGTH = CUE + ANSWER;

  /// Where needles stand, as a share of the text; the first at its very start.
  private static final double[] DEPTHS = {0, 0.25, 0.5, 0.75};

  /// Tokens of text past the trained length that are left beside the questions, at the least.
  private static final int TEXT = 64;

  private Needles() {}

  /// @throws IllegalArgumentException when needles would leave too little text between them
  static void requireRoom(int trainedLength, int contextLength) {
    int taken = 2 * DEPTHS.length * LENGTH;
    if (taken > contextLength / 2
        || contextLength - trainedLength < DEPTHS.length * LENGTH + TEXT) {
      throw new IllegalArgumentException(
          "a context of "
              + contextLength
              + " tokens has no room for "
              + DEPTHS.length
              + " needles and their questions past the trained length of "
              + trainedLength
              + "; ask for a --context of at least "
              + Math.max(2 * taken, trainedLength + DEPTHS.length * LENGTH + TEXT)
              + ", or take --objective nll");
    }
  }

  /// @param tokens a window of text; its first token stays where it is
  static Window into(int[] tokens, int trainedLength, Random random) {
    int end = tokens.length - DEPTHS.length * LENGTH;
    int between = end - DEPTHS.length * LENGTH;
    int[] filled = new int[tokens.length];
    List<Span> text = new ArrayList<>();
    List<Span> answers = new ArrayList<>();
    filled[0] = tokens[0];
    int to = 1;
    int from = 1;
    for (int i = 0; i < DEPTHS.length; i++) {
      int next = i + 1 < DEPTHS.length ? 1 + (int) ((between - 1) * DEPTHS[i + 1]) : between;
      for (int t = 0; t < LENGTH; t++) {
        filled[to + t] = tokens[1 + random.nextInt(tokens.length - 1)];
      }
      int question = end + i * LENGTH;
      System.arraycopy(filled, to, filled, question, LENGTH);
      answers.add(new Span(question + CUE - 1, question + LENGTH - 1));
      to += LENGTH;
      System.arraycopy(tokens, from, filled, to, next - from);
      int first = Math.max(to, trainedLength);
      int last = to + next - from - 1;
      if (last > first) {
        text.add(new Span(first, last));
      }
      to += next - from;
      from = next;
    }
    return new Window(filled, trainedLength, text, answers);
  }
}
