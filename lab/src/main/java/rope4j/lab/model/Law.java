package rope4j.lab.model;

import java.util.Random;

/// What the first values of a weight are drawn from.
sealed interface Law {

  double draw(Random random);

  /// Normal around 0.
  record Normal(double deviation) implements Law {
    @Override
    public double draw(Random random) {
      return deviation * random.nextGaussian();
    }
  }

  /// Uniform between `-bound` and `bound`.
  record Uniform(double bound) implements Law {
    @Override
    public double draw(Random random) {
      return bound * (2 * random.nextDouble() - 1);
    }
  }

  /// Always the same; takes no random number.
  record Constant(double value) implements Law {
    @Override
    public double draw(Random random) {
      return value;
    }
  }
}
