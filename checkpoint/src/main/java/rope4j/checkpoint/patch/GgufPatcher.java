package rope4j.checkpoint.patch;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.MetadataType;
import rope4j.checkpoint.MetadataValue;
import rope4j.checkpoint.TensorInfo;
import rope4j.checkpoint.patch.GgufLayout.Bytes;
import rope4j.checkpoint.patch.GgufLayout.Copied;
import rope4j.checkpoint.patch.GgufLayout.Padding;
import rope4j.checkpoint.patch.GgufLayout.Piece;
import rope4j.checkpoint.patch.GgufPatch.Change;
import rope4j.checkpoint.patch.GgufPatch.PutVector;
import rope4j.checkpoint.patch.GgufPatch.RemoveKey;
import rope4j.checkpoint.patch.GgufPatch.RemoveTensor;
import rope4j.checkpoint.patch.GgufPatch.SetKey;
import rope4j.checkpoint.patch.PatchResult.Value;

/// Writes a patched copy of a GGUF file. Tensor data goes from file to file and never through the
/// heap; version, alignment, the order of keys and the bytes of everything that is not changed stay
/// as they are.
///
/// ```java
/// try (GgufFile in = GgufFile.open(Path.of("model.gguf"))) {
///   GgufPatch patch =
///       GgufPatch.NONE.with(
///           new GgufPatch.SetKey(
///               "llama.context_length",
///               TypedValue.integer(in.metadata(), "llama.context_length", 8192)));
///   GgufPatcher.write(in, patch, Path.of("model-8k.gguf"), false);
/// }
/// ```
public final class GgufPatcher {

  private static final int ZEROS = 1 << 16;

  /// Tensors up to this many bytes are part of a rehearsal: frequency factors have a few hundred.
  private static final long SMALL = 1 << 16;

  private static final long LARGEST_WRITE = 1L << 30;

  private GgufPatcher() {}

  /// The patched copy, whole or not at all.
  ///
  /// @param out the file to be, on a disk with room for it
  /// @param overwrite whether `out` may exist; it is never the file that is read
  /// @return what was changed
  /// @throws CheckpointException when something to be removed is not there, or `out` can't be
  ///   written; then nothing has changed
  public static PatchResult write(GgufFile in, GgufPatch patch, Path out, boolean overwrite) {
    return write(in, patch, out, overwrite, _ -> {});
  }

  /// The same, but the finished copy is opened and shown to a check before it gets its name; what
  /// the check throws is thrown on, and no copy is left.
  public static PatchResult write(
      GgufFile in, GgufPatch patch, Path out, boolean overwrite, Consumer<GgufFile> check) {
    return write(in, patch, out, overwrite, check, SafeFile.DISK);
  }

  static PatchResult write(
      GgufFile in,
      GgufPatch patch,
      Path out,
      boolean overwrite,
      Consumer<GgufFile> check,
      SafeFile disk) {
    GgufLayout layout = GgufLayout.of(in, patch);
    disk.write(
        in.path(),
        out,
        layout.bytes(),
        overwrite,
        channel -> write(in, layout, channel),
        temporary -> open(temporary, check));
    return result(in, patch, layout);
  }

  /// What [#write] would do, without a copy: the check sees a file with all keys and tensors in
  /// which large weights are holes.
  public static PatchResult rehearse(
      GgufFile in, GgufPatch patch, Path out, boolean overwrite, Consumer<GgufFile> check) {
    SafeFile.requireWritable(in.path(), out, overwrite);
    GgufLayout layout = GgufLayout.of(in, patch);
    try {
      Path sketch = Files.createTempFile("rope-", ".gguf");
      try {
        sketch(in, layout, sketch);
        open(sketch, check);
      } finally {
        Files.deleteIfExists(sketch);
      }
    } catch (IOException e) {
      throw new CheckpointException(
          out + ": the patch can't be tried out (" + e.getMessage() + "); leave --dry-run away", e);
    }
    return result(in, patch, layout);
  }

