package rope4j.lab.training;

/// How a model is trained: AdamW under a cosine schedule with a linear warm-up.
///
/// @param seed of the weights a new model begins with
/// @param steps batches in all
/// @param learningRate after the warm-up
/// @param warmup steps until then
/// @param finalShare share of the learning rate that is left in the end
/// @param weightDecay of matrices; embeddings and norms do not decay
/// @param beta1 memory of the mean gradient
/// @param beta2 memory of its square
/// @param clip greatest norm of a gradient
/// @param saveEvery steps after which the run is written down
public record TrainingPlan(
    long seed,
    int steps,
    double learningRate,
    int warmup,
    double finalShare,
    double weightDecay,
    double beta1,
    double beta2,
    double clip,
    int saveEvery) {

  public TrainingPlan {
    if (steps < 1 || warmup < 0 || saveEvery < 1) {
      throw new IllegalArgumentException(
          "a plan needs at least 1 step, no negative warm-up and at least 1 step between saves, but they are "
              + steps
              + ", "
              + warmup
              + " and "
              + saveEvery);
    }
    if (!(learningRate > 0) || !(clip > 0) || !(weightDecay >= 0) || !(finalShare >= 0)) {
      throw new IllegalArgumentException(
          "a plan needs a learning rate and a clip above 0 and no negative decay or final share, but they are "
              + learningRate
              + ", "
              + clip
              + ", "
              + weightDecay
              + " and "
              + finalShare);
    }
    if (!(beta1 >= 0 && beta1 < 1) || !(beta2 >= 0 && beta2 < 1)) {
      throw new IllegalArgumentException(
          "a plan's betas must be at least 0 and below 1, but they are " + beta1 + " and " + beta2);
    }
  }

  /// The usual: rate 1e-3 down to a tenth, a warm-up of a twentieth, decay 0.1, betas 0.9 and 0.98,
  /// clip 1, written down every 100 steps.
  public TrainingPlan(long seed, int steps) {
    this(seed, steps, 1e-3, Math.max(1, steps / 20), 0.1, 0.1, 0.9, 0.98, 1, 100);
  }

  /// The same at another learning rate.
  public TrainingPlan withLearningRate(double other) {
    return new TrainingPlan(
        seed, steps, other, warmup, finalShare, weightDecay, beta1, beta2, clip, saveEvery);
  }

  /// The same, written down more or less often.
  public TrainingPlan savedEvery(int other) {
    return new TrainingPlan(
        seed, steps, learningRate, warmup, finalShare, weightDecay, beta1, beta2, clip, other);
  }

  /// The learning rate of a step, counted from 0.
  double rate(int step) {
    if (step < warmup) {
      return learningRate * (step + 1) / warmup;
    }
    double done = (step - warmup) / (double) Math.max(1, steps - warmup);
    double cosine = (1 + Math.cos(Math.PI * Math.min(1, done))) / 2;
    return learningRate * (finalShare + (1 - finalShare) * cosine);
  }
}
