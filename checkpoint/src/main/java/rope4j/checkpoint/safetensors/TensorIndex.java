package rope4j.checkpoint.safetensors;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import rope4j.checkpoint.CheckpointException;

/// The tensors of a model in safetensors, from its index or its headers; no weight is read.
///
/// Of a model in many files only the index is read; the header of one of them is read when
/// [#described] is asked for a tensor in it.
public final class TensorIndex {

  private final Path folder;
  private final SequencedMap<String, Tensor> tensors;
  private final List<String> files;
  private final List<String> absentFiles;
  private final ConcurrentMap<String, SequencedMap<String, Tensor>> headers =
      new ConcurrentHashMap<>();

  TensorIndex(
      Path folder,
      SequencedMap<String, Tensor> tensors,
      List<String> files,
      List<String> absentFiles) {
    this.folder = folder;
    this.tensors = Collections.unmodifiableSequencedMap(tensors);
    this.files = List.copyOf(files);
    this.absentFiles = List.copyOf(absentFiles);
  }

  /// One tensor.
  ///
  /// @param name its name, for example `model.layers.0.self_attn.q_proj.weight`
  /// @param file the file it is in
  /// @param type `F32`, `BF16`, …; empty when only the index was read
  /// @param shape outermost dimension first; empty when only the index was read
  public record Tensor(String name, String file, Optional<String> type, List<Long> shape) {
    public Tensor {
      shape = List.copyOf(shape);
    }
  }

  /// The tensors of a model folder; empty when it has no safetensors.
  ///
  /// @throws CheckpointException when the index or a header is damaged
  public static Optional<TensorIndex> of(Path folder) {
    return SafetensorsFolder.index(folder);
  }

  /// All tensors by name, in the files' order; unmodifiable.
  public SequencedMap<String, Tensor> tensors() {
    return tensors;
  }

  /// The files they are in, in order.
  public List<String> files() {
    return files;
  }

  /// Those of the files that are not there: a download that did not end, or that left the weights
  /// out.
  public List<String> absentFiles() {
    return absentFiles;
  }

  /// A tensor with its type and shape, for which its file's header is read; empty when there is no
  /// such tensor, or its file is not there.
  ///
  /// @throws CheckpointException when the file is damaged or has no such tensor
  public Optional<Tensor> described(String name) {
    Tensor known = tensors.get(name);
    if (known == null || known.type().isPresent()) {
      return Optional.ofNullable(known);
    }
    Path file = folder.resolve(known.file());
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    SequencedMap<String, Tensor> header =
        headers.computeIfAbsent(known.file(), _ -> SafetensorsHeader.read(file));
    Tensor found = header.get(name);
    if (found == null) {
      throw new CheckpointException(
          file
              + ": it has no tensor "
              + SafetensorsHeader.shortened(name)
              + ", although the index says so; download both again");
    }
    return Optional.of(found);
  }
}
