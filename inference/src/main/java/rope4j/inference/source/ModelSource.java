package rope4j.inference.source;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import rope4j.checkpoint.AttentionWindows;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.Metadata;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.TensorInfo;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.checkpoint.model.GgufCheckpoint;
import rope4j.inference.tokenizer.Tokenizer;
import rope4j.rotation.LayerRotations;
import rope4j.rotation.Precision;
import rope4j.rotation.RopeParameters;

/// A model's open files, asked by GGUF's names for tensors and keys.
public sealed interface ModelSource extends AutoCloseable permits GgufSource, FolderSource {

  /// Opens a GGUF file, a Hugging Face folder, or a folder with one GGUF file.
  ///
  /// @throws CheckpointException when it can't be read, or describes no model this engine runs
  static ModelSource open(Path path) {
    if (Files.isDirectory(path)) {
      return openFolder(path);
    }
    Path parent = path.toAbsolutePath().getParent();
    // Users point to a folder or to its config.json and mean the same.
    return path.endsWith("config.json") && parent != null
        ? FolderSource.open(parent)
        : GgufSource.open(path);
  }

  private static ModelSource openFolder(Path folder) {
    if (Files.exists(folder.resolve("config.json"))) {
      return FolderSource.open(folder);
    }
    // It knows which file of such a folder is the model.
    try (Checkpoint inside = Checkpoint.open(folder)) {
      return inside instanceof GgufCheckpoint gguf
          ? GgufSource.open(gguf.path())
          : FolderSource.open(folder);
    }
  }

  /// The hyper-parameters.
  ModelDescription description();

  /// Which layers see only part of what is before them.
  AttentionWindows windows();

  /// Further hyper-parameters, by GGUF's keys.
  Metadata metadata();

  /// What stands between the two products of a feed-forward network, in the words of `config.json`;
  /// empty where the architecture alone says so.
  Optional<String> activation();

  /// All tensors that belong to the model, by GGUF's names.
  List<TensorInfo> tensors();

  /// The tensor of a name, if there is one.
  Optional<TensorInfo> tensor(String name);

  /// What the file calls a tensor: for messages.
  String nameInFile(String name);

  /// One of so many equal slices of a tensor along its slowest dimension: a view into the mapped
  /// file wherever the file has it in this order, else a copy outside the heap. Valid until this is
  /// closed.
  MemorySegment data(TensorInfo tensor, int slice, int slices);

  /// How the model's own engine rotates each layer.
  ///
  /// @param flags llama.cpp's flags
  /// @param contextLength tokens of the context
  /// @throws CheckpointException when files and flags together make no rotation
  LayerRotations rotations(RopeOverrides flags, int contextLength);

  /// The rotation of the layers that such flags reach: those with full attention, where the layers
  /// differ. Its trained length is that of [#description].
  ///
  /// @throws CheckpointException when the model does not rotate, or files and flags together make
  ///   no rotation
  RopeParameters rope(RopeOverrides flags, int contextLength);

  /// In which arithmetic that engine forms an angle.
  Precision precision();

  /// The tokenizer among the files.
  ///
  /// @throws CheckpointException when there is none, or one of a kind that is not supported
  Tokenizer tokenizer();

  /// What the files say. It shares the open files and must not be closed.
  Checkpoint checkpoint();

  @Override
  void close();
}
