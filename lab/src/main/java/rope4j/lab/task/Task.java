package rope4j.lab.task;

/// Something to be learnt at one length and asked at others. Examples come from seeds: the same
/// seed gives the same example.
public sealed interface Task permits Induction, Passkey, KeyValueRecall, Counting, StoryTelling {

  /// What experiment files call it, for example `induction`.
  String name();

  /// Number of tokens, inputs and targets together.
  int vocabularySize();

  /// The share of right answers of someone who guesses: the best constant answer.
  double chance();

  /// The shortest sequence it can be asked in, tokens.
  int shortest();

  /// The longest sequence it can be asked in, tokens.
  int longest();

  /// An example to learn from.
  ///
  /// @param length tokens
  /// @throws IllegalArgumentException when the task does not fit the length
  Example training(long seed, int length);

  /// An example to be tested with: as hard as the length allows.
  ///
  /// @param length tokens
  /// @throws IllegalArgumentException when the task does not fit the length
  Example test(long seed, int length);

  /// Refuses a length the task does not fit.
  default void require(int length) {
    if (length < shortest() || length > longest()) {
      throw new IllegalArgumentException(
          "the task "
              + name()
              + " needs a length from "
              + shortest()
              + " to "
              + longest()
              + " tokens, but it is "
              + length);
    }
  }
}
