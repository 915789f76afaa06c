package rope4j.diagnosis.probe.retrieval;

import java.util.List;
import java.util.Optional;

/// A task's result.
///
/// @param task its short name
/// @param description what is asked, and where the form comes from
/// @param applies whether the model follows the task at a length it was trained for, under the
///   original rotation; where it does not, the scores say nothing and are left out
/// @param reason why, in a sentence
/// @param complete whether every question was asked, at the lengths that are not left out
/// @param chance share of right answers by guessing
/// @param items that an answer has; where there are several, each may be right by itself
/// @param shortLength the length at which the model was tried first; 0 when no question fits
/// @param shortMargin nats by which the right answer was likelier there than a wrong one
/// @param original what the original rotation scored there; empty when it does not apply
/// @param leftOut lengths of which no question could be made
/// @param scores per strategy
/// @param example the first question asked; empty when none was
public record RetrievalResult(
    String task,
    String description,
    boolean applies,
    String reason,
    boolean complete,
    double chance,
    int items,
    int shortLength,
    double shortMargin,
    Optional<RetrievalCell> original,
    List<LeftOut> leftOut,
    List<RetrievalScore> scores,
    Optional<Example> example) {

  public RetrievalResult {
    leftOut = List.copyOf(leftOut);
    scores = List.copyOf(scores);
  }

  /// A length that was not asked at.
  ///
  /// @param reason why, in a sentence
  public record LeftOut(int length, String reason) {}

  /// A question as the model was given it; all others are drawn the same way from the run's seed.
  ///
  /// @param tokens the question, then the right answer
  /// @param answerFrom index of the answer's first token
  /// @param text the same in words; empty where the model has no tokenizer
  public record Example(List<Integer> tokens, int answerFrom, Optional<String> text) {

    public Example {
      tokens = List.copyOf(tokens);
    }
  }

  static RetrievalResult notApplicable(RetrievalTask task, String reason) {
    return notApplicable(task.id(), task.description(), reason);
  }

  static RetrievalResult notApplicable(String task, String description, String reason) {
    return new RetrievalResult(
        task,
        description,
        false,
        reason,
        true,
        0,
        1,
        0,
        0,
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.empty());
  }
}
