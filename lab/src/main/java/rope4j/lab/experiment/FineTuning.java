package rope4j.lab.experiment;

import java.util.List;

/// What is trained after a scaling was put on.
///
/// @param steps optimizer steps, each number an experiment of its own; empty for none
/// @param length tokens of a sequence; the scaling's factor is this over the trained length
/// @param learningRate after the warm-up of a [rope4j.lab.training.TrainingPlan], which goes down
///   to a tenth of it
public record FineTuning(List<Integer> steps, int length, double learningRate) {

  /// None.
  public static final FineTuning NONE = new FineTuning(List.of(), 0, 0);

  public FineTuning {
    steps = List.copyOf(steps);
    if (!steps.isEmpty() && (length < 8 || !(learningRate > 0) || learningRate > 1)) {
      throw new IllegalArgumentException(
          "fine-tuning needs a length of at least 8 tokens and a learning rate above 0 and at most 1");
    }
  }
}
