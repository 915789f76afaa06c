package rope4j.lab.experiment;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import rope4j.checkpoint.json.JsonFile;
import rope4j.checkpoint.json.JsonWriter;
import rope4j.lab.task.Counting;
import rope4j.lab.task.Induction;
import rope4j.lab.task.KeyValueRecall;
import rope4j.lab.task.Passkey;
import rope4j.lab.task.StoryTelling;
import rope4j.lab.task.Task;

/// Everything a trained model depends on, and nothing else, as an experiment with one job: two
/// experiments that ask the same model different questions find it by the same key.
final class ModelSettings {

  /// To be raised with every change after which the same settings train another model.
  private static final int RECIPE = 1;

  /// Its encoding's name has no influence on the model.
  private static final String ENCODING = "trained";

  private final Map<String, Object> json;

  private ModelSettings(Map<String, Object> json) {
    this.json = json;
  }

  static ModelSettings of(Experiment experiment, Experiment.Job job) {
    Encoding encoding = job.encoding();
    Training training = experiment.training(job);
    ModelSize size = experiment.model(job);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("task", task(experiment.task()));
    json.put(
        "model",
        ordered(
            "layers", size.layers(),
            "width", size.width(),
            "heads", size.heads(),
            "feedForward", size.feedForward(),
            "tiedEmbeddings", size.tiedEmbeddings(),
            "initialisation", word(size.initialisation())));
    json.put(
        "training",
        ordered(
            "length", training.length(),
            "steps", training.steps(),
            "batch", training.batch(),
            "learningRate", training.learningRate()));
    json.put("seeds", List.of(job.seed()));
    json.put(
        "encodings",
        Map.of(
            ENCODING,
            ordered(
                "kind", word(encoding.kind()),
                "base", encoding.base(),
                "rotatedShare", encoding.rotatedShare(),
                "turningShare", encoding.turningShare(),
                "recurrence", word(encoding.recurrence()))));
    // Only a table of learned positions has as many rows as the longest test.
    boolean learned = encoding.kind() == Encoding.Kind.LEARNED;
    json.put(
        "lengths",
        List.of(learned ? experiment.lengths().getLast() : experiment.training().length()));
    return new ModelSettings(json);
  }

  private static Map<String, Object> task(Task task) {
    return switch (task) {
      case Induction(int alphabet, boolean once) ->
          ordered("kind", "induction", "alphabet", alphabet, "once", once);
      case Passkey(int words) -> ordered("kind", "passkey", "words", words);
      case KeyValueRecall(int keys, int values) ->
          ordered("kind", "key-value", "keys", keys, "values", values);
      case Counting(int modulus) -> ordered("kind", "counting", "modulus", modulus);
      case StoryTelling _ -> ordered("kind", "story");
    };
  }

  private static Map<String, Object> ordered(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// Sixteen hexadecimal digits.
  String key() {
    return digest(RECIPE + " " + JsonWriter.line(json));
  }

  /// An experiment file that trains this model and no other.
  String file() {
    return JsonWriter.block(json);
  }

  /// The experiment of a file that [#file] gave.
  static Experiment read(JsonFile file) {
    return ExperimentReader.read("model", file, false);
  }

  /// Sixteen hexadecimal digits of texts.
  static String digest(String... settings) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(String.join("\n", settings).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
