package rope4j.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/// An open GGUF file, version 2 or 3, little endian. It is memory-mapped: weights are paged in when
/// they are read and never copied to the heap. Safe for use by many threads.
///
/// Everything the file declares is checked when it is opened; a file whose tensors have types that
/// no engine here can run still opens.
///
/// ```java
/// try (GgufFile file = GgufFile.open(Path.of("model.gguf"))) {
///   ModelDescription description = ModelDescription.of(file);
///   MemorySegment weights = file.data(file.tensor("output_norm.weight").orElseThrow());
/// }
/// ```
///
/// Source: ggml `docs/gguf.md` and `gguf.cpp`.
public final class GgufFile implements AutoCloseable {

  private final Path path;
  private final Arena arena;
  private final MemorySegment file;
  private final GgufHeader header;

  private GgufFile(Path path, Arena arena, MemorySegment file, GgufHeader header) {
    this.path = path;
    this.arena = arena;
    this.file = file;
    this.header = header;
  }

  /// Maps a file and checks everything but the weights' values.
  ///
  /// @throws CheckpointException when the file is absent, is not GGUF, is cut short or damaged
  public static GgufFile open(Path path) {
    // Shared: the threads that compute all read the weights.
    Arena arena = Arena.ofShared();
    try {
      MemorySegment file = map(path, arena);
      return new GgufFile(path, arena, file, GgufHeader.read(file));
    } catch (CheckpointException e) {
      arena.close();
      throw new CheckpointException(path + ": " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  private static MemorySegment map(Path path, Arena arena) {
    if (Files.isDirectory(path)) {
      throw new CheckpointException("this is a folder; name the .gguf file inside it");
    }
    // Opening a pipe waits for whoever writes into it.
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new CheckpointException(
          "this is a pipe or a device, but a file was expected; check the path");
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      if (channel.size() == 0) {
        throw new CheckpointException("the file is empty; download it again");
      }
      return channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
    } catch (NoSuchFileException e) {
      throw new CheckpointException("there is no such file; check the path", e);
    } catch (AccessDeniedException e) {
      throw new CheckpointException("the file may not be read; check its permissions", e);
    } catch (IOException e) {
      throw new CheckpointException("the file can't be read (" + e.getMessage() + ")", e);
    }
  }

  /// The path it was opened from.
  public Path path() {
    return path;
  }

  /// The format's version: 2 or 3.
  public int version() {
    return header.version();
  }

  /// The key-value pairs.
  public Metadata metadata() {
    return header.metadata();
  }

  /// All tensors, in the file's order.
  public List<TensorInfo> tensors() {
    return List.copyOf(header.tensors().sequencedValues());
  }

  /// The tensor of a name, if the file has it.
  public Optional<TensorInfo> tensor(String name) {
    return Optional.ofNullable(header.tensors().get(name));
  }

  /// A key-value pair's bytes as they stand in the file (key, type, value): a read-only view, valid
  /// until the file is closed.
  ///
  /// @throws CheckpointException when there is no such key
  public MemorySegment pair(String key) {
    GgufHeader.Span span = header.pairs().get(key);
    if (span == null) {
      throw new CheckpointException(path + ": there is no key " + key);
    }
    return file.asSlice(span.start(), span.end() - span.start());
  }

  /// A tensor's bytes: a read-only view into the mapped file, valid until it is closed.
  ///
  /// @param tensor one of this file's tensors
  public MemorySegment data(TensorInfo tensor) {
    return file.asSlice(tensor.offset(), tensor.bytes());
  }

  /// A tensor of a few float32 values, copied to the heap: for vectors such as frequency factors,
  /// not for weights.
  float[] floats(TensorInfo tensor) {
    if (tensor.type() != TensorType.F32) {
      throw new CheckpointException(
          "tensor "
              + tensor.name()
              + " has type "
              + tensor.type()
              + ", but F32 was expected: convert the model again");
    }
    return data(tensor)
        .toArray(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(java.nio.ByteOrder.LITTLE_ENDIAN));
  }

  /// Unmaps the file. Views into it must not be used afterwards.
  @Override
  public void close() {
    arena.close();
  }
}
