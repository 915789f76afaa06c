package rope4j.diagnosis.probe.coherence;

import java.util.List;

/// What strategies write within the trained length and past it.
///
/// @param complete whether all was written
/// @param insideFrom tokens of text before what is written inside
/// @param pastFrom tokens of text before what is written past the trained length
/// @param length tokens written each time
/// @param reference the original rotation, inside
/// @param strategies one per strategy
public record CoherenceResult(
    boolean complete,
    int insideFrom,
    int pastFrom,
    int length,
    Continuation reference,
    List<Written> strategies) {

  public CoherenceResult {
    strategies = List.copyOf(strategies);
  }

  /// How a continuation stands to what the same model writes inside.
  public enum Sign {
    /// Much like inside.
    AS_INSIDE,
    /// Runs of words come back far more often.
    REPEATS,
    /// Far less sure of the next token, or the text is far stranger to the model within its trained
    /// length.
    SCATTERED
  }

  /// @param strategy name of the strategy
  /// @param inside continuation from within the trained length
  /// @param past continuation from past it
  /// @param sign of the continuation past it
  public record Written(String strategy, Continuation inside, Continuation past, Sign sign) {}

  /// @param signs read off the tokens and how sure the model was of them
  /// @param loss mean loss of the written tokens, nats, as the original rotation finds them within
  ///   the trained length: what the model thinks of the text when it is itself
  public record Continuation(Coherence signs, double loss) {}
}
