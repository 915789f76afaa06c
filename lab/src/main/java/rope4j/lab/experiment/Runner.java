package rope4j.lab.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import rope4j.checkpoint.CheckpointException;
import rope4j.lab.result.Result;
import rope4j.lab.result.Result.Metric;
import rope4j.lab.result.ResultFile;
import rope4j.lab.task.Example;

/// Runs an experiment job by job. A job's results are written all at once when it is done; a run
/// that goes on later repeats no finished job, and takes up the one in progress at its last
/// checkpoint.
public final class Runner {

  /// The file with the results in an experiment's folder.
  public static final String RESULTS = "results.jsonl";

  /// Points of the curve by position within the trained length.
  private static final int PARTS = 4;

  private final Experiment experiment;
  private final ModelTrainer trainer;
  private final Path folder;
  private final String version;
  private final String command;

  Runner(Experiment experiment, ModelTrainer trainer, Path folder, String version, String command) {
    this.experiment = experiment;
    this.trainer = trainer;
    this.folder = folder;
    this.version = version;
    this.command = command;
  }

  /// A runner that trains with LibTorch.
  ///
  /// @param folder where everything goes
  /// @param version written to each result
  /// @param command written to each result
  public static Runner of(Experiment experiment, Path folder, String version, String command) {
    return new Runner(experiment, new LibTorchTrainer(), folder, version, command);
  }

  /// Runs what is not done yet.
  ///
  /// @param resume whether results of an earlier run may be there
  /// @return all results of this experiment
  /// @throws CheckpointException when the folder holds other results, or can't be written
  public List<Result> run(boolean resume, RunProgress progress) {
    Path file = folder.resolve(RESULTS);
    List<Result> results = new ArrayList<>(ResultFile.read(file));
    if (!resume && (!results.isEmpty() || Files.exists(folder.resolve("checkpoints")))) {
      throw new CheckpointException(
          folder
              + ": results or checkpoints are there; go on with --resume, or name another folder with --out");
    }
    results.forEach(this::requireOurs);
    Workload workload = new Workload(experiment, progress);
    List<Experiment.Job> open = new ArrayList<>();
    for (Experiment.Job job : experiment.jobs()) {
      if (results.stream().anyMatch(result -> isOf(job, result))) {
        workload.skip(job);
      } else {
        open.add(job);
      }
    }
    for (Experiment.Job job : open) {
      results.addAll(run(job, workload));
      ResultFile.write(file, results);
    }
    return List.copyOf(results);
  }

  private boolean isOf(Experiment.Job job, Result result) {
    return result.encoding().equals(job.encoding().name()) && result.seed() == job.seed();
  }

  /// Results of an experiment that has been changed since must not stand beside new ones.
  private void requireOurs(Result result) {
    boolean changed =
        !result.experiment().equals(experiment.name())
            || experiment.jobs().stream()
                .anyMatch(job ->
                    isOf(job, result) && !result.settings().equals(experiment.fingerprint(job)));
    if (changed) {
      throw new CheckpointException(
          folder
              + ": the results there are of "
              + result.experiment()
              + " with other settings; name another folder with --out");
    }
  }

  private List<Result> run(Experiment.Job job, Workload workload) {
    List<Result> results = new ArrayList<>();
    Path checkpoints = checkpoints(job);
    int trainingSteps = experiment.training(job).steps();
    try (TrainedModel model = train(job, checkpoints, workload, trainingSteps)) {
      for (Measurement measurement : Measurement.all(experiment, job.encoding())) {
        measure(job, model, measurement, 0, workload, results);
      }
    }
    for (int steps : experiment.fineTuning().steps()) {
      for (Strategy strategy : Measurement.strategies(experiment, job.encoding())) {
        // From the checkpoint of the finished training, where no step is left to do.
        try (TrainedModel model = train(job, checkpoints, workload, trainingSteps)) {
          double factor = Measurement.factor(experiment, strategy);
          model.fineTune(
              strategy,
              factor,
              steps,
              workload.training(job, "training on with " + strategy.name(), steps));
          for (Measurement measurement : Measurement.fineTuned(experiment, strategy)) {
            measure(job, model, measurement, steps, workload, results);
          }
        }
      }
    }
    return results;
  }

  private TrainedModel train(Experiment.Job job, Path checkpoints, Workload workload, int steps) {
    return trainer.train(experiment, job, checkpoints, workload.training(job, "training", steps));
  }

  private Path checkpoints(Experiment.Job job) {
    try {
      return Files.createDirectories(
          folder.resolve("checkpoints").resolve(experiment.checkpointFolder(job)));
    } catch (IOException e) {
      throw new CheckpointException(
          folder + ": the folder can't be made (" + e.getMessage() + "); name another with --out",
          e);
    }
  }

  private void measure(
      Experiment.Job job,
      TrainedModel model,
      Measurement measurement,
      int fineTuningSteps,
      Workload workload,
      List<Result> results) {
    int length = measurement.length();
    List<Example> examples = Batches.test(experiment, length);
    Answers answers = model.ask(measurement.strategy(), measurement.factor(), examples);
    int trained = experiment.training().length();
    // Past the trained length only what lies past it: the rest would hide a collapse.
    int from = length > trained ? trained : 0;
    record Value(Metric metric, int from, int to, OptionalDouble value) {}
    List<Value> values = new ArrayList<>();
    values.add(new Value(Metric.ACCURACY, from, length, answers.accuracy(from, length)));
    values.add(new Value(Metric.NLL, from, length, answers.nll(from, length)));
    values.add(new Value(Metric.FLOOR, from, length, answers.floor(from, length)));
    if (length == experiment.lengths().getLast()) {
      int part = Math.max(1, trained / PARTS);
      for (int begin = 0; begin < length; begin += part) {
        int end = Math.min(length, begin + part);
        values.add(new Value(Metric.NLL_BY_POSITION, begin, end, answers.nll(begin, end)));
      }
    }
    for (Value value : values) {
      if (value.value().isPresent()) {
        results.add(
            new Result(
                experiment.name(),
                job.encoding().name(),
                job.seed(),
                measurement.label(),
                measurement.factor(),
                fineTuningSteps,
                trained,
                length,
                value.metric(),
                value.from(),
                value.to(),
                value.value().getAsDouble(),
                experiment.fingerprint(job),
                version,
                command));
      }
    }
    workload.tested(job, measurement);
  }
}
