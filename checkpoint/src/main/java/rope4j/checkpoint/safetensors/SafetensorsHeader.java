package rope4j.checkpoint.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.file.StrangersFile;
import rope4j.checkpoint.json.JsonFile;
import rope4j.checkpoint.safetensors.TensorIndex.Tensor;

/// The header of a safetensors file: eight bytes of length, little endian, and that many of JSON.
///
/// Everything it declares is checked against the file's size; no weight is read.
///
/// Source: safetensors `README.md` (format) and `tensor.rs` (`validate`).
final class SafetensorsHeader {

  /// The format's own limit, bytes.
  private static final long MOST = 100_000_000;

  /// Bits of an element.
  private static final Map<String, Integer> BITS =
      Map.ofEntries(
          Map.entry("BOOL", 8),
          Map.entry("U8", 8),
          Map.entry("I8", 8),
          Map.entry("F8_E5M2", 8),
          Map.entry("F8_E4M3", 8),
          Map.entry("F8_E8M0", 8),
          Map.entry("F8_E5M2FNUZ", 8),
          Map.entry("F8_E4M3FNUZ", 8),
          Map.entry("F4", 4),
          Map.entry("F6_E2M3", 6),
          Map.entry("F6_E3M2", 6),
          Map.entry("I16", 16),
          Map.entry("U16", 16),
          Map.entry("F16", 16),
          Map.entry("BF16", 16),
          Map.entry("I32", 32),
          Map.entry("U32", 32),
          Map.entry("F32", 32),
          Map.entry("C64", 64),
          Map.entry("F64", 64),
          Map.entry("I64", 64),
          Map.entry("U64", 64));

  /// Where a tensor's bytes lie, counted from the start of the file.
  record Range(String name, long from, long to) {}

  /// What a header says: tensors, and where they lie, by name and in the file's order.
  record Contents(SequencedMap<String, Tensor> tensors, SequencedMap<String, Range> ranges) {}

  private final String file;
  private final long dataStart;
  private final long dataBytes;
  private final List<Range> ranges = new ArrayList<>();

  private SafetensorsHeader(String file, long dataStart, long dataBytes) {
    this.file = file;
    this.dataStart = dataStart;
    this.dataBytes = dataBytes;
  }

  /// The tensors of a file, in its order.
  ///
  /// @throws CheckpointException when it can't be read or is damaged; the message begins with its
  ///   path
  static SequencedMap<String, Tensor> read(Path path) {
    return contents(path).tensors();
  }

  /// The same with where they lie.
  static Contents contents(Path path) {
    if (StrangersFile.kind(path) == StrangersFile.Kind.FOLDER) {
      throw new CheckpointException(
          path + ": this is a folder, but a safetensors file was expected");
    }
    String name = String.valueOf(path.getFileName());
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      byte[] json = header(channel, size);
      long start = 8L + json.length;
      return new SafetensorsHeader(name, start, size - start).contents(JsonFile.parse(name, json));
    } catch (CheckpointException e) {
      throw new CheckpointException(path + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw StrangersFile.refused(path, e);
    }
  }

  private static byte[] header(FileChannel channel, long size) throws IOException {
    ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    fill(channel, length);
    long bytes = length.flip().remaining() == 8 ? length.getLong() : -1;
    if (bytes < 2 || bytes > size - 8) {
      throw new CheckpointException(
          "this is no safetensors file, or it is cut short: its header claims "
              + Long.toUnsignedString(bytes)
              + " bytes of "
              + size
              + "; download it again");
    }
    if (bytes > MOST) {
      throw new CheckpointException(
          "its header claims " + bytes + " bytes, but safetensors allows at most " + MOST);
    }
    ByteBuffer header = ByteBuffer.allocate((int) bytes);
    fill(channel, header);
    if (header.hasRemaining()) {
      throw new CheckpointException("the file became shorter while it was read; try again");
    }
    return header.array();
  }

  private static void fill(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        return;
      }
    }
  }

  private Contents contents(JsonFile json) {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    json.root()
        .forEach((name, value) -> {
          if (!name.equals("__metadata__")) {
            tensors.put(name, tensor(name, value));
          }
        });
    SequencedMap<String, Range> named = new LinkedHashMap<>();
    ranges.forEach(range -> named.put(range.name, range));
    requireApart();
    return new Contents(tensors, named);
  }

  private Tensor tensor(String name, @org.jspecify.annotations.Nullable Object value) {
    if (!(value instanceof Map<?, ?> map)
        || !(map.get("dtype") instanceof String type)
        || !(map.get("shape") instanceof List<?> sizes)
        || !(map.get("data_offsets") instanceof List<?> offsets)) {
      throw damaged(name, "has no dtype, shape and data_offsets");
    }
    List<Long> shape = wholes(name, "shape", sizes);
    List<Long> range = wholes(name, "data_offsets", offsets);
    if (range.size() != 2 || range.get(0) > range.get(1) || range.get(1) > dataBytes) {
      throw damaged(
          name, "has data_offsets " + range + ", but the file has " + dataBytes + " bytes of data");
    }
    requireSize(name, type, shape, range.get(1) - range.get(0));
    ranges.add(new Range(name, dataStart + range.get(0), dataStart + range.get(1)));
    return new Tensor(name, file, Optional.of(type), shape);
  }

  /// Types newer than this reader are taken as they are.
  private static void requireSize(String name, String type, List<Long> shape, long bytes) {
    Integer bits = BITS.get(type);
    if (bits == null) {
      return;
    }
    try {
      long elements = 1;
      for (long size : shape) {
        elements = Math.multiplyExact(elements, size);
      }
      if (Math.multiplyExact(elements, bits) != Math.multiplyExact(bytes, 8)) {
        throw damaged(
            name, "of shape " + shape + " and type " + type + " can't have " + bytes + " bytes");
      }
    } catch (ArithmeticException e) {
      throw damaged(name, "has the impossible shape " + shape);
    }
  }

  private static List<Long> wholes(String name, String key, List<?> values) {
    List<Long> wholes = new ArrayList<>();
    for (Object value : values) {
      if (!(value instanceof Long whole) || whole < 0) {
        throw damaged(name, "has a " + key + " that is not made of whole numbers from 0");
      }
      wholes.add(whole);
    }
    return wholes;
  }

  private void requireApart() {
    ranges.sort(Comparator.comparingLong(Range::from).thenComparingLong(Range::to));
    for (int i = 1; i < ranges.size(); i++) {
      if (ranges.get(i).from < ranges.get(i - 1).to) {
        throw damaged(ranges.get(i).name, "overlaps " + shortened(ranges.get(i - 1).name));
      }
    }
  }

  private static CheckpointException damaged(String tensor, String what) {
    return new CheckpointException(
        "tensor "
            + shortened(tensor)
            + " "
            + shortened(what)
            + ": the file is damaged; download it again");
  }

  /// Names of a stranger may be megabytes long, or hold line breaks.
  static String shortened(String written) {
    String beginning = written.length() > 200 ? written.substring(0, 199) + "…" : written;
    return beginning.replaceAll("\\p{Cntrl}", "?");
  }
}
