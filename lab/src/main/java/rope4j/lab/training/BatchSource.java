package rope4j.lab.training;

/// Where batches come from.
@FunctionalInterface
public interface BatchSource {

  /// The batch of a step, counted from 0. The same step must give the same batch every time: a run
  /// that goes on after an interruption asks only for the steps that are left.
  Batch at(int step);
}
