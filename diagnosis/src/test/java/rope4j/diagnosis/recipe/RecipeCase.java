package rope4j.diagnosis.recipe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.config.HuggingFaceConfig;

/// A line of `cases.csv`: a model, a rotation and a length, and the file that holds the recipes.
///
/// @param expected the file's name
/// @param model a file of `models`, or of the zoo
/// @param rotation for example `yarn:4:32768`
/// @param contextLength tokens
record RecipeCase(String expected, String model, String rotation, int contextLength) {

  static final Path FOLDER = Path.of("src/test/resources/recipes");
  private static final Path ZOO = Path.of("../inference/src/test/resources/parity/zoo/models");

  static Stream<RecipeCase> all() {
    return read(FOLDER.resolve("cases.csv"))
        .lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split(",", -1))
        .map(words -> new RecipeCase(words[0], words[1], words[2], Integer.parseInt(words[3])));
  }

  static Stream<RecipeCase> folders() {
    return all().filter(recipes -> !recipes.isGguf());
  }

  boolean isGguf() {
    return model.endsWith(".gguf");
  }

  Path file() {
    return isGguf() ? ZOO.resolve(model) : FOLDER.resolve("models").resolve(model + ".json");
  }

  HuggingFaceConfig config() {
    return HuggingFaceConfig.read(file());
  }

  ModelDescription description() {
    try (GgufFile gguf = GgufFile.open(file())) {
      return ModelDescription.of(gguf);
    }
  }

  RecipeModel recipeModel() {
    return isGguf() ? RecipeModel.of(model, description()) : RecipeModel.of(model, config());
  }

  Extension extension() {
    String[] words = rotation.split(":", -1);
    double[] numbers = Stream.of(words).skip(1).mapToDouble(Double::parseDouble).toArray();
    return switch (words[0]) {
      case "native" -> new Extension.Native();
      case "unscaled" -> new Extension.Unscaled();
      case "linear" -> new Extension.Linear(numbers[0]);
      case "ntk" -> Extension.ntkAware(recipeModel(), numbers[0]);
      case "yarn" -> new Extension.Yarn(numbers[0], (int) numbers[1]);
      case "llama3" -> new Extension.Llama3(numbers[0], numbers[1], numbers[2], (int) numbers[3]);
      case "divisors" ->
          new Extension.Divisors(
              DoubleStream.of(numbers).skip(2).boxed().toList(), numbers[0], (int) numbers[1]);
      default -> throw new IllegalArgumentException(rotation);
    };
  }

  List<Recipe> recipes() {
    return Recipes.of(recipeModel(), extension(), contextLength);
  }

  String expectedText() {
    return read(FOLDER.resolve("expected").resolve(expected + ".txt"));
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return expected;
  }
}
