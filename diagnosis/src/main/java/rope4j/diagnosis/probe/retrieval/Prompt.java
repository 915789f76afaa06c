package rope4j.diagnosis.probe.retrieval;

import java.util.Arrays;

/// A question whose answer is known.
///
/// @param tokens the question, then the answer
/// @param answerFrom index of the answer's first token, at least 1
/// @param itemEnds where each item of the answer ends, in order; the last is the length of `tokens`
/// @param asGood per token of the answer, other tokens that are as good there because items may
///   come in any order; most are empty
/// @param choices first tokens of the answers to choose from, the right one among them; empty when
///   the answer is free
record Prompt(int[] tokens, int answerFrom, int[] itemEnds, int[][] asGood, int[] choices) {

  Prompt {
    if (asGood.length != tokens.length - answerFrom) {
      throw new IllegalArgumentException("every token of the answer has others as good, or none");
    }
    if (answerFrom < 1 || itemEnds.length == 0 || itemEnds[itemEnds.length - 1] != tokens.length) {
      throw new IllegalArgumentException("the answer must follow the question");
    }
  }

  /// A free answer.
  static Prompt of(int[] question, int[] answer) {
    int[] tokens = Arrays.copyOf(question, question.length + answer.length);
    System.arraycopy(answer, 0, tokens, question.length, answer.length);
    return new Prompt(
        tokens, question.length, new int[] {tokens.length}, new int[answer.length][0], new int[0]);
  }

  Prompt choosingFrom(int[] others) {
    return new Prompt(tokens, answerFrom, itemEnds, asGood, others);
  }
}
