package rope4j.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;

/// The small model that ships with the sources, and the text to examine it on. It answers to the
/// name `demo` wherever a model is asked for, unless there is a file of that name.
///
/// The launcher says where it lies: a file of its own, not a part of a jar, so that the commands
/// that a report prints run other programs on it.
final class Demo implements ITypeConverter<Path> {

  static final String NAME = "demo";

  /// Four times the trained length.
  static final int CONTEXT = 1024;

  /// Names the folder.
  private static final String PROPERTY = "rope.demo";

  /// The path that is meant by a model's name.
  @Override
  public Path convert(String name) {
    Path path = Path.of(name);
    return name.equals(NAME) && !Files.exists(path) ? file("story.gguf").orElse(path) : path;
  }

  static boolean isModel(Path path) {
    return file("story.gguf").filter(model -> Paths.same(model, path)).isPresent();
  }

  /// Stories that the model has not seen.
  static Path text() {
    return file("story.txt").orElseThrow();
  }

  private static Optional<Path> file(String name) {
    return Optional.ofNullable(System.getProperty(PROPERTY)).map(folder -> near(folder, name));
  }

  /// Short where it can be: the path stands in reports and commands.
  private static Path near(String folder, String name) {
    Path file = Path.of(folder, name).toAbsolutePath().normalize();
    Path here = Path.of("").toAbsolutePath();
    return file.startsWith(here) ? here.relativize(file) : file;
  }
}
