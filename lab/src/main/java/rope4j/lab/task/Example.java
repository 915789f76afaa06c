package rope4j.lab.task;

import java.util.Arrays;

/// A sequence and what is asked about it.
///
/// @param inputs token ids
/// @param targets the token to be given at each position, when everything up to it was read;
///   [#NOT_ASKED] where any will do
/// @param floor what each target costs someone who knows the task and forgets nothing, nats; 0
///   where the answer is sure or nothing is asked
public record Example(int[] inputs, int[] targets, double[] floor) {

  /// Stands where nothing is asked.
  public static final int NOT_ASKED = -1;

  public Example {
    if (targets.length != inputs.length || floor.length != inputs.length) {
      throw new IllegalArgumentException(
          "an example needs a target and a floor for each of its "
              + inputs.length
              + " tokens, but there are "
              + targets.length
              + " and "
              + floor.length);
    }
    inputs = inputs.clone();
    targets = targets.clone();
    floor = floor.clone();
  }

  /// An example whose answers are sure.
  static Example sure(int[] inputs, int[] targets) {
    return new Example(inputs, targets, new double[inputs.length]);
  }

  /// Number of tokens.
  public int length() {
    return inputs.length;
  }

  /// Whether anything is asked at a position.
  public boolean asks(int position) {
    return targets[position] != NOT_ASKED;
  }

  @Override
  public int[] inputs() {
    return inputs.clone();
  }

  @Override
  public int[] targets() {
    return targets.clone();
  }

  @Override
  public double[] floor() {
    return floor.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Example that
        && Arrays.equals(inputs, that.inputs)
        && Arrays.equals(targets, that.targets)
        && Arrays.equals(floor, that.floor);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(inputs) + Arrays.hashCode(targets);
  }

  @Override
  public String toString() {
    return "Example[inputs="
        + Arrays.toString(inputs)
        + ", targets="
        + Arrays.toString(targets)
        + "]";
  }
}
