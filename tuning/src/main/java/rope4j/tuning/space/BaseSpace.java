package rope4j.tuning.space;

import rope4j.diagnosis.recipe.Extension;
import rope4j.rotation.NtkAware;

/// Another base and nothing else: one number, the slowest pair's divisor, from 1 to eight times the
/// factor.
public record BaseSpace(Target target) implements SearchSpace {

  public BaseSpace {
    if (target.pairs() < 2) {
      throw new IllegalArgumentException(
          "another base changes nothing in a model of one pair; search another space");
    }
  }

  private Coordinate logarithm() {
    return new Coordinate(0, Math.log(8 * target.factor()));
  }

  @Override
  public String name() {
    return "base";
  }

  @Override
  public int dimensions() {
    return 1;
  }

  @Override
  public int factors() {
    return 0;
  }

  @Override
  public Candidate candidate(double[] point) {
    NtkAware scaling = new NtkAware(Math.exp(logarithm().value(point[0])));
    Candidate found = Candidate.of("base", scaling, target);
    return found.extension() instanceof Extension.RaisedBase raised
        ? new Candidate(
            "base %.0f".formatted(raised.base()),
            found.divisors(),
            found.attentionFactor(),
            0,
            raised)
        : found;
  }

  @Override
  public double[] nearest(Candidate candidate) {
    double slowest = candidate.divisors().getLast();
    return new double[] {logarithm().place(Math.log(slowest))};
  }
}