  private static void sketch(GgufFile in, GgufLayout layout, Path sketch) throws IOException {
    try (FileChannel source = FileChannel.open(in.path(), StandardOpenOption.READ);
        FileChannel channel = FileChannel.open(sketch, StandardOpenOption.WRITE)) {
      for (Piece piece : layout.pieces()) {
        switch (piece) {
          case Bytes(MemorySegment segment) -> writeAll(segment, channel);
          case Copied(long from, long length) when length <= SMALL ->
              copy(source, from, length, channel);
          case Copied _, Padding _ -> channel.position(channel.position() + piece.length());
        }
      }
      if (channel.size() < layout.bytes()) {
        channel.write(ByteBuffer.allocate(1), layout.bytes() - 1);
      }
    }
  }

  private static void open(Path written, Consumer<GgufFile> check) {
    try (GgufFile file = GgufFile.open(written)) {
      check.accept(file);
    }
  }

  private static void write(GgufFile in, GgufLayout layout, WritableByteChannel out)
      throws IOException {
    try (FileChannel source = FileChannel.open(in.path(), StandardOpenOption.READ)) {
      for (Piece piece : layout.pieces()) {
        switch (piece) {
          case Bytes(MemorySegment segment) -> writeAll(segment, out);
          case Copied(long from, long length) -> copy(source, from, length, out);
          case Padding(long length) -> writeZeros(length, out);
        }
      }
    }
  }

  private static void writeAll(MemorySegment segment, WritableByteChannel out) throws IOException {
    for (long at = 0; at < segment.byteSize(); at += LARGEST_WRITE) {
      long length = Math.min(LARGEST_WRITE, segment.byteSize() - at);
      writeAll(segment.asSlice(at, length).asByteBuffer(), out);
    }
  }

  private static void writeAll(ByteBuffer bytes, WritableByteChannel out) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  private static void copy(FileChannel source, long from, long length, WritableByteChannel out)
      throws IOException {
    long copied = 0;
    while (copied < length) {
      long now = source.transferTo(from + copied, length - copied, out);
      if (now <= 0) {
        throw new EOFException("the file that is read became shorter meanwhile");
      }
      copied += now;
    }
  }

  private static void writeZeros(long length, WritableByteChannel out) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(length, ZEROS));
    for (long left = length; left > 0; ) {
      zeros.clear().limit((int) Math.min(left, ZEROS));
      left -= zeros.remaining();
      writeAll(zeros, out);
    }
  }

  private static PatchResult result(GgufFile in, GgufPatch patch, GgufLayout layout) {
    List<PatchResult.Edit> edits = new ArrayList<>();
    for (Change change : patch.changes()) {
      edits.add(
          switch (change) {
            case SetKey(String key, MetadataValue value) ->
                new PatchResult.Edit(key, old(in, key), Optional.of(shown(value)));
            case RemoveKey(String key) -> new PatchResult.Edit(key, old(in, key), Optional.empty());
            case PutVector vector ->
                new PatchResult.Edit(
                    vector.name(),
                    in.tensor(vector.name()).map(GgufPatcher::shown),
                    Optional.of(Value.of("F32 [" + vector.values().length + "]")));
            case RemoveTensor(String name) ->
                new PatchResult.Edit(
                    name, in.tensor(name).map(GgufPatcher::shown), Optional.empty());
          });
    }
    return new PatchResult(edits, layout.bytes());
  }

  private static Optional<Value> old(GgufFile in, String key) {
    return in.metadata().get(key).map(GgufPatcher::shown);
  }

  private static Value shown(MetadataValue value) {
    return switch (value) {
      case MetadataValue.Int(_, long number) -> Value.of(number);
      case MetadataValue.Real(var type, double number) ->
          type == MetadataType.FLOAT32 ? Value.of((float) number) : Value.of(number);
      case MetadataValue.Bool(boolean flag) -> Value.of(flag);
      case MetadataValue.Text(String text) -> Value.of(text);
      case MetadataValue.Array array -> Value.of(array.toString());
    };
  }

  private static Value shown(TensorInfo tensor) {
    return Value.of(tensor.type() + " " + tensor.shape());
  }
}
