package rope4j.lab.experiment;

import java.nio.file.Path;

/// Trains the models of an experiment.
interface ModelTrainer {

  /// Trains a job's model, or goes on where it was interrupted, or takes it as it is when it was
  /// finished.
  ///
  /// @param folder where its checkpoints lie; it exists
  TrainedModel train(Experiment experiment, Experiment.Job job, Path folder, StepListener listener);
}
