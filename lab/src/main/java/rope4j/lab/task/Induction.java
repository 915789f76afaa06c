package rope4j.lab.task;

import rope4j.lab.random.Draws;

/// A segment of distinct random tokens, said again: each token of the repeat is to be told.
///
/// To know what follows, one looks for the same token one segment back, and for what stood behind
/// it: a neighbour is found by the fast pairs, the match by content over the segment's length. In
/// training segments are 8 to half the length; in a test they are half the length, so that beyond
/// twice the trained length every match is farther back than any token of a training sequence, and
/// beyond the trained length itself farther than the nearest match of any training sequence. Said
/// until its end, a sequence has matches two and more segments back too, up to nearly its length.
///
/// @param alphabet number of tokens; a segment has at most so many
/// @param once whether a segment is said twice in training, and then another one begins, so that no
///   match is farther back than half the trained length; else it is said until the end
public record Induction(int alphabet, boolean once) implements Task {

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
    int segment = draws.between(SHORTEST_SEGMENT, length / 2);
    return once ? pairs(draws, segment, length) : example(draws, segment, length);
  }

  @Override
  public Example test(long seed, int length) {
    require(length);
    return example(new Draws(seed), length / 2, length);
  }

  /// The token after the first segment can't be known, since nothing says how long a segment is.
  private Example example(Draws draws, int segment, int length) {
    int[] inputs = new int[length];
    int[] targets = new int[length];
    fill(draws, segment, 0, length, inputs, targets);
    return Example.sure(inputs, targets);
  }

  /// Segments of one length, each said twice.
  private Example pairs(Draws draws, int segment, int length) {
    int[] inputs = new int[length];
    int[] targets = new int[length];
    for (int from = 0; from < length; from += 2 * segment) {
      int to = Math.min(length, from + 2 * segment);
      fill(draws, segment, from, to, inputs, targets);
      // What follows a pair is as unknown as what follows a segment.
      targets[to - 1] = Example.NOT_ASKED;
    }
    return Example.sure(inputs, targets);
  }

  private void fill(Draws draws, int segment, int from, int to, int[] inputs, int[] targets) {
    int[] tokens = draws.permutation(alphabet);
    for (int i = from; i < to; i++) {
      boolean repeated = i - from >= segment;
      inputs[i] = tokens[(i - from) % segment];
      targets[i] = repeated ? tokens[(i - from + 1) % segment] : Example.NOT_ASKED;
    }
  }
}
