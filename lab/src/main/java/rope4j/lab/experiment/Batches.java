package rope4j.lab.experiment;

import java.util.List;
import java.util.stream.IntStream;
import rope4j.lab.random.Draws;
import rope4j.lab.task.Example;

/// Which examples a model sees. Every number goes into the seed, so that a step's batch can be made
/// without those before it.
final class Batches {

  private static final long TRAINING = 1;
  private static final long FINE_TUNING = 2;
  private static final long TEST = 3;

  private Batches() {}

  static List<Example> training(Experiment experiment, long seed, int step) {
    Training plan = experiment.training();
    return examples(experiment, plan.batch(), plan.length(), TRAINING, seed, step);
  }

  /// Half as many sequences as in training for twice the length, and so on.
  static List<Example> fineTuning(Experiment experiment, long seed, int step) {
    Training plan = experiment.training();
    int length = experiment.fineTuning().length();
    int batch = Math.max(1, plan.batch() * plan.length() / length);
    return examples(experiment, batch, length, FINE_TUNING, seed, step);
  }

  private static List<Example> examples(
      Experiment experiment, int count, int length, long use, long seed, int step) {
    return IntStream.range(0, count)
        .mapToObj(i -> experiment.task().training(Draws.seed(use, seed, step, i), length))
        .toList();
  }

  /// The same for all models, so that differences between them are not luck.
  static List<Example> test(Experiment experiment, int length) {
    return IntStream.range(0, experiment.examples())
        .mapToObj(i -> experiment.task().test(Draws.seed(TEST, length, i), length))
        .toList();
  }
}
