package rope4j.lab.experiment;

/// Hears of each step of a training.
interface StepListener {

  /// @param done steps done
  /// @param loss mean over the batch's targets, nats
  void step(int done, double loss);
}
