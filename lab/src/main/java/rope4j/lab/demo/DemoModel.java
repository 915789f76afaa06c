package rope4j.lab.demo;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.Vocabulary;
import rope4j.lab.export.GgufExport;
import rope4j.lab.export.Release;
import rope4j.lab.export.Storage;
import rope4j.lab.model.Initialisation;
import rope4j.lab.model.LanguageModel;
import rope4j.lab.model.ModelConfig;
import rope4j.lab.model.PositionEncoding;
import rope4j.lab.random.Draws;
import rope4j.lab.story.Story;
import rope4j.lab.story.StoryVocabulary;
import rope4j.lab.task.Example;
import rope4j.lab.task.Induction;
import rope4j.lab.task.StoryTelling;
import rope4j.lab.training.Batch;
import rope4j.lab.training.BatchSource;
import rope4j.lab.training.TrainingPlan;

/// Trains the model that `rope doctor demo` examines: a reader of stories that has seen 256 tokens
/// at a time and no more. The same command makes the same file.
///
/// It learns songs before stories: words in any order, said again and again. In stories a word that
/// can be told from an earlier one is rare, and a model finds hundreds of easier things to learn
/// first; in short songs there is nothing else, and it learns to look back within minutes.
public final class DemoModel {

  /// Tokens of a training sequence.
  public static final int TRAINED_LENGTH = 256;

  private static final int HEADS = 8;
  private static final long SEED = 1;

  private static final int SONG_STEPS = 600;
  private static final int SONGS = 128;
  private static final int SONG_LENGTH = 32;

  private static final int STORY_STEPS = 1200;
  private static final int STORIES = 16;

  /// One story in so many is cut out of the middle of a longer one; what the others refer to is all
  /// there to be found.
  private static final int CUT = 5;

  /// Stories to examine the model on.
  private static final int HELD_OUT = 30;

  /// With the token they begin with, as many as two windows of 1024 take.
  private static final int HELD_OUT_LENGTH = 2047;

  private DemoModel() {}

  static ModelConfig config() {
    return ModelConfig.transformer(
        StoryVocabulary.standard().size(),
        128,
        2,
        HEADS,
        352,
        TRAINED_LENGTH,
        false,
        new PositionEncoding.Rope(10000));
  }

  static TrainingPlan songPlan() {
    return new TrainingPlan(SEED, SONG_STEPS).withLearningRate(2e-3);
  }

  static TrainingPlan storyPlan() {
    return new TrainingPlan(SEED, STORY_STEPS);
  }

  static BatchSource songs() {
    int[] words = StoryVocabulary.standard().songWords();
    Induction order = new Induction(words.length, false);
    // Seeds of steps that stories do not have.
    return batches(
        SONGS, (step, i) -> sing(words, order.training(seed(STORY_STEPS + step, i), SONG_LENGTH)));
  }

  /// The same example in words of songs.
  private static Example sing(int[] words, Example numbered) {
    return new Example(
        sing(words, numbered.inputs()), sing(words, numbered.targets()), numbered.floor());
  }

  private static int[] sing(int[] words, int[] numbers) {
    return IntStream.of(numbers)
        .map(number -> number == Example.NOT_ASKED ? number : words[number])
        .toArray();
  }

  static BatchSource stories() {
    StoryTelling stories = new StoryTelling();
    return batches(
        STORIES,
        (step, i) ->
            i % CUT == CUT - 1
                ? stories.training(seed(step, i), TRAINED_LENGTH)
                : stories.test(seed(step, i), TRAINED_LENGTH));
  }

  private static long seed(int step, int sequence) {
    return Draws.seed(SEED, step, sequence);
  }

  private static BatchSource batches(int sequences, BiFunction<Integer, Integer, Example> example) {
    return step -> {
      int[][] inputs = new int[sequences][];
      int[][] targets = new int[sequences][];
      for (int i = 0; i < sequences; i++) {
        Example made = example.apply(step, i);
        inputs[i] = made.inputs();
        targets[i] = made.targets();
      }
      return new Batch(inputs, targets);
    };
  }

  /// Stories that are not trained on: no training seed has a negative step.
  static String heldOut() {
    return IntStream.range(0, HELD_OUT)
        .mapToObj(i -> Story.write(Draws.seed(SEED, -1, i), HELD_OUT_LENGTH).text())
        .collect(Collectors.joining("\n", "", "\n"));
  }

  /// The vocabulary of stories as model files have it.
  public static Vocabulary vocabulary() {
    return StoryVocabulary.standard().asSentencePiece();
  }

  /// Trains, or goes on where an interrupted run stopped, and writes `story.gguf`, `story.txt` and
  /// `training.log` into a folder, which is made where there is none.
  ///
  /// @param told is given each line of the log
  /// @throws CheckpointException when the folder can't be written to
  public static void train(Path folder, Consumer<String> told) {
    try {
      Files.createDirectories(folder);
      try (PrintWriter log =
          new PrintWriter(
              Files.newBufferedWriter(
                  folder.resolve("training.log"),
                  StandardCharsets.UTF_8,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.APPEND))) {
        write(
            folder,
            told.andThen(line -> {
              log.println(line);
              log.flush();
            }));
      }
    } catch (IOException e) {
      throw new CheckpointException(folder + " can't be written to: " + e.getMessage());
    }
  }

  private static void write(Path folder, Consumer<String> log) throws IOException {
    log.accept(String.format(Locale.ROOT, "seed %d, %s", SEED, config()));
    try (LanguageModel model = new LanguageModel(config(), Initialisation.PYTORCH, SEED)) {
      Curriculum.demo().teach(model, folder, log);
      Path file = folder.resolve("story.gguf");
      GgufExport.write(Release.asTrained("rope4j story", model, vocabulary()), Storage.F16, file);
      Files.writeString(folder.resolve("story.txt"), heldOut());
      log.accept(
          String.format(
              Locale.ROOT,
              "%d weights, %d bytes, sha256 %s",
              model.parameters().size(),
              Files.size(file),
              digest(file)));
    }
  }

  private static String digest(Path file) throws IOException {
    try {
      byte[] bytes = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      return HexFormat.of().formatHex(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
