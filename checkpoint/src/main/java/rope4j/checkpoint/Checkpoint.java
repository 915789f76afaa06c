package rope4j.checkpoint;

import java.nio.file.Path;

/// A model's files, read as far as they describe it: no weight is touched.
///
/// ```java
/// try (Checkpoint checkpoint = Checkpoint.open(Path.of("Qwen3-8B"))) {
///   System.out.println(checkpoint.facts().trainedLength());
/// }
/// ```
public sealed interface Checkpoint extends AutoCloseable permits GgufCheckpoint, FolderCheckpoint {

  /// Opens a `.gguf` file, a Hugging Face model folder or a `config.json`.
  ///
  /// @throws CheckpointException when it is none of these, or is damaged
  static Checkpoint open(Path path) {
    throw new UnsupportedOperationException("being written: " + path);
  }

  /// The path it was opened from.
  Path path();

  /// What the files say, each value with its evidence.
  ModelFacts facts();

  @Override
  void close();
}
