package rope4j.inference;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import tools.jackson.databind.JsonNode;

/// Writes a small GGUF model with random weights.
///
/// Types of keys are those of their JSON values, a number without a point being a count.
final class SmallGguf {

  private static final int STRING = 8;
  private static final int COUNT = 4;
  private static final int REAL = 6;
  private static final int BOOL = 7;
  private static final int ALIGNMENT = 32;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private SmallGguf() {}

  /// @param keys with the architecture's prefix left out, but for `architecture`
  /// @param tensors names within a block of each of `block_count` blocks, or whole ones with a `/`
  ///   before them, to sizes in GGUF's order: `32x48`
  static Path write(Path file, JsonNode keys, Map<String, String> tensors) {
    FolderWriter.write(file, new SmallGguf().bytes(keys, tensors));
    return file;
  }

  private byte[] bytes(JsonNode keys, Map<String, String> tensors) {
    String architecture = keys.get("architecture").asString();
    Map<String, long[]> named = new LinkedHashMap<>();
    tensors.forEach((name, sizes) -> {
      long[] shape =
          java.util.Arrays.stream(sizes.split("x", -1)).mapToLong(Long::parseLong).toArray();
      if (name.startsWith("/")) {
        named.put(name.substring(1), shape);
      } else {
        for (int block = 0; block < keys.get("block_count").asInt(); block++) {
          named.put("blk." + block + "." + name, shape);
        }
      }
    });
    out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    integer(3, 4);
    integer(named.size(), 8);
    integer(keys.size(), 8);
    keys.properties()
        .forEach(key -> {
          boolean whole = key.getKey().equals("architecture");
          text(whole ? "general.architecture" : architecture + "." + key.getKey());
          value(key.getValue());
        });
    long offset = 0;
    for (Map.Entry<String, long[]> tensor : named.entrySet()) {
      text(tensor.getKey());
      integer(tensor.getValue().length, 4);
      long elements = 1;
      for (long size : tensor.getValue()) {
        integer(size, 8);
        elements *= size;
      }
      integer(0, 4);
      integer(offset, 8);
      offset += Math.ceilDiv(4 * elements, ALIGNMENT) * ALIGNMENT;
    }
    named.forEach((name, shape) -> {
      while (out.size() % ALIGNMENT != 0) {
        out.write(0);
      }
      out.writeBytes(random(name, shape));
    });
    return out.toByteArray();
  }

  private static byte[] random(String name, long[] shape) {
    int elements = Math.toIntExact(java.util.Arrays.stream(shape).reduce(1, Math::multiplyExact));
    ByteBuffer bytes = ByteBuffer.allocate(4 * elements).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(name.hashCode());
    boolean norm = name.endsWith("norm.weight");
    for (int i = 0; i < elements; i++) {
      bytes.putFloat((float) (random.nextGaussian() * 0.3 + (norm ? 1 : 0)));
    }
    return bytes.array();
  }

  private void value(JsonNode value) {
    if (value.isString()) {
      integer(STRING, 4);
      text(value.asString());
    } else if (value.isBoolean()) {
      integer(BOOL, 4);
      out.write(value.asBoolean() ? 1 : 0);
    } else if (value.isIntegralNumber()) {
      integer(COUNT, 4);
      integer(value.asLong(), 4);
    } else {
      integer(REAL, 4);
      integer(Float.floatToRawIntBits((float) value.asDouble()), 4);
    }
  }

  private void text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    integer(bytes.length, 8);
    out.writeBytes(bytes);
  }

  private void integer(long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (value >> (8 * i)));
    }
  }
}
