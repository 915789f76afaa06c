package rope4j.lab.training;

/// The loss of a training is no number any more: its learning rate was too high.
public final class DivergedException extends IllegalArgumentException {

  private static final long serialVersionUID = 1;

  DivergedException(double loss, int step, double learningRate) {
    super(
        "the loss is "
            + loss
            + " at step "
            + step
            + " with a learning rate of "
            + learningRate
            + "; lower it");
  }
}
