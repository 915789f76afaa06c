package rope4j.diagnosis.rules;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.function.Function;
import java.util.stream.Stream;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.launch.Launch;

/// A folder with a model's files and what is done with them: a Hugging Face folder, or one GGUF
/// file written down in `model.gguf.txt`, and `case.properties` if there is more to say:
///
/// * `engine`: the label of the one engine it is about;
/// * `launch`: how the user starts it, which also says the engine and the context;
/// * `context`: the tokens wanted;
/// * `severity`, `says`, `evidence`: what the finding must have.
///
/// @param rule the folder it lies in
record RuleCase(String rule, Path folder, Properties properties) {

  private static final Path ROOT = Path.of("src/test/resources/rules");

  /// Every folder of a rule.
  static List<String> rules() {
    return folders(ROOT).map(folder -> folder.getFileName().toString()).toList();
  }

  /// Every case of every rule.
  static List<RuleCase> all() {
    return folders(ROOT)
        .flatMap(RuleCase::folders)
        .map(folder -> of(folder.getParent().getFileName().toString(), folder))
        .toList();
  }

  /// Ordinary models with nothing wrong.
  static List<RuleCase> healthy() {
    return folders(ROOT.resolveSibling("healthy")).map(folder -> of("", folder)).toList();
  }

  private static Stream<Path> folders(Path parent) {
    try (Stream<Path> files = Files.list(parent)) {
      return files.filter(Files::isDirectory).sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RuleCase of(String rule, Path folder) {
    Properties properties = new Properties();
    Path file = folder.resolve("case.properties");
    if (Files.exists(file)) {
      try (Reader reader = Files.newBufferedReader(file)) {
        properties.load(reader);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return new RuleCase(rule, folder, properties);
  }

  boolean isBad() {
    return folder.getFileName().toString().startsWith("bad");
  }

  boolean isGood() {
    return folder.getFileName().toString().startsWith("good");
  }

  Optional<String> property(String name) {
    return Optional.ofNullable(properties.getProperty(name));
  }

  /// Asks something about the case.
  ///
  /// @param temporary where a GGUF file may be written
  <T> T with(Path temporary, Function<Subject, T> question) {
    try (Checkpoint checkpoint = Checkpoint.open(path(temporary))) {
      Optional<Launch> launch = property("launch").map(Launch::parse);
      OptionalInt context =
          property("context")
              .map(tokens -> OptionalInt.of(Integer.parseInt(tokens)))
              .orElseGet(() -> launch.map(Launch::contextLength).orElse(OptionalInt.empty()));
      Optional<Engine> engine =
          property("engine").map(Engine::of).or(() -> launch.map(Launch::engine));
      return question.apply(new Subject(checkpoint, engine, launch, context));
    }
  }

  private Path path(Path temporary) {
    Path text = folder.resolve("model.gguf.txt");
    if (!Files.exists(text)) {
      return folder;
    }
    try {
      return Files.write(temporary.resolve("model.gguf"), GgufText.bytes(text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return (rule.isEmpty() ? "" : rule + ": ") + folder.getFileName();
  }
}
