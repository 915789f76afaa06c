package rope4j.lab.experiment;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.json.JsonFile;
import rope4j.lab.model.LanguageModel;
import rope4j.lab.task.Example;
import rope4j.lab.task.Task;
import rope4j.lab.training.SavedRun;

/// A trained model as `rope lab run` left it.
public final class StoredModel implements AutoCloseable {

  private static final int MOST_BYTES = 1 << 20;

  private final Experiment experiment;
  private final LanguageModel model;

  private StoredModel(Experiment experiment, LanguageModel model) {
    this.experiment = experiment;
    this.model = model;
  }

  /// Where the model of a job lies among all models.
  public static Path folder(Path models, Experiment experiment, Experiment.Job job) {
    return models.resolve(ModelSettings.of(experiment, job).key());
  }

  /// Reads a model.
  ///
  /// @param folder with the weights and `model.json`
  /// @throws CheckpointException when there is none, or its training has not ended
  public static StoredModel read(Path folder) {
    Path settings = folder.resolve(ModelStore.SETTINGS);
    Path weights = folder.resolve(LibTorchTrainer.WEIGHTS);
    if (!Files.exists(settings) || !Files.exists(weights)) {
      throw new CheckpointException(
          folder + ": there is no trained model; rope lab run trains those of an experiment");
    }
    Experiment experiment = ModelSettings.read(JsonFile.read(settings, MOST_BYTES));
    Experiment.Job job = experiment.jobs().getFirst();
    int done = SavedRun.step(weights);
    int steps = experiment.training(job).steps();
    if (done < steps) {
      throw new CheckpointException(
          folder
              + ": the training is at step "
              + done
              + " of "
              + steps
              + "; rope lab run … --resume ends it");
    }
    return new StoredModel(
        experiment, SavedRun.model(LibTorchTrainer.config(experiment, job.encoding()), weights));
  }

  /// The model.
  public LanguageModel model() {
    return model;
  }

  /// What it learnt.
  public Task task() {
    return experiment.task();
  }

  /// The first of the examples it is tested with in sequences of a length.
  ///
  /// @throws IllegalArgumentException when the task does not fit the length
  public List<Example> examples(int count, int length) {
    return Batches.test(experiment.withExamples(count), length);
  }

  @Override
  public void close() {
    model.close();
  }
}
