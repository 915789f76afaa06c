package rope4j.tuning.space;

import java.util.OptionalDouble;
import rope4j.rotation.Yarn;

/// YaRN's four numbers: both ends of the ramp in turns, the factor and the attention factor.
///
/// The ramp is that of engines, from whole pair to whole pair.
public record YarnSpace(Target target) implements SearchSpace {

  private static final Coordinate SLOW = new Coordinate(Math.log(0.05), Math.log(8));
  private static final Coordinate SPREAD = new Coordinate(Math.log(1.05), Math.log(640));

  private Coordinate factor() {
    return new Coordinate(Math.log(target.factor() / 2), Math.log(2 * target.factor()));
  }

  @Override
  public String name() {
    return "yarn";
  }

  @Override
  public int dimensions() {
    return 4;
  }

  @Override
  public int factors() {
    return 0;
  }

  @Override
  public Candidate candidate(double[] point) {
    double slow = Math.exp(SLOW.value(point[0]));
    double fast = slow * Math.exp(SPREAD.value(point[1]));
    double factor = Math.exp(factor().value(point[2]));
    double attention = Coordinate.attention(target).value(point[3]);
    Yarn yarn =
        new Yarn(factor, target.trainedLength(), fast, slow, true, 1, OptionalDouble.of(attention));
    String name = "YaRN ×%.3g, betas %.3g and %.3g, attention %.3f";
    return Candidate.of(name.formatted(factor, fast, slow, attention), yarn, target);
  }

  /// Found by the ends of the ramp: what is kept and what is divided by the largest factor.
  @Override
  public double[] nearest(Candidate candidate) {
    double[] divisors = candidate.factors();
    double factor = divisors[divisors.length - 1];
    double best = Double.POSITIVE_INFINITY;
    double[] found = new double[4];
    found[2] = factor().place(Math.log(factor));
    found[3] = Coordinate.attention(target).place(candidate.attentionFactor());
    double[] trial = found.clone();
    // YaRN's own ends come first, so that a tie is theirs.
    double[] slowest = {1, 0.1, 0.3, 2, 4};
    double[] fastest = {32, 2, 4, 8, 16, 64};
    for (double slow : slowest) {
      for (double fast : fastest) {
        if (fast <= slow) {
          continue;
        }
        trial[0] = SLOW.place(Math.log(slow));
        trial[1] = SPREAD.place(Math.log(fast / slow));
        double distance = distance(divisors, candidate(trial).factors());
        if (distance < best - 1e-9) {
          best = distance;
          found = trial.clone();
        }
      }
    }
    return found;
  }

  private static double distance(double[] one, double[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += Math.abs(Math.log(one[i] / other[i]));
    }
    return sum;
  }
}
