package rope4j.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Writes GGUF files for tests, right ones and wrong ones: whatever it is given is written as it
/// is.
public final class GgufWriter {

  /// An array value; its elements may be arrays again.
  public record ArrayOf(MetadataType elementType, List<?> elements) {}

  /// Bytes to write in place of a string or a number.
  record Raw(byte[] bytes) {}

  private record Tensor(byte[] name, long[] shape, int type, byte[] data, long offset) {}

  private final ByteArrayOutputStream pairs = new ByteArrayOutputStream();
  private final List<Tensor> tensors = new ArrayList<>();
  private int pairCount;
  private int version = 3;
  private int alignment = 32;
  private long nextOffset;

  /// The fewest pairs a llama model has, with a head dimension of 16.
  public static GgufWriter llama() {
    return new GgufWriter()
        .put("general.architecture", MetadataType.STRING, "llama")
        .put("llama.context_length", MetadataType.UINT32, 256)
        .put("llama.embedding_length", MetadataType.UINT32, 64)
        .put("llama.block_count", MetadataType.UINT32, 2)
        .put("llama.feed_forward_length", MetadataType.UINT32, 96)
        .put("llama.attention.head_count", MetadataType.UINT32, 4)
        .put("llama.attention.layer_norm_rms_epsilon", MetadataType.FLOAT32, 1e-5f)
        .put("llama.vocab_size", MetadataType.UINT32, 300);
  }

  public GgufWriter version(int version) {
    this.version = version;
    return this;
  }

  /// Aligns the weights, and says so.
  public GgufWriter alignment(int alignment) {
    this.alignment = alignment;
    return put("general.alignment", MetadataType.UINT32, alignment);
  }

  public GgufWriter put(String key, MetadataType type, Object value) {
    return put(key.getBytes(StandardCharsets.UTF_8), type, value);
  }

  GgufWriter put(byte[] key, MetadataType type, Object value) {
    string(pairs, key);
    integer(pairs, type.ordinal(), 4);
    value(pairs, type, value);
    pairCount++;
    return this;
  }

  public GgufWriter tensor(String name, TensorType type, byte[] data, long... shape) {
    return tensor(name.getBytes(StandardCharsets.UTF_8), type.id(), data, shape);
  }

  GgufWriter tensor(byte[] name, int type, byte[] data, long... shape) {
    return tensorAt(nextOffset, name, type, data, shape);
  }

  public GgufWriter tensorAt(long offset, byte[] name, int type, byte[] data, long... shape) {
    tensors.add(new Tensor(name, shape, type, data, offset));
    nextOffset = offset + (data.length + alignment - 1) / alignment * alignment;
    return this;
  }

  public GgufWriter floats(String name, float... values) {
    ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    return tensor(name, TensorType.F32, data.array(), values.length);
  }

  public byte[] bytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    integer(out, version, 4);
    integer(out, tensors.size(), 8);
    integer(out, pairCount, 8);
    out.writeBytes(pairs.toByteArray());
    for (Tensor tensor : tensors) {
      string(out, tensor.name);
      integer(out, tensor.shape.length, 4);
      for (long size : tensor.shape) {
        integer(out, size, 8);
      }
      integer(out, tensor.type, 4);
      integer(out, tensor.offset, 8);
    }
    for (Tensor tensor : tensors) {
      pad(out);
      out.writeBytes(tensor.data);
    }
    return out.toByteArray();
  }

  public Path write(Path folder) {
    return write(folder, bytes());
  }

  public static Path write(Path folder, byte[] bytes) {
    try {
      return Files.write(Files.createTempFile(folder, "model", ".gguf"), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void pad(ByteArrayOutputStream out) {
    while (out.size() % alignment != 0) {
      out.write(0);
    }
  }

  private static void value(ByteArrayOutputStream out, MetadataType type, Object value) {
    switch (value) {
      case Raw raw -> out.writeBytes(raw.bytes);
      case String text -> string(out, text.getBytes(StandardCharsets.UTF_8));
      case Boolean bool -> out.write(bool ? 1 : 0);
      case Float real -> integer(out, Float.floatToRawIntBits(real), 4);
      case Double real -> integer(out, Double.doubleToRawLongBits(real), 8);
      case Number number -> integer(out, number.longValue(), type.minimumBytes);
      case ArrayOf array -> {
        integer(out, array.elementType.ordinal(), 4);
        integer(out, array.elements.size(), 8);
        array.elements.forEach(element -> value(out, array.elementType, element));
      }
      default -> throw new IllegalArgumentException("can't write " + value);
    }
  }

  private static void string(ByteArrayOutputStream out, byte[] bytes) {
    integer(out, bytes.length, 8);
    out.writeBytes(bytes);
  }

  private static void integer(ByteArrayOutputStream out, long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (value >> (8 * i)));
    }
  }
}
