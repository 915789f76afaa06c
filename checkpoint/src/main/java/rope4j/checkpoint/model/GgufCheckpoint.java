package rope4j.checkpoint.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.ForeignKey;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.GgufRopeKeys;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.ModelFacts;

/// A model in one GGUF file.
public final class GgufCheckpoint implements Checkpoint {

  private final GgufFile file;
  private final Optional<ModelDescription> description;
  private final ModelFacts facts;

  private GgufCheckpoint(GgufFile file, Optional<ModelDescription> description, ModelFacts facts) {
    this.file = file;
    this.description = description;
    this.facts = facts;
  }

  /// What an open file says. Closing it closes the file.
  ///
  /// @throws CheckpointException when a key that counts makes no sense
  public static GgufCheckpoint of(GgufFile file) {
    return new GgufCheckpoint(file, describe(file), ModelFacts.of(file));
  }

  static GgufCheckpoint open(Path path) {
    GgufFile file = GgufFile.open(path);
    try {
      return of(file);
    } catch (CheckpointException e) {
      file.close();
      throw new CheckpointException(path + ": " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  private static Optional<ModelDescription> describe(GgufFile file) {
    try {
      return Optional.of(ModelDescription.of(file));
    } catch (CheckpointException e) {
      return Optional.empty();
    }
  }

  /// The file: keys, tensors.
  public GgufFile file() {
    return file;
  }

  /// The hyper-parameters as llama.cpp reads them; empty for a model that [ModelDescription] can't
  /// describe: layers that differ, no attention, no norm of the usual kind. [#facts] has what such
  /// a file says.
  public Optional<ModelDescription> description() {
    return description;
  }

  /// All keys that concern rotation and sliding windows, in the file's order.
  public List<Evidence> ropeKeys() {
    return GgufRopeKeys.all(file);
  }

  /// Keys that concern rotation and that llama.cpp does not read: those of other writers' dialects,
  /// and those under another architecture's name. Keys that it reads for some architectures only
  /// are [LlamaCppRope#unreadKeys].
  public List<ForeignKey> unknownRopeKeys() {
    return GgufRopeKeys.foreign(file, facts.architecture().value());
  }

  @Override
  public Path path() {
    return file.path();
  }

  @Override
  public ModelFacts facts() {
    return facts;
  }

  @Override
  public void close() {
    file.close();
  }
}
