package rope4j.checkpoint.patch;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.MetadataValue;
import rope4j.checkpoint.TensorInfo;
import rope4j.checkpoint.TensorType;
import rope4j.checkpoint.patch.GgufPatch.Change;
import rope4j.checkpoint.patch.GgufPatch.PutVector;
import rope4j.checkpoint.patch.GgufPatch.RemoveKey;
import rope4j.checkpoint.patch.GgufPatch.RemoveTensor;
import rope4j.checkpoint.patch.GgufPatch.SetKey;

/// A patched file as the pieces it is written from, first to last.
///
/// Tensors follow each other without gaps, each padded to the alignment, as ggml insists on:
/// `gguf.cpp` refuses any other offset.
///
/// @param pieces what to write
/// @param bytes length of all pieces
record GgufLayout(List<Piece> pieces, long bytes) {

  /// A part of the file.
  sealed interface Piece {
    long length();
  }

  /// New bytes, or a key-value pair of the old file.
  record Bytes(MemorySegment segment) implements Piece {
    @Override
    public long length() {
      return segment.byteSize();
    }
  }

  /// A tensor's data in the old file.
  record Copied(long from, long length) implements Piece {}

  /// Zeros.
  record Padding(long length) implements Piece {}

  private record Tensor(String name, List<Long> shape, TensorType type, Piece data) {}

  /// @throws CheckpointException when something to be removed is not there
  static GgufLayout of(GgufFile file, GgufPatch patch) {
    try {
      return new Builder(file, patch).build();
    } catch (ArithmeticException e) {
      throw new CheckpointException(file.path() + ": the result would be too large for a file", e);
    }
  }

  private static final class Builder {

    private final GgufFile file;
    private final Map<String, Change> keys = new LinkedHashMap<>();
    private final Map<String, Change> tensors = new LinkedHashMap<>();
    private final List<Piece> pieces = new ArrayList<>();
    private final long alignment;

    Builder(GgufFile file, GgufPatch patch) {
      this.file = file;
      this.alignment = file.metadata().integer("general.alignment").orElse(32);
      for (Change change : patch.changes()) {
        requireThere(change);
        (GgufPatch.isTensor(change) ? tensors : keys).put(change.name(), change);
      }
    }

    private void requireThere(Change change) {
      boolean missing =
          switch (change) {
            case RemoveKey(String key) -> file.metadata().get(key).isEmpty();
            case RemoveTensor(String name) -> file.tensor(name).isEmpty();
            case SetKey _, PutVector _ -> false;
          };
      if (missing) {
        throw new CheckpointException(
            file.path() + ": there is no " + change.name() + " that could be removed");
      }
    }

    GgufLayout build() {
      List<Piece> pairs = pairs();
      List<Tensor> kept = tensors();
      Encoder start = new Encoder();
      start.raw("GGUF".getBytes(StandardCharsets.US_ASCII));
      start.int32(file.version());
      start.int64(kept.size());
      start.int64(pairs.size());
      pieces.add(start.piece());
      pieces.addAll(pairs);
      Encoder infos = new Encoder();
      long offset = 0;
      for (Tensor tensor : kept) {
        infos.string(tensor.name);
        infos.int32(tensor.shape.size());
        tensor.shape.forEach(infos::int64);
        infos.int32(tensor.type.id());
        infos.int64(offset);
        offset = Math.addExact(offset, padded(tensor.data.length()));
      }
      pieces.add(infos.piece());
      if (!kept.isEmpty()) {
        pad(length());
      }
      for (Tensor tensor : kept) {
        pieces.add(tensor.data);
        pad(tensor.data.length());
      }
      return new GgufLayout(List.copyOf(pieces), length());
    }

    private List<Piece> pairs() {
      Map<String, Piece> pairs = new LinkedHashMap<>();
      for (String key : file.metadata().asMap().keySet()) {
        switch (keys.get(key)) {
          case null -> pairs.put(key, new Bytes(file.pair(key)));
          case SetKey(_, MetadataValue value) -> pairs.put(key, encoded(key, value));
          case Change _ -> {}
        }
      }
      List<Piece> ordered = new ArrayList<>(pairs.values());
      int at = endOfArchitecture(new ArrayList<>(pairs.keySet()));
      for (Change change : keys.values()) {
        if (change instanceof SetKey(String key, MetadataValue value) && !pairs.containsKey(key)) {
          ordered.add(at++, encoded(key, value));
        }
      }
      return ordered;
    }

    /// New keys stand with their like: after the last key of the architecture.
    private int endOfArchitecture(List<String> names) {
      if (file.metadata().get("general.architecture").orElse(null)
          instanceof MetadataValue.Text(String architecture)) {
        for (int i = names.size() - 1; i >= 0; i--) {
          if (names.get(i).startsWith(architecture + ".")) {
            return i + 1;
          }
        }
      }
      return names.size();
    }

    private static Piece encoded(String key, MetadataValue value) {
      Encoder pair = new Encoder();
      pair.string(key);
      pair.int32(value.type().ordinal());
      pair.value(value);
      return pair.piece();
    }

    private List<Tensor> tensors() {
      List<Tensor> kept = new ArrayList<>();
      for (TensorInfo info : file.tensors()) {
        switch (tensors.get(info.name())) {
          case null ->
              kept.add(
                  new Tensor(
                      info.name(),
                      info.shape(),
                      info.type(),
                      new Copied(info.offset(), info.bytes())));
          case PutVector vector -> kept.add(tensor(vector));
          case Change _ -> {}
        }
      }
      for (Change change : tensors.values()) {
        if (change instanceof PutVector vector && file.tensor(vector.name()).isEmpty()) {
          kept.add(tensor(vector));
        }
      }
      return kept;
    }

    private static Tensor tensor(PutVector vector) {
      Encoder data = new Encoder();
      float[] values = vector.values();
      for (float value : values) {
        data.int32(Float.floatToRawIntBits(value));
      }
      return new Tensor(vector.name(), List.of((long) values.length), TensorType.F32, data.piece());
    }

    private long length() {
      long length = 0;
      for (Piece piece : pieces) {
        length = Math.addExact(length, piece.length());
      }
      return length;
    }

    private void pad(long length) {
      if (padded(length) != length) {
        pieces.add(new Padding(padded(length) - length));
      }
    }

    private long padded(long length) {
      return Math.addExact(length, alignment - 1) & -alignment;
    }
  }

  /// Little-endian bytes.
  private static final class Encoder {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    void raw(byte[] bytes) {
      out.writeBytes(bytes);
    }

    void int32(int value) {
      number(value, 4);
    }

    void int64(long value) {
      number(value, 8);
    }

    private void number(long value, int bytes) {
      for (int i = 0; i < bytes; i++) {
        out.write((int) (value >> (8 * i)));
      }
    }

    void string(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      int64(bytes.length);
      raw(bytes);
    }

    void value(MetadataValue value) {
      switch (value) {
        case MetadataValue.Int(var type, long number) -> number(number, TypedValue.width(type));
        case MetadataValue.Real(var type, double number) -> {
          if (TypedValue.width(type) == 4) {
            int32(Float.floatToRawIntBits((float) number));
          } else {
            int64(Double.doubleToRawLongBits(number));
          }
        }
        case MetadataValue.Bool(boolean flag) -> out.write(flag ? 1 : 0);
        case MetadataValue.Text(String text) -> string(text);
        case MetadataValue.Array _ -> throw new AssertionError("no change sets an array");
      }
    }

    Piece piece() {
      return new Bytes(MemorySegment.ofArray(out.toByteArray()));
    }
  }
}
