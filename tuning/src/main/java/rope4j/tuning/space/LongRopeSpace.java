package rope4j.tuning.space;

/// LongRoPE: a factor for every pair, from 1 to 1.25 times the extension, none smaller than that of
/// the faster pair before it; and the attention factor.
///
/// Source: Ding et al., arXiv 2402.13753, section 3. The paper's unscaled start tokens are left
/// out: no engine but its own code has them. The attention factor, which the paper computes, is
/// searched.
public record LongRopeSpace(Target target) implements SearchSpace {

  private Coordinate factor() {
    return new Coordinate(1, 1.25 * target.factor());
  }

  @Override
  public String name() {
    return "longrope";
  }

  @Override
  public int dimensions() {
    return target.pairs() + 1;
  }

  @Override
  public int factors() {
    return target.pairs();
  }

  @Override
  public Candidate candidate(double[] point) {
    double[] factors = new double[target.pairs()];
    double least = 0;
    for (int i = 0; i < factors.length; i++) {
      least = Math.max(least, Coordinate.inside(point[i]));
      factors[i] = factor().value(least);
    }
    double attention = Coordinate.attention(target).value(point[factors.length]);
    return Candidate.of("LongRoPE", factors, attention, target);
  }

  @Override
  public double[] nearest(Candidate candidate) {
    double[] point = new double[dimensions()];
    for (int i = 0; i < target.pairs(); i++) {
      point[i] = factor().place(candidate.divisors().get(i));
    }
    point[target.pairs()] = Coordinate.attention(target).place(candidate.attentionFactor());
    return point;
  }
}
