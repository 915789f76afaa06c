package rope4j.lab.demo;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Optional;
import rope4j.checkpoint.Vocabulary;
import rope4j.lab.export.GgufExport;
import rope4j.lab.export.Release;
import rope4j.lab.export.Storage;
import rope4j.lab.model.LanguageModel;
import rope4j.lab.model.ModelConfig;
import rope4j.lab.model.PositionEncoding;
import rope4j.lab.random.Draws;
import rope4j.lab.story.StoryVocabulary;
import rope4j.lab.task.Example;
import rope4j.lab.task.StoryTelling;
import rope4j.lab.training.Batch;
import rope4j.lab.training.BatchSource;
import rope4j.lab.training.Progress;
import rope4j.lab.training.Trainer;
import rope4j.lab.training.TrainingPlan;

/// Trains the model that `rope doctor demo` examines: a reader of stories that has seen 256 tokens
/// at a time and no more. The same command makes the same file.
public final class DemoModel {

  /// Tokens of a training sequence.
  public static final int TRAINED_LENGTH = 256;

  private static final int SEQUENCES = 8;
  private static final int STEPS = 4000;
  private static final long SEED = 1;

  /// Words that cost a perfect reader more than this, nats, are choices of the writer.
  private static final double CHOICE = 0.5;

  private DemoModel() {}

  static ModelConfig config() {
    return ModelConfig.transformer(
        StoryVocabulary.standard().size(),
        128,
        3,
        4,
        352,
        TRAINED_LENGTH,
        true,
        new PositionEncoding.Rope(10000));
  }

  static TrainingPlan plan() {
    return new TrainingPlan(SEED, STEPS).withLearningRate(2e-3);
  }

  /// In the first half only those words are asked for that a perfect reader knows: the choices are
  /// noise, in which looking back is learned several times as slowly. Then all are.
  static BatchSource batches() {
    StoryTelling stories = new StoryTelling();
    return step -> {
      int[][] inputs = new int[SEQUENCES][];
      int[][] targets = new int[SEQUENCES][];
      for (int i = 0; i < SEQUENCES; i++) {
        Example example = stories.training(Draws.seed(SEED, step, i), TRAINED_LENGTH);
        inputs[i] = example.inputs();
        targets[i] = example.targets();
        double[] floor = example.floor();
        for (int p = 0; p < TRAINED_LENGTH && step < STEPS / 2; p++) {
          targets[i][p] = floor[p] > CHOICE ? Example.NOT_ASKED : targets[i][p];
        }
      }
      return new Batch(inputs, targets);
    };
  }

  /// The vocabulary of stories as model files have it.
  public static Vocabulary vocabulary() {
    return StoryVocabulary.standard().asSentencePiece();
  }

  /// Trains, or goes on where an interrupted run stopped, and writes `story.gguf` and
  /// `training.log` into a folder, which is made where there is none.
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 1) {
      System.err.println("give the folder the model is to be written to");
      System.exit(2);
    }
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    try (PrintWriter log =
        new PrintWriter(
            Files.newBufferedWriter(
                folder.resolve("training.log"),
                StandardCharsets.UTF_8,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND))) {
      Trainer trainer =
          new Trainer(
              plan(),
              batches(),
              Optional.of(folder.resolve("run.safetensors")),
              progress -> report(progress, log));
      try (LanguageModel model = trainer.train(config())) {
        GgufExport.write(
            Release.asTrained("rope4j story", model, vocabulary()),
            Storage.Q8_0,
            folder.resolve("story.gguf"));
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static void report(Progress progress, PrintWriter log) {
    if (progress.step() % 10 == 0 || progress.step() == progress.steps()) {
      String line =
          String.format(
              Locale.ROOT,
              "step %d of %d  loss %.4f  %.0f tokens/s",
              progress.step(),
              progress.steps(),
              progress.loss(),
              progress.tokensPerSecond());
      log.println(line);
      log.flush();
      System.err.println(line + "  " + progress.left().toSeconds() + " s left");
    }
  }
}
