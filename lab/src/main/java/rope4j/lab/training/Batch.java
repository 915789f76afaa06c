package rope4j.lab.training;

import java.util.Arrays;

/// Sequences of one length, and what is to be told at each of their positions.
///
/// @param inputs token ids, `[sequence][position]`
/// @param targets the token to be given at each position, when everything up to it was read;
///   negative where any will do
public record Batch(int[][] inputs, int[][] targets) {

  public Batch {
    if (inputs.length == 0 || inputs[0].length == 0 || inputs.length != targets.length) {
      throw new IllegalArgumentException(
          "a batch needs at least one token and as many targets, but it has "
              + inputs.length
              + " sequences and targets for "
              + targets.length);
    }
    for (int i = 0; i < inputs.length; i++) {
      if (inputs[i].length != inputs[0].length || targets[i].length != inputs[0].length) {
        throw new IllegalArgumentException(
            "all sequences and targets of a batch must have the same length, but one has "
                + inputs[0].length
                + " and sequence "
                + i
                + " has "
                + inputs[i].length
                + " and "
                + targets[i].length);
      }
    }
    inputs = deepCopy(inputs);
    targets = deepCopy(targets);
  }

  /// Texts, each of whose tokens is to be told from those before.
  ///
  /// @param tokens `[text][token]`, each of the same length, at least 2
  public static Batch ofTexts(int[][] tokens) {
    int[][] inputs = new int[tokens.length][];
    int[][] targets = new int[tokens.length][];
    for (int i = 0; i < tokens.length; i++) {
      inputs[i] = Arrays.copyOf(tokens[i], tokens[i].length - 1);
      targets[i] = Arrays.copyOfRange(tokens[i], 1, tokens[i].length);
    }
    return new Batch(inputs, targets);
  }

  /// Number of sequences.
  public int sequences() {
    return inputs.length;
  }

  /// Tokens of each sequence.
  public int length() {
    return inputs[0].length;
  }

  /// Some of the sequences, from `from` (inclusive) to `to` (exclusive).
  Batch rows(int from, int to) {
    return new Batch(Arrays.copyOfRange(inputs, from, to), Arrays.copyOfRange(targets, from, to));
  }

  /// All inputs in one row.
  long[] flatInputs() {
    return flat(inputs);
  }

  /// All targets in one row.
  long[] flatTargets() {
    return flat(targets);
  }

  private static long[] flat(int[][] rows) {
    return Arrays.stream(rows).flatMapToInt(Arrays::stream).asLongStream().toArray();
  }

  private static int[][] deepCopy(int[][] rows) {
    return Arrays.stream(rows).map(int[]::clone).toArray(int[][]::new);
  }
}
