package rope4j.inference;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Writes Hugging Face folders for tests: config.json, and safetensors in one file or several.
final class FolderWriter {

  private static final JsonMapper JSON = JsonMapper.shared();

  /// How weights are stored.
  enum Stored {
    F32(4),
    F16(2),
    BF16(2);

    private final int bytes;

    Stored(int bytes) {
      this.bytes = bytes;
    }

    /// What is left of a number that was stored so.
    float round(float value) {
      return switch (this) {
        case F32 -> value;
        case F16 -> Float.float16ToFloat(Float.floatToFloat16(value));
        case BF16 -> Float.intBitsToFloat(brain(value) << 16);
      };
    }

    private void put(ByteBuffer into, float value) {
      switch (this) {
        case F32 -> into.putFloat(value);
        case F16 -> into.putShort(Float.floatToFloat16(value));
        case BF16 -> into.putShort((short) brain(value));
      }
    }

    private static int brain(float value) {
      int bits = Float.floatToRawIntBits(value);
      return (bits + 0x7FFF + (bits >>> 16 & 1)) >>> 16;
    }
  }

  /// @param shape outermost dimension first
  record Tensor(List<Integer> shape, float[] values) {
    Tensor {
      int elements = shape.stream().reduce(1, Math::multiplyExact);
      if (elements != values.length) {
        throw new IllegalArgumentException(shape + " has not " + values.length + " elements");
      }
    }
  }

  private final ObjectNode config;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  FolderWriter(String config) {
    this.config = (ObjectNode) JSON.readTree(config);
  }

  FolderWriter put(String name, Tensor tensor) {
    tensors.put(name, tensor);
    return this;
  }

  ObjectNode config() {
    return config;
  }

  Map<String, Tensor> tensors() {
    return tensors;
  }

  /// Every tensor in one file.
  Path write(Path folder, Stored stored) {
    config(folder);
    Path file = folder.resolve("model.safetensors");
    write(file, safetensors(tensors, stored));
    return folder;
  }

  /// The tensors dealt out to so many files, with an index.
  Path writeShards(Path folder, Stored stored, int shards) {
    config(folder);
    ObjectNode index = JSON.createObjectNode();
    ObjectNode map = index.putObject("weight_map");
    for (int shard = 0; shard < shards; shard++) {
      String file = "model-%05d-of-%05d.safetensors".formatted(shard + 1, shards);
      Map<String, Tensor> own = new LinkedHashMap<>();
      int number = 0;
      for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
        if (number++ % shards == shard) {
          own.put(entry.getKey(), entry.getValue());
          map.put(entry.getKey(), file);
        }
      }
      write(folder.resolve(file), safetensors(own, stored));
    }
    write(
        folder.resolve("model.safetensors.index.json"),
        index.toString().getBytes(StandardCharsets.UTF_8));
    return folder;
  }

  private void config(Path folder) {
    write(folder.resolve("config.json"), config.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] safetensors(Map<String, Tensor> tensors, Stored stored) {
    ObjectNode header = JSON.createObjectNode();
    int at = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      ObjectNode one = header.putObject(entry.getKey());
      one.put("dtype", stored.name());
      var shape = one.putArray("shape");
      entry.getValue().shape().forEach(shape::add);
      int end = at + entry.getValue().values().length * stored.bytes;
      one.putArray("data_offsets").add(at).add(end);
      at = end;
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = ByteBuffer.allocate(8 + json.length + at).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(json.length).put(json);
    for (Tensor tensor : tensors.values()) {
      for (float value : tensor.values()) {
        stored.put(file, value);
      }
    }
    return file.array();
  }

  static void write(Path file, byte[] bytes) {
    try {
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
