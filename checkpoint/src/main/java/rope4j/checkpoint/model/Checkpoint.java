package rope4j.checkpoint.model;

import java.nio.file.Path;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.ModelFacts;

/// A model's files, read as far as they describe it: no weight is touched.
///
/// ```java
/// try (Checkpoint checkpoint = Checkpoint.open(Path.of("Qwen3-8B"))) {
///   System.out.println(checkpoint.facts().trainedLength());
/// }
/// ```
public sealed interface Checkpoint extends AutoCloseable permits GgufCheckpoint, FolderCheckpoint {

  /// Opens a `.gguf` file, a Hugging Face model folder, a folder with one `.gguf` file, or a
  /// `config.json`.
  ///
  /// A GGUF file is known by its first bytes, whatever its name. Of a model in several GGUF files
  /// the first is meant, which has the keys. Users point to a model's folder or to its
  /// `config.json` and mean the same, so the files beside a `config.json` are read in both cases.
  ///
  /// @throws CheckpointException when it is none of these, or is damaged
  static Checkpoint open(Path path) {
    return Checkpoints.open(path);
  }

  /// The path it was opened from.
  Path path();

  /// What the files say, each value with its evidence.
  ModelFacts facts();

  @Override
  void close();
}
