package rope4j.lab.task;

import java.util.Arrays;
import rope4j.lab.random.Draws;

/// A segment of distinct random tokens, said again and again: each token of a repeat is to be told.
///
/// To know what follows, one looks for the same token one segment back, and for what stood behind
/// it: a neighbour is found by the fast pairs, the match by content over the segment's length. In
/// training segments are 8 to half the length; in a test they are half the length, so that beyond
/// the trained length every match is farther than any in training.
///
/// @param alphabet number of tokens; a segment has at most so many
public record Induction(int alphabet) implements Task {

  private static final int SHORTEST_SEGMENT = 8;

  public Induction {
    if (alphabet < SHORTEST_SEGMENT) {
      throw new IllegalArgumentException(
          "induction needs an alphabet of at least "
              + SHORTEST_SEGMENT
              + " tokens, but it is "
              + alphabet);
    }
  }

  @Override
  public String name() {
    return "induction";
  }

  @Override
  public int vocabularySize() {
    return alphabet;
  }

  @Override
  public double chance() {
    return 1.0 / alphabet;
  }

  @Override
  public int shortest() {
    return 2 * SHORTEST_SEGMENT;
  }

  @Override
  public int longest() {
    return 2 * alphabet;
  }

  @Override
  public Example training(long seed, int length) {
    require(length);
    Draws draws = new Draws(seed);
    return example(draws, draws.between(SHORTEST_SEGMENT, length / 2), length);
  }

  @Override
  public Example test(long seed, int length) {
    require(length);
    return example(new Draws(seed), length / 2, length);
  }

  /// The token after the first segment can't be known, since nothing says how long a segment is.
  private Example example(Draws draws, int segment, int length) {
    int[] tokens = draws.permutation(alphabet);
    int[] inputs = new int[length];
    int[] targets = new int[length];
    Arrays.fill(targets, Example.NOT_ASKED);
    for (int i = 0; i < length; i++) {
      inputs[i] = tokens[i % segment];
      if (i >= segment) {
        targets[i] = tokens[(i + 1) % segment];
      }
    }
    return Example.sure(inputs, targets);
  }
}
