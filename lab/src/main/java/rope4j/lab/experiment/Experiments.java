package rope4j.lab.experiment;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.json.JsonFile;

/// The experiments that are shipped, and those in files.
public final class Experiments {

  private static final List<String> SHIPPED =
      List.of(
          "induction",
          "eightfold",
          "initialisation",
          "encodings",
          "base",
          "partial",
          "temperature",
          "damage",
          "finetune",
          "recall",
          "story",
          "statespace");

  private static final int MOST_BYTES = 1 << 20;

  private Experiments() {}

  /// The names of the shipped ones.
  public static List<String> names() {
    return SHIPPED;
  }

  /// A shipped experiment by its name, or one in a file.
  ///
  /// @param quick whether to take its quick form
  /// @throws CheckpointException when there is none, or the file can't be read
  /// @throws IllegalArgumentException when the file says something wrong; the message names the key
  ///   and its line
  public static Experiment find(String nameOrFile, boolean quick) {
    if (SHIPPED.contains(nameOrFile)) {
      return ExperimentReader.read(
          named(nameOrFile, quick),
          JsonFile.parse(nameOrFile + ".json", source(nameOrFile)),
          quick);
    }
    Path file = Path.of(nameOrFile);
    if (!Files.exists(file)) {
      throw new CheckpointException(
          nameOrFile
              + ": this is neither a file nor an experiment; there are "
              + String.join(", ", SHIPPED));
    }
    String name = String.valueOf(file.getFileName()).replaceFirst("\\.json$", "");
    return ExperimentReader.read(named(name, quick), JsonFile.read(file, MOST_BYTES), quick);
  }

  private static String named(String name, boolean quick) {
    return quick ? name + " (quick)" : name;
  }

  /// The file of a shipped experiment, to be read or to begin one's own with.
  public static byte[] source(String name) {
    try (InputStream in =
        Objects.requireNonNull(Experiments.class.getResourceAsStream(name + ".json"), name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
