package rope4j.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// Everything in front of the weights.
record GgufHeader(
    int version,
    Metadata metadata,
    Map<String, Span> pairs,
    SequencedMap<String, TensorInfo> tensors) {

  /// The bytes of a metadata pair: key, type and value.
  record Span(long start, long end) {}

  private static final int DEFAULT_ALIGNMENT = 32;
  private static final int MOST_DIMENSIONS = 4;

  static GgufHeader read(MemorySegment file) {
    requireMagic(file);
    GgufReader reader = new GgufReader(file, 4);
    int version = version(reader);
    // Fewest bytes a tensor takes: name length, dimensions, type, offset; a pair: key length, type,
    // one byte.
    long tensorCount = reader.count(24, "the number of tensors");
    long pairCount = reader.count(13, "the number of metadata pairs");
    Map<String, Span> spans = new HashMap<>();
    Metadata metadata = new Metadata(pairs(reader, pairCount, spans));
    return new GgufHeader(
        version, metadata, spans, tensors(reader, tensorCount, alignment(metadata)));
  }

  private static void requireMagic(MemorySegment file) {
    byte[] start = file.asSlice(0, Math.min(4, file.byteSize())).toArray(ValueLayout.JAVA_BYTE);
    if (!new String(start, StandardCharsets.ISO_8859_1).equals("GGUF")) {
      throw new CheckpointException(
          "this is not a GGUF file: it starts with " + printable(start) + "; expected 'GGUF'");
    }
  }

  private static String printable(byte[] start) {
    StringBuilder hex = new StringBuilder();
    for (byte b : start) {
      if (b < ' ' || b > '~') {
        for (byte each : start) {
          hex.append(hex.isEmpty() ? "" : " ").append("%02x".formatted(each));
        }
        return "bytes " + hex;
      }
    }
    return "'" + new String(start, StandardCharsets.US_ASCII) + "'";
  }

  private static int version(GgufReader reader) {
    int version = reader.int32("the version");
    if (version != 0 && (version & 0xffff) == 0) {
      throw new CheckpointException(
          "this is a big-endian GGUF file, and only little-endian ones can be read: convert the"
              + " model again on a little-endian machine");
    }
    if (version != 2 && version != 3) {
      throw new CheckpointException(
          "this is GGUF version "
              + Integer.toUnsignedString(version)
              + ", but only versions 2 and 3 can be read: convert the model again with a current"
              + " llama.cpp");
    }
    return version;
  }

  private static Map<String, MetadataValue> pairs(
      GgufReader reader, long count, Map<String, Span> spans) {
    Map<String, MetadataValue> pairs = new LinkedHashMap<>();
    for (long i = 0; i < count; i++) {
      long start = reader.position();
      String key = reader.name("the key of metadata pair " + i);
      MetadataType type = reader.type("metadata " + key);
      if (pairs.put(key, reader.value(type, key, 0)) != null) {
        throw new CheckpointException(
            "metadata " + key + " is there twice: the file is damaged; download it again");
      }
      spans.put(key, new Span(start, reader.position()));
    }
    return pairs;
  }

  private static long alignment(Metadata metadata) {
    long alignment = metadata.integer("general.alignment").orElse(DEFAULT_ALIGNMENT);
    if (alignment <= 0 || Long.bitCount(alignment) != 1) {
      throw new CheckpointException(
          "general.alignment is "
              + alignment
              + ", but a power of two was expected: the file is damaged; download it again");
    }
    return alignment;
  }

  private static SequencedMap<String, TensorInfo> tensors(
      GgufReader reader, long count, long alignment) {
    List<TensorInfo> relative = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      relative.add(tensor(reader, i, alignment));
    }
    long size = reader.position() + reader.left();
    // The alignment may be any power of two, so the padded position may be beyond a long.
    long data =
        reader.position() > Long.MAX_VALUE - alignment
            ? Long.MAX_VALUE
            : (reader.position() + alignment - 1) & -alignment;
    SequencedMap<String, TensorInfo> tensors = new LinkedHashMap<>();
    for (TensorInfo each : relative) {
      // Subtractions, because a damaged offset may be anything.
      if (data > size
          || each.offset() > size - data
          || each.bytes() > size - data - each.offset()) {
        throw new CheckpointException(
            "tensor "
                + each.name()
                + " needs "
                + each.bytes()
                + " bytes from byte "
                + Long.toUnsignedString(data + each.offset())
                + " on, but the file has "
                + size
                + ": it is cut short; download it again");
      }
      TensorInfo absolute =
          new TensorInfo(
              each.name(), each.shape(), each.type(), data + each.offset(), each.bytes());
      if (tensors.put(each.name(), absolute) != null) {
        throw new CheckpointException(
            "tensor " + each.name() + " is there twice: the file is damaged; download it again");
      }
    }
    return java.util.Collections.unmodifiableSequencedMap(tensors);
  }

  /// A tensor whose offset still counts from the first weight.
  private static TensorInfo tensor(GgufReader reader, long index, long alignment) {
    String name = reader.name("the name of tensor " + index);
    int dimensions = reader.int32("the dimensions of tensor " + name);
    if (dimensions < 1 || dimensions > MOST_DIMENSIONS) {
      throw new CheckpointException(
          "tensor "
              + name
              + " has "
              + Integer.toUnsignedString(dimensions)
              + " dimensions, but 1 to "
              + MOST_DIMENSIONS
              + " were expected: the file is damaged; download it again");
    }
    List<Long> shape = new ArrayList<>();
    long elements = 1;
    for (int i = 0; i < dimensions; i++) {
      long size = reader.int64("the shape of tensor " + name);
      shape.add(size);
      elements = size > 0 && elements <= Long.MAX_VALUE / size ? elements * size : -1;
      if (elements < 0) {
        throw new CheckpointException(
            "tensor " + name + " has an impossible shape " + shape + ": download the file again");
      }
    }
    TensorType type = type(reader, name);
    if (shape.getFirst() % type.blockElements() != 0
        || elements / type.blockElements() > Long.MAX_VALUE / type.blockBytes()) {
      throw new CheckpointException(
          "tensor "
              + name
              + " has shape "
              + shape
              + ", which type "
              + type
              + " with blocks of "
              + type.blockElements()
              + " can't store: download the file again");
    }
    long offset = reader.int64("the offset of tensor " + name);
    if (offset < 0 || offset % alignment != 0) {
      throw new CheckpointException(
          "tensor "
              + name
              + " starts at "
              + Long.toUnsignedString(offset)
              + ", which is no multiple of the alignment "
              + alignment
              + ": the file is damaged; download it again");
    }
    return new TensorInfo(
        name, shape, type, offset, elements / type.blockElements() * type.blockBytes());
  }

  private static TensorType type(GgufReader reader, String tensor) {
    try {
      return TensorType.of(reader.int32("the type of tensor " + tensor));
    } catch (CheckpointException e) {
      throw new CheckpointException("in tensor " + tensor + ", " + e.getMessage(), e);
    }
  }
}
