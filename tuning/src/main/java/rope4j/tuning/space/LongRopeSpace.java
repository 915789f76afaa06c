package rope4j.tuning.space;

import java.util.List;

/// LongRoPE: a factor for every pair, from 1 to 1.25 times the extension in steps of 0.01, none
/// smaller than that of the faster pair before it; the attention factor; and, where they are
/// searched, the start tokens that keep their frequencies.
///
/// Source: Ding et al., arXiv 2402.13753, section 3 and table 1. The attention factor, which the
/// paper computes, is searched.
///
/// @param startTokens whether the start tokens are searched too; without that there are none, so
///   that engines can run what is found
public record LongRopeSpace(Target target, boolean startTokens) implements SearchSpace {

  /// How many start tokens there may be.
  static final List<Integer> START_TOKENS =
      List.of(0, 1, 2, 4, 8, 12, 16, 20, 24, 28, 32, 64, 128, 256);

  /// Factors are so many parts of 1.
  private static final int GRID = 100;

  private Coordinate factor() {
    return new Coordinate(1, 1.25 * target.factor());
  }

  @Override
  public String name() {
    return "longrope";
  }

  @Override
  public int dimensions() {
    return target.pairs() + (startTokens ? 2 : 1);
  }

  @Override
  public int factors() {
    return target.pairs();
  }

  @Override
  public boolean chooses(int index) {
    return index == target.pairs() + 1;
  }

  @Override
  public Candidate candidate(double[] point) {
    int pairs = target.pairs();
    double[] factors = new double[pairs];
    double least = 0;
    for (int i = 0; i < pairs; i++) {
      least = Math.max(least, Coordinate.inside(point[i]));
      factors[i] = onGrid(factor().value(least));
    }
    double attention = Coordinate.attention(target).value(point[pairs]);
    Candidate found = Candidate.of("LongRoPE", factors, attention, target);
    int first = startTokens ? START_TOKENS.get(choice(point[pairs + 1])) : 0;
    return first == 0
        ? found
        : found
            .named("LongRoPE after " + first + (first == 1 ? " token" : " tokens"))
            .withStartTokens(first);
  }

  /// The nearest step that is not above the largest factor.
  private double onGrid(double factor) {
    long last = (long) Math.floor(factor().high() * GRID + 1e-9);
    return (double) Math.min(last, Math.round(factor * GRID)) / GRID;
  }

  private static int choice(double x) {
    return Math.min(START_TOKENS.size() - 1, (int) (Coordinate.inside(x) * START_TOKENS.size()));
  }

  @Override
  public double[] nearest(Candidate candidate) {
    int pairs = target.pairs();
    double[] point = new double[dimensions()];
    for (int i = 0; i < pairs; i++) {
      point[i] = factor().place(candidate.divisors().get(i));
    }
    point[pairs] = Coordinate.attention(target).place(candidate.attentionFactor());
    if (startTokens) {
      // The middle of the part of the axis that means so many.
      int index = Math.max(0, START_TOKENS.indexOf(candidate.startTokens()));
      point[pairs + 1] = (index + 0.5) / START_TOKENS.size();
    }
    return point;
  }
}
