package rope4j.diagnosis.probe.retrieval;

import java.util.SplittableRandom;

/// Makes questions about something that stands far back in a text.
interface RetrievalTask {

  /// Short name, for example `passkey`.
  String id();

  /// One sentence: what is asked, and where the form comes from.
  String description();

  /// A question and the same question with a wrong answer of the same kind, drawn as the right one
  /// was: a model that can't follow finds both as likely.
  ///
  /// @param length most tokens, answer included; the question fills them as well as it can
  /// @param depth where the thing asked for stands, 0 at the beginning, 1 at the end
  /// @throws DoesNotFitException when even the shortest question is longer
  Question question(int length, double depth, SplittableRandom random);

  /// @param right ends with the right answer
  /// @param wrong ends with a wrong one
  /// @param distance tokens from the answer back to where it stands in the text; the nearest place
  ///   where it stands more than once, 0 where it is spread over the whole text
  record Question(Prompt right, Prompt wrong, int distance) {

    /// An answer that is spread over the whole text.
    static Question spread(Prompt right, Prompt wrong) {
      return new Question(right, wrong, 0);
    }
  }

  /// Whether the depth says where the thing asked for stands.
  default boolean hasDepth() {
    return true;
  }

  /// Probability of a right answer by a guess.
  default double chance() {
    return 0;
  }

  /// No question of the length asked for can be made.
  final class DoesNotFitException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String reason;

    /// Even the shortest is longer.
    DoesNotFitException(int needed, int length) {
      this("the shortest question takes " + needed + " tokens, more than " + length);
    }

    private DoesNotFitException(String message) {
      super(message);
      reason = message;
    }

    /// Why, in a sentence.
    String reason() {
      return reason;
    }

    /// Even the longest is so much shorter that the length would be a name only.
    static DoesNotFitException tooShort(int tokens, int percent, int length) {
      return new DoesNotFitException(
          "a question takes " + tokens + " tokens, less than " + percent + " % of " + length);
    }
  }
}
