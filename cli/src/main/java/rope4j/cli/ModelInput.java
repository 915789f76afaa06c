package rope4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import rope4j.inference.Model;

/// The model to run and how.
final class ModelInput {

  private static final int MOST_THREADS = 1024;

  @Parameters(
      paramLabel = "MODEL",
      converter = Demo.class,
      description =
          "A .gguf file, a Hugging Face folder with safetensors, or demo: the small model that ships.")
  private Path path = Path.of("");

  @Option(
      names = {"-t", "--threads"},
      paramLabel = "N",
      description = "Threads that compute; without it one per processor.")
  private int threads = Runtime.getRuntime().availableProcessors();

  /// The file's name, or the folder's, however it was named.
  String name() {
    Path model = path.toAbsolutePath().normalize();
    Path parent = model.getParent();
    Path name =
        model.endsWith("config.json") && parent != null
            ? parent.getFileName()
            : model.getFileName();
    return name == null ? path.toString() : name.toString();
  }

  /// The file as the user named it.
  String path() {
    return path.toString();
  }

  /// Whether this is the model's own file.
  boolean isFile(Path other) {
    return Paths.same(path, other);
  }

  boolean isDemo() {
    return Demo.isModel(path);
  }

  Model load(PrintWriter err) {
    if (threads < 1) {
      throw new InputException("--threads must be at least 1, but it is " + threads);
    }
    if (threads > MOST_THREADS) {
      throw new InputException(
          "--threads can be at most " + MOST_THREADS + ", but it is " + threads);
    }
    Model model = Model.load(path, threads);
    if (!model.vectorized()) {
      err.println(
          "rope: running several times slower than it could, because Java was started without its Vector"
              + " API; start with ./rope, or add --add-modules jdk.incubator.vector");
    }
    return model;
  }
}
