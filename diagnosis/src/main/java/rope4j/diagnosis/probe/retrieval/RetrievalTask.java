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
  record Question(Prompt right, Prompt wrong) {}

  /// About how many tokens the thing asked for stands before the end.
  default int distance(int length, double depth) {
    return (int) Math.max(1, Math.round((1 - depth) * length));
  }

  /// Probability of a right answer by a guess.
  default double chance() {
    return 0;
  }

  /// The shortest question is longer than the length asked for.
  final class DoesNotFitException extends RuntimeException {

    private static final long serialVersionUID = 1;

    DoesNotFitException(int needed, int length) {
      super("the shortest question takes " + needed + " tokens, more than " + length);
    }
  }
}
