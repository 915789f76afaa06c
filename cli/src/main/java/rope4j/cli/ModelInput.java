package rope4j.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
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

  String name() {
    Path name = path.getFileName();
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

  /// The doctor's strategies and recipes are llama.cpp's.
  void requireFile() {
    if (Files.isDirectory(path) || path.endsWith("config.json")) {
      throw new InputException(
          path
              + " is a folder, but the doctor examines GGUF files; convert it with llama.cpp's"
              + " convert_hf_to_gguf.py, or measure single settings with rope perplexity");
    }
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
          "rope: this JVM has no Vector API (jdk.incubator.vector); plain Java runs the model, several"
              + " times slower");
    }
    return model;
  }
}
