package rope4j.lab.experiment;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import rope4j.lab.model.LanguageModel;
import rope4j.lab.model.Mixer;
import rope4j.lab.model.ModelConfig;
import rope4j.lab.model.PositionEncoding;
import rope4j.lab.task.Example;
import rope4j.lab.training.Batch;
import rope4j.lab.training.DivergedException;
import rope4j.lab.training.Evaluation;
import rope4j.lab.training.Trainer;
import rope4j.lab.training.TrainingPlan;
import rope4j.rotation.PRope;
import rope4j.rotation.Unscaled;

/// Trains with LibTorch: what an experiment asks for, in the trainer's words.
final class LibTorchTrainer implements ModelTrainer {

  /// A run that is killed loses at most so many steps.
  private static final int SAVE_EVERY = 50;

  static final String WEIGHTS = "run.safetensors";

  private static final double XPOS_SCALE_BASE = 512;

  @Override
  public TrainedModel train(
      Experiment experiment, Experiment.Job job, Path folder, StepListener listener) {
    Training training = experiment.training(job);
    TrainingPlan plan =
        new TrainingPlan(job.seed(), training.steps())
            .withLearningRate(training.learningRate())
            .savedEvery(SAVE_EVERY);
    Trainer trainer =
        new Trainer(
            plan,
            step -> batch(Batches.training(experiment, job.seed(), step)),
            Optional.of(folder.resolve(WEIGHTS)),
            progress -> listener.step(progress.step(), progress.loss()));
    ModelConfig config = config(experiment, job.encoding());
    LanguageModel model =
        new LanguageModel(config, experiment.model(job).initialisation(), job.seed());
    try {
      run(trainer, model, config.encoding(), experiment.name() + ": training.learningRate");
      return new Model(model, experiment, job, folder);
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  /// A loss that is no number any more is told with the key that mends it.
  ///
  /// @param rate key of the learning rate
  static void run(Trainer trainer, LanguageModel model, PositionEncoding encoding, String rate) {
    try {
      trainer.fineTune(model, encoding);
    } catch (DivergedException e) {
      throw new IllegalArgumentException(rate + ": " + e.getMessage(), e);
    }
  }

  static ModelConfig config(Experiment experiment, Encoding encoding) {
    ModelSize size = experiment.model();
    return new ModelConfig(
        experiment.task().vocabularySize(),
        size.width(),
        size.heads(),
        size.feedForward(),
        experiment.training().length(),
        size.tiedEmbeddings(),
        positions(experiment, encoding),
        IntStream.range(0, size.layers())
            .mapToObj(layer -> layer % 2 == 0 ? other(encoding) : Mixer.ATTENTION)
            .toList());
  }

  private static Mixer other(Encoding encoding) {
    return switch (encoding.recurrence()) {
      case NONE -> Mixer.ATTENTION;
      case UNROTATED -> Mixer.RECURRENCE;
      case FIXED -> Mixer.RECURRENCE_FIXED;
      case CUMULATIVE -> Mixer.RECURRENCE_CUMULATIVE;
    };
  }

  private static PositionEncoding positions(Experiment experiment, Encoding encoding) {
    return switch (encoding.kind()) {
      // Rows for all tests: those past the trained length are never trained.
      case LEARNED -> new PositionEncoding.Learned(experiment.lengths().getLast());
      case SINUSOIDAL -> new PositionEncoding.Sinusoidal();
      case ALIBI -> new PositionEncoding.Alibi();
      case NOPE -> new PositionEncoding.None();
      case XPOS -> new PositionEncoding.XPos(encoding.base(), XPOS_SCALE_BASE);
      case ROPE ->
          new PositionEncoding.Rope(
              encoding.base(),
              encoding.rotatedShare(),
              encoding.turningShare() < 1 ? new PRope(encoding.turningShare()) : new Unscaled());
    };
  }

  static Batch batch(List<Example> examples) {
    return new Batch(
        examples.stream().map(Example::inputs).toArray(int[][]::new),
        examples.stream().map(Example::targets).toArray(int[][]::new));
  }

  private record Model(LanguageModel model, Experiment experiment, Experiment.Job job, Path folder)
      implements TrainedModel {

    @Override
    public Answers ask(Strategy strategy, double factor, List<Example> examples) {
      Evaluation evaluation = Evaluation.of(model, under(strategy, factor), batch(examples));
      return new Answers(examples, evaluation.nll(), evaluation.right());
    }

    @Override
    public void fineTune(Strategy strategy, double factor, int steps, StepListener listener) {
      TrainingPlan plan =
          new TrainingPlan(job.seed(), steps)
              .withLearningRate(experiment.fineTuning().learningRate())
              .savedEvery(SAVE_EVERY);
      Trainer trainer =
          new Trainer(
              plan,
              step -> batch(Batches.fineTuning(experiment, job.seed(), step)),
              Optional.of(FineTunedRun.file(folder, experiment, strategy, steps)),
              progress -> listener.step(progress.step(), progress.loss()));
      run(trainer, model, under(strategy, factor), experiment.name() + ": fineTuning.learningRate");
    }

    private PositionEncoding under(Strategy strategy, double factor) {
      return model.config().encoding() instanceof PositionEncoding.Rope rope && strategy.scales()
          ? rope.withScaling(strategy.scaling(factor, experiment.training().length()))
          : model.config().encoding();
    }

    @Override
    public void close() {
      model.close();
    }
  }
}
