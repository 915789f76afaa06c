package rope4j.lab.result;

/// One number an experiment measured, and all it takes to measure it again.
///
/// @param experiment name, with ` (quick)` behind it for the quick form
/// @param encoding how the model was told positions, by the experiment's name for it
/// @param seed of the model's training
/// @param strategy scaling it was tested with, by the experiment's name for it
/// @param factor of that scaling; 1 for none
/// @param fineTuningSteps optimizer steps with the scaling in place
/// @param trainedLength tokens of a training sequence
/// @param length tokens of the test sequences
/// @param metric what was measured
/// @param from first position that counts
/// @param to position after the last that counts
/// @param value share from 0 to 1, or nats
/// @param settings what else it depends on, as a fingerprint
/// @param version of rope4j
/// @param command that measures it again
public record Result(
    String experiment,
    String encoding,
    long seed,
    String strategy,
    double factor,
    int fineTuningSteps,
    int trainedLength,
    int length,
    Metric metric,
    int from,
    int to,
    double value,
    String settings,
    String version,
    String command) {

  /// What can be measured.
  public enum Metric {
    /// Share of right answers.
    ACCURACY,
    /// Mean negative log-likelihood, nats.
    NLL,
    /// The least mean negative log-likelihood there can be, nats.
    FLOOR,
    /// [#NLL] over a part of the positions.
    NLL_BY_POSITION,
    /// [#ACCURACY] over a part of the positions.
    ACCURACY_BY_POSITION;

    /// Whether it is of a part of the positions: such values are for charts and not for tables.
    boolean byPosition() {
      return this == NLL_BY_POSITION || this == ACCURACY_BY_POSITION;
    }
  }

  public Result {
    if (from < 0 || to <= from || to > length) {
      throw new IllegalArgumentException(
          "positions from " + from + " to " + to + " are not within a length of " + length);
    }
  }
}
