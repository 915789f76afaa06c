package rope4j.lab.export;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import rope4j.checkpoint.MetadataType;
import rope4j.checkpoint.TensorType;

/// Puts a GGUF file together in memory: keys, then tensors. For models of some megabytes.
///
/// Source: ggml `docs/gguf.md`.
final class GgufOutput {

  private static final int ALIGNMENT = 32;

  private record Tensor(String name, long[] shape, TensorType type, byte[] data) {}

  private final ByteArrayOutputStream pairs = new ByteArrayOutputStream();
  private final List<Tensor> tensors = new ArrayList<>();
  private int pairCount;

  void text(String key, String value) {
    key(key, MetadataType.STRING);
    string(pairs, value);
  }

  void count(String key, long value) {
    key(key, MetadataType.UINT32);
    integer(pairs, value, 4);
  }

  void real(String key, double value) {
    key(key, MetadataType.FLOAT32);
    integer(pairs, Float.floatToRawIntBits((float) value), 4);
  }

  void bool(String key, boolean value) {
    key(key, MetadataType.BOOL);
    integer(pairs, value ? 1 : 0, 1);
  }

  /// @param write writes one element
  <T> void array(
      String key, MetadataType type, List<T> values, BiConsumer<ByteArrayOutputStream, T> write) {
    key(key, MetadataType.ARRAY);
    integer(pairs, type.ordinal(), 4);
    integer(pairs, values.size(), 8);
    values.forEach(value -> write.accept(pairs, value));
  }

  /// @param shape the fastest side first, as GGUF has it
  void tensor(String name, TensorType type, byte[] data, long... shape) {
    tensors.add(new Tensor(name, shape, type, data));
  }

  private void key(String key, MetadataType type) {
    pairCount++;
    string(pairs, key);
    integer(pairs, type.ordinal(), 4);
  }

  byte[] bytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    integer(out, 3, 4);
    integer(out, tensors.size(), 8);
    integer(out, pairCount, 8);
    out.writeBytes(pairs.toByteArray());
    long offset = 0;
    for (Tensor tensor : tensors) {
      string(out, tensor.name);
      integer(out, tensor.shape.length, 4);
      for (long side : tensor.shape) {
        integer(out, side, 8);
      }
      integer(out, tensor.type.id(), 4);
      integer(out, offset, 8);
      offset += tensor.data.length + padding(tensor.data.length);
    }
    out.writeBytes(new byte[padding(out.size())]);
    for (Tensor tensor : tensors) {
      out.writeBytes(tensor.data);
      out.writeBytes(new byte[padding(out.size())]);
    }
    return out.toByteArray();
  }

  private static int padding(int length) {
    return (ALIGNMENT - length % ALIGNMENT) % ALIGNMENT;
  }

  static void string(ByteArrayOutputStream out, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    integer(out, bytes.length, 8);
    out.writeBytes(bytes);
  }

  static void integer(ByteArrayOutputStream out, long value, int bytes) {
    out.write(
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array(), 0, bytes);
  }
}
