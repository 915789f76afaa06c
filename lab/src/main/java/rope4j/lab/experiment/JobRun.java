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
import rope4j.lab.task.Example;

/// One job: a model is trained, or found trained, and asked all the experiment asks.
final class JobRun {

  /// Points of the curve by position within the trained length.
  private static final int PARTS = 4;

  private final Experiment experiment;
  private final Experiment.Job job;
  private final ModelTrainer trainer;
  private final ModelStore models;
  private final Workload workload;
  private final String version;
  private final String command;
  private final List<Result> results = new ArrayList<>();

  JobRun(
      Experiment experiment,
      Experiment.Job job,
      ModelTrainer trainer,
      ModelStore models,
      Workload workload,
      String version,
      String command) {
    this.experiment = experiment;
    this.job = job;
    this.trainer = trainer;
    this.models = models;
    this.workload = workload;
    this.version = version;
    this.command = command;
  }

  List<Result> run() {
    Workload.Steps training = workload.training(job, "training", experiment.training(job).steps());
    try (TrainedModel model = train(training)) {
      training.end();
      for (Measurement measurement : Measurement.all(experiment, job.encoding())) {
        measure(model, measurement, 0);
      }
    }
    for (int steps : experiment.fineTuning().steps()) {
      for (Strategy strategy : Measurement.strategies(experiment, job.encoding())) {
        try (TrainedModel model = trainFurther(strategy, steps)) {
          for (Measurement measurement : Measurement.fineTuned(experiment, strategy)) {
            measure(model, measurement, steps);
          }
        }
      }
    }
    return results;
  }

  /// Deletes the models that were trained further: once the results are written, nobody needs them.
  void forget() {
    Path folder = models.folder(experiment, job);
    List<Path> files = new ArrayList<>();
    for (int steps : experiment.fineTuning().steps()) {
      for (Strategy strategy : Measurement.strategies(experiment, job.encoding())) {
        files.add(FineTunedRun.file(folder, experiment, strategy, steps));
      }
    }
    if (files.stream().anyMatch(Files::exists)) {
      // Another experiment may train the same model further just now.
      models.with(experiment, job, _ -> delete(files));
    }
  }

  private static List<Path> delete(List<Path> files) {
    for (Path file : files) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        throw new CheckpointException(file + ": this can't be deleted (" + e + ")", e);
      }
    }
    return files;
  }

  private TrainedModel train(StepListener listener) {
    return models.with(experiment, job, folder -> trainer.train(experiment, job, folder, listener));
  }

  /// From the checkpoint of the finished training, where no step is left to do.
  private TrainedModel trainFurther(Strategy strategy, int steps) {
    Workload.Steps further = workload.training(job, "training on with " + strategy.name(), steps);
    return models.with(
        experiment,
        job,
        folder -> {
          TrainedModel model = trainer.train(experiment, job, folder, (_, _) -> {});
          try {
            model.fineTune(strategy, Measurement.factor(experiment, strategy), steps, further);
            further.end();
            return model;
          } catch (RuntimeException | Error e) {
            model.close();
            throw e;
          }
        });
  }

  private void measure(TrainedModel model, Measurement measurement, int fineTuningSteps) {
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
        values.add(
            new Value(Metric.ACCURACY_BY_POSITION, begin, end, answers.accuracy(begin, end)));
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
