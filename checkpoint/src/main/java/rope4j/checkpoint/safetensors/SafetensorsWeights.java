package rope4j.checkpoint.safetensors;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.file.StrangersFile;
import rope4j.checkpoint.safetensors.TensorIndex.Tensor;

/// The weights of a model in safetensors, mapped into memory: they are paged in when they are read
/// and never copied to the heap. Safe for use by many threads.
///
/// ```java
/// try (SafetensorsWeights weights = SafetensorsWeights.open(Path.of("Qwen3-8B"))) {
///   MemorySegment norm = weights.data("model.norm.weight");
/// }
/// ```
public final class SafetensorsWeights implements AutoCloseable {

  private final Arena arena;
  private final SequencedMap<String, Tensor> tensors;
  private final Map<String, MemorySegment> data;

  private SafetensorsWeights(
      Arena arena, SequencedMap<String, Tensor> tensors, Map<String, MemorySegment> data) {
    this.arena = arena;
    this.tensors = Collections.unmodifiableSequencedMap(tensors);
    this.data = data;
  }

  /// Maps all files of a model folder and checks everything but the weights' values.
  ///
  /// @throws CheckpointException when there are none, one is missing, cut short or damaged, or one
  ///   lacks a tensor that the index says it has
  public static SafetensorsWeights open(Path folder) {
    TensorIndex index =
        TensorIndex.of(folder)
            .orElseThrow(() ->
                new CheckpointException(
                    folder
                        + ": this folder has no weights in safetensors; download"
                        + " model.safetensors, or convert the weights it has"));
    if (!index.absentFiles().isEmpty()) {
      throw new CheckpointException(
          folder.resolve(index.absentFiles().getFirst())
              + ": this file of the model is missing ("
              + index.absentFiles().size()
              + " of "
              + index.files().size()
              + " are); download it");
    }
    // Shared: the threads that compute all read the weights.
    Arena arena = Arena.ofShared();
    try {
      SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
      Map<String, MemorySegment> data = new LinkedHashMap<>();
      for (String name : index.files()) {
        map(folder.resolve(name), arena, tensors, data);
      }
      for (String name : index.tensors().keySet()) {
        // Complains where the index and the file disagree.
        if (!tensors.containsKey(name)) {
          index.described(name);
        }
      }
      return new SafetensorsWeights(arena, tensors, data);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  private static void map(
      Path file, Arena arena, Map<String, Tensor> tensors, Map<String, MemorySegment> data) {
    SafetensorsHeader.Contents contents = SafetensorsHeader.contents(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      MemorySegment whole = channel.map(MapMode.READ_ONLY, 0, size, arena);
      contents
          .tensors()
          .forEach((name, tensor) -> {
            SafetensorsHeader.Range range = Objects.requireNonNull(contents.ranges().get(name));
            if (range.to() > size) {
              throw new CheckpointException(
                  file + ": the file became shorter while it was read; try again");
            }
            if (tensors.putIfAbsent(name, tensor) == null) {
              data.put(name, whole.asSlice(range.from(), range.to() - range.from()));
            }
          });
    } catch (IOException e) {
      throw StrangersFile.refused(file, e);
    }
  }

  /// All tensors by name with their types and shapes, in the files' order; unmodifiable.
  public SequencedMap<String, Tensor> tensors() {
    return tensors;
  }

  /// A tensor's bytes: a read-only view, valid until this is closed. It may begin at any byte.
  ///
  /// @throws IllegalArgumentException when there is no such tensor
  public MemorySegment data(String name) {
    MemorySegment bytes = data.get(name);
    if (bytes == null) {
      throw new IllegalArgumentException("there is no tensor " + name);
    }
    return bytes;
  }

  /// Unmaps the files. Views must not be used afterwards.
  @Override
  public void close() {
    arena.close();
  }
}
