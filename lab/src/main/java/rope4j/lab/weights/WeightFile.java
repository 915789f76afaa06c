package rope4j.lab.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.json.JsonReader;
import rope4j.checkpoint.json.JsonWriter;

/// The content of a safetensors file with float32 tensors: what a run writes down to go on from,
/// and what Transformers loads.
///
/// @param tensors by name, in the file's order
/// @param metadata what the header says besides, text by text
public record WeightFile(SequencedMap<String, Values> tensors, Map<String, String> metadata) {

  /// A tensor.
  ///
  /// @param values row-major
  public record Values(float[] values, long... shape) {
    public Values {
      long size = 1;
      for (long side : shape) {
        size *= side;
      }
      if (size != values.length) {
        throw new IllegalArgumentException(
            "a tensor of shape "
                + Arrays.toString(shape)
                + " needs "
                + size
                + " values, not "
                + values.length);
      }
    }
  }

  public WeightFile {
    tensors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tensors));
    metadata = Map.copyOf(metadata);
  }

  /// A tensor that must be there.
  ///
  /// @throws CheckpointException when it isn't
  public float[] values(String name) {
    Values found = tensors.get(name);
    if (found == null) {
      throw new CheckpointException("there is no tensor " + name);
    }
    return found.values();
  }

  /// Writes the file, whole or not at all: beside its place first, then renamed.
  ///
  /// @throws CheckpointException when it can't be written; then nothing has changed
  public void write(Path target) {
    Path beside = target.resolveSibling(target.getFileName() + ".part");
    try {
      try (FileChannel out =
          FileChannel.open(
              beside,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        writeTo(out);
        out.force(true);
      }
      Files.move(
          beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new CheckpointException(target + ": the weights can't be written (" + e + ")", e);
    }
  }

  private void writeTo(FileChannel out) throws IOException {
    byte[] header = header();
    ByteBuffer start =
        ByteBuffer.allocate(8 + header.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(header.length);
    writeAll(out, start.put(header).flip());
    for (Values tensor : tensors.values()) {
      ByteBuffer data =
          ByteBuffer.allocate(4 * tensor.values().length).order(ByteOrder.LITTLE_ENDIAN);
      data.asFloatBuffer().put(tensor.values());
      writeAll(out, data);
    }
  }

  private static void writeAll(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  private byte[] header() {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("__metadata__", metadata);
    long at = 0;
    for (Map.Entry<String, Values> entry : tensors.entrySet()) {
      long end = at + 4L * entry.getValue().values().length;
      header.put(
          entry.getKey(),
          Map.of(
              "dtype",
              "F32",
              "shape",
              Arrays.stream(entry.getValue().shape()).boxed().toList(),
              "data_offsets",
              List.of(at, end)));
      at = end;
    }
    String text = JsonWriter.line(header);
    // The data begins at a multiple of 8 bytes.
    return (text + " ".repeat((8 - text.length() % 8) % 8)).getBytes(StandardCharsets.UTF_8);
  }

  /// Reads a file that [#write] wrote.
  ///
  /// @throws CheckpointException when it can't be read
  public static WeightFile read(Path file) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      return read(bytes);
    } catch (IOException e) {
      throw new CheckpointException(file + ": the weights can't be read (" + e + ")", e);
    } catch (RuntimeException e) {
      throw new CheckpointException(
          file
              + ": these are no weights that a run wrote ("
              + e.getMessage()
              + "); delete the file",
          e);
    }
  }

  private static WeightFile read(ByteBuffer bytes) {
    byte[] text = new byte[Math.toIntExact(bytes.getLong())];
    bytes.get(text);
    int data = bytes.position();
    SequencedMap<String, Values> tensors = new LinkedHashMap<>();
    Map<String, String> metadata = Map.of();
    Map<String, ?> header = JsonReader.readObject(text);
    for (Map.Entry<?, ?> entry : header.entrySet()) {
      Map<?, ?> value = (Map<?, ?>) entry.getValue();
      if (entry.getKey().equals("__metadata__")) {
        metadata =
            value.entrySet().stream()
                .collect(Collectors.toMap(e -> (String) e.getKey(), e -> (String) e.getValue()));
        continue;
      }
      long[] shape = numbers(value.get("shape"));
      long[] offsets = numbers(value.get("data_offsets"));
      float[] values = new float[Math.toIntExact((offsets[1] - offsets[0]) / 4)];
      bytes
          .slice(Math.toIntExact(data + offsets[0]), 4 * values.length)
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .get(values);
      tensors.put((String) entry.getKey(), new Values(values, shape));
    }
    return new WeightFile(tensors, metadata);
  }

  private static long[] numbers(@Nullable Object list) {
    if (!(list instanceof List<?> numbers)) {
      throw new IllegalArgumentException("a tensor lacks its shape or its place");
    }
    return numbers.stream().mapToLong(number -> ((Number) number).longValue()).toArray();
  }
}
