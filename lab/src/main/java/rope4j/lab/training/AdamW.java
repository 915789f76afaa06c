package rope4j.lab.training;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import rope4j.lab.model.LibTorch;
import rope4j.lab.model.Parameters;

/// Adam with decoupled weight decay, on all weights at once.
///
/// Source: Loshchilov and Hutter, arXiv 1711.05101, algorithm 2.
final class AdamW implements AutoCloseable {

  private static final double EPSILON = 1e-8;

  private final Parameters parameters;
  private final TrainingPlan plan;
  private final Tensor mean;
  private final Tensor square;

  AdamW(Parameters parameters, TrainingPlan plan) {
    this.parameters = parameters;
    this.plan = plan;
    this.mean = torch.zeros(parameters.size());
    this.square = torch.zeros(parameters.size());
  }

  Tensor mean() {
    return mean;
  }

  Tensor square() {
    return square;
  }

  /// Moves the weights by their gradients, and clears those.
  ///
  /// @param step counted from 0
  void step(int step) {
    try (var _ = new PointerScope();
        var _ = new NoGradGuard()) {
      Tensor gradients = parameters.gradients();
      double norm = gradients.norm().item_double();
      if (norm > plan.clip()) {
        gradients.mul_(LibTorch.scalar(plan.clip() / norm));
      }
      double rate = plan.rate(step);
      Tensor decaying = parameters.values().narrow(0, 0, parameters.decaying());
      decaying.mul_(LibTorch.scalar(1 - rate * plan.weightDecay()));
      mean.mul_(LibTorch.scalar(plan.beta1())).add_(gradients, LibTorch.scalar(1 - plan.beta1()));
      square
          .mul_(LibTorch.scalar(plan.beta2()))
          .addcmul_(gradients, gradients, LibTorch.scalar(1 - plan.beta2()));
      double meanShare = 1 - Math.pow(plan.beta1(), step + 1.0);
      double squareShare = 1 - Math.pow(plan.beta2(), step + 1.0);
      Tensor size =
          square
              .sqrt()
              .mul_(LibTorch.scalar(1 / Math.sqrt(squareShare)))
              .add_(LibTorch.scalar(EPSILON));
      parameters.values().addcdiv_(mean, size, LibTorch.scalar(-rate / meanShare));
      gradients.zero_();
    }
  }

  @Override
  public void close() {
    mean.close();
    square.close();
  }
}
