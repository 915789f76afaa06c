package rope4j.tuning.space;

/// LongRoPE2: from a critical pair on, factors between the extension and twice the extension that
/// do not fall; the faster pairs follow a raised base that meets the critical pair's factor. And
/// the attention factor.
///
/// The critical pair is searched from the slowest pair that made ten turns in training to the first
/// that made none, since pairs in between are trained less than they seem.
///
/// Source: Shang et al., arXiv 2502.20082, section 3.
public record LongRope2Space(Target target) implements SearchSpace {

  private Coordinate factor() {
    return new Coordinate(target.factor(), 2 * target.factor());
  }

  /// The first pair that may be the critical one; never the fastest, which a base can't change.
  int firstCritical() {
    int first = 1;
    while (first + 1 < target.pairs() && target.trainedTurns(first + 1) >= 10) {
      first++;
    }
    return Math.min(first, target.pairs() - 1);
  }

  /// The last: by theory the critical one.
  int lastCritical() {
    int last = firstCritical();
    while (last + 1 < target.pairs() && target.trainedTurns(last) >= 1) {
      last++;
    }
    return last;
  }

  @Override
  public String name() {
    return "longrope2";
  }

  @Override
  public int dimensions() {
    return target.pairs() + 2;
  }

  @Override
  public int factors() {
    return target.pairs();
  }

  @Override
  public boolean chooses(int index) {
    return index == target.pairs();
  }

  @Override
  public Candidate candidate(double[] point) {
    int pairs = target.pairs();
    int critical = critical(point[pairs]);
    double[] factors = new double[pairs];
    double least = 0;
    for (int i = critical; i < pairs; i++) {
      least = Math.max(least, Coordinate.inside(point[i]));
      factors[i] = factor().value(least);
    }
    for (int i = 0; i < critical; i++) {
      factors[i] = Math.pow(factors[critical], (double) i / critical);
    }
    double attention = Coordinate.attention(target).value(point[pairs + 1]);
    return Candidate.of("LongRoPE2, critical pair " + critical, factors, attention, target);
  }

  private int critical(double x) {
    int first = firstCritical();
    int choices = lastCritical() - first + 1;
    return first + Math.min(choices - 1, (int) (Coordinate.inside(x) * choices));
  }

  /// The middle of the part of the axis that means a pair.
  private double place(int critical) {
    int first = firstCritical();
    return (critical - first + 0.5) / (lastCritical() - first + 1);
  }

  @Override
  public double[] nearest(Candidate candidate) {
    int pairs = target.pairs();
    double[] point = new double[dimensions()];
    for (int i = 0; i < pairs; i++) {
      point[i] = factor().place(candidate.divisors().get(i));
    }
    point[pairs + 1] = Coordinate.attention(target).place(candidate.attentionFactor());
    double best = Double.POSITIVE_INFINITY;
    double[] found = point;
    for (int critical = firstCritical(); critical <= lastCritical(); critical++) {
      double[] trial = point.clone();
      trial[pairs] = place(critical);
      double distance = 0;
      double[] factors = candidate(trial).factors();
      for (int i = 0; i < pairs; i++) {
        distance += Math.abs(Math.log(factors[i] / candidate.divisors().get(i)));
      }
      if (distance < best) {
        best = distance;
        found = trial;
      }
    }
    return found;
  }
}
