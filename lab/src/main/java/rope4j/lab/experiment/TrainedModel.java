package rope4j.lab.experiment;

import java.util.List;
import rope4j.lab.task.Example;

/// A model of a job, as a runner needs it.
interface TrainedModel extends AutoCloseable {

  /// Asks it.
  ///
  /// @param factor of the strategy's scaling
  /// @param examples all of one length
  Answers ask(Strategy strategy, double factor, List<Example> examples);

  /// Trains it further with a scaling in place, or goes on where that was interrupted; it changes.
  /// The folder it was trained in must be nobody else's meanwhile.
  ///
  /// @param factor of the strategy's scaling
  void fineTune(Strategy strategy, double factor, int steps, StepListener listener);

  @Override
  void close();
}
