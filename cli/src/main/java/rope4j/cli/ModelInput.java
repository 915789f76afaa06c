package rope4j.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import rope4j.inference.Model;

/// The model to run and how.
final class ModelInput {

  @Parameters(paramLabel = "MODEL", description = "A .gguf file.")
  private Path path = Path.of("");

  @Option(
      names = {"-t", "--threads"},
      paramLabel = "N",
      description = "Threads that compute; without it one per processor.")
  private int threads = Runtime.getRuntime().availableProcessors();

  String name() {
    Path name = path.getFileName();
    return name == null ? path.toString() : name.toString();
  }

  /// Whether this is the model's own file.
  boolean isFile(Path other) {
    return Paths.same(path, other);
  }

  Model load() {
    if (threads < 1) {
      throw new InputException("--threads must be at least 1, but it is " + threads);
    }
    return Model.load(path, threads);
  }
}
