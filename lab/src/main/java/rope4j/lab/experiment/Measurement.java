package rope4j.lab.experiment;

import java.util.ArrayList;
import java.util.List;

/// One question to a trained model: a scaling and a length.
///
/// @param strategy the scaling
/// @param label the strategy's name, with the factor where the experiment sets it
/// @param factor of the scaling
/// @param length tokens of the test sequences
record Measurement(Strategy strategy, String label, double factor, int length) {

  /// All questions to a model as it was trained.
  static List<Measurement> all(Experiment experiment, Encoding encoding) {
    List<Measurement> all = new ArrayList<>();
    for (Strategy strategy : strategies(experiment, encoding)) {
      if (!strategy.scales()) {
        experiment
            .lengths()
            .forEach(length -> all.add(new Measurement(strategy, strategy.name(), 1, length)));
      } else if (experiment.factors().isEmpty()) {
        // Within the trained length there is nothing to scale.
        experiment.lengths().stream()
            .filter(length -> length > experiment.training().length())
            .forEach(length ->
                all.add(
                    new Measurement(
                        strategy,
                        strategy.name(),
                        (double) length / experiment.training().length(),
                        length)));
      } else {
        for (double factor : experiment.factors()) {
          experiment
              .lengths()
              .forEach(length ->
                  all.add(
                      new Measurement(strategy, strategy.name() + times(factor), factor, length)));
        }
      }
    }
    return all;
  }

  /// The questions to a model that was trained further with a scaling in place, whose factor then
  /// stays.
  static List<Measurement> fineTuned(Experiment experiment, Strategy strategy) {
    double factor = factor(experiment, strategy);
    return experiment.lengths().stream()
        .filter(length -> length <= experiment.fineTuning().length())
        .map(length -> new Measurement(strategy, strategy.name(), factor, length))
        .toList();
  }

  /// The factor a model is trained further with.
  static double factor(Experiment experiment, Strategy strategy) {
    return strategy.scales()
        ? Math.max(1, (double) experiment.fineTuning().length() / experiment.training().length())
        : 1;
  }

  /// The strategies an encoding can be asked under.
  static List<Strategy> strategies(Experiment experiment, Encoding encoding) {
    return encoding.scales() ? experiment.strategies() : List.of(Strategy.UNSCALED);
  }

  private static String times(double factor) {
    return " ×" + (factor == Math.rint(factor) ? String.valueOf((long) factor) : factor);
  }
}
