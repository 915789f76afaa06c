package rope4j.lab.experiment;

import java.nio.file.Path;

/// Where a model that is trained further is written down: beside the trained one it begins from,
/// until the results are.
final class FineTunedRun {

  private static final int MOST_OF_THE_NAME = 40;

  private FineTunedRun() {}

  /// The file, named by everything the run depends on that the folder's name does not tell: other
  /// experiments may train the same model further in other ways, under strategies of the same name.
  ///
  /// @param folder of the trained model
  static Path file(Path folder, Experiment experiment, Strategy strategy, int steps) {
    FineTuning fineTuning = experiment.fineTuning();
    String name = strategy.name().replaceAll("[^A-Za-z0-9.]+", "-");
    String settings =
        ModelSettings.digest(
            strategy.toString(),
            Integer.toString(steps),
            Integer.toString(fineTuning.length()),
            Double.toString(fineTuning.learningRate()));
    return folder.resolve(
        "fine-tuned-"
            + name.substring(0, Math.min(MOST_OF_THE_NAME, name.length()))
            + "-"
            + steps
            + "-"
            + settings
            + ".safetensors");
  }
}
