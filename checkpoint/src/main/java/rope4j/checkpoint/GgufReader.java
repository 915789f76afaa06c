package rope4j.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// A cursor over a little-endian file. Every read checks the bytes left first, so that a damaged
/// length costs nothing.
final class GgufReader {

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// llama.cpp reads no nested arrays at all; a few levels are ample, and the stack stays bounded.
  private static final int DEEPEST_ARRAY = 8;

  private final MemorySegment file;
  private long position;

  GgufReader(MemorySegment file, long position) {
    this.file = file;
    this.position = position;
  }

  long position() {
    return position;
  }

  long left() {
    return file.byteSize() - position;
  }

  byte int8(String what) {
    return file.get(ValueLayout.JAVA_BYTE, advance(1, what));
  }

  short int16(String what) {
    return file.get(SHORT, advance(2, what));
  }

  int int32(String what) {
    return file.get(INT, advance(4, what));
  }

  long int64(String what) {
    return file.get(LONG, advance(8, what));
  }

  float float32(String what) {
    return Float.intBitsToFloat(int32(what));
  }

  double float64(String what) {
    return Double.longBitsToDouble(int64(what));
  }

  /// A count of things of which each takes at least so many bytes.
  long count(int bytesEach, String what) {
    long count = int64(what);
    if (count < 0 || count > left() / bytesEach) {
      throw new CheckpointException(
          what
              + " is "
              + Long.toUnsignedString(count)
              + " at byte "
              + (position - 8)
              + ", but only "
              + left()
              + " bytes follow: the file is damaged or cut short; download it again");
    }
    return count;
  }

  /// A name: what is looked up, so bytes that are not UTF-8 are an error.
  String name(String what) {
    byte[] bytes = bytes(what);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new CheckpointException(
          what
              + " before byte "
              + position
              + " is not valid UTF-8: the file is damaged; download it again",
          e);
    }
  }

  /// A text for people or a tokenizer: bytes that are not UTF-8 become U+FFFD.
  String text(String what) {
    return new String(bytes(what), StandardCharsets.UTF_8);
  }

  private byte[] bytes(String what) {
    long length = count(1, "the length of " + what);
    if (length > Integer.MAX_VALUE - 16) {
      throw new CheckpointException(what + " is " + length + " bytes long: the file is damaged");
    }
    byte[] bytes = new byte[(int) length];
    MemorySegment.copy(file, ValueLayout.JAVA_BYTE, position, bytes, 0, bytes.length);
    position += length;
    return bytes;
  }

  MetadataType type(String what) {
    int id = int32(what);
    MetadataType[] all = MetadataType.values();
    if (id < 0 || id >= all.length) {
      throw new CheckpointException(
          what
              + " has type "
              + Integer.toUnsignedString(id)
              + ", but GGUF knows 0 to "
              + (all.length - 1)
              + ": the file is damaged, or newer than this reader");
    }
    return all[id];
  }

  MetadataValue value(MetadataType type, String what, int depth) {
    return switch (type) {
      case UINT8 -> new MetadataValue.Int(type, int8(what) & 0xff);
      case INT8 -> new MetadataValue.Int(type, int8(what));
      case UINT16 -> new MetadataValue.Int(type, int16(what) & 0xffff);
      case INT16 -> new MetadataValue.Int(type, int16(what));
      case UINT32 -> new MetadataValue.Int(type, int32(what) & 0xffff_ffffL);
      case INT32 -> new MetadataValue.Int(type, int32(what));
      case UINT64, INT64 -> new MetadataValue.Int(type, int64(what));
      case FLOAT32 -> new MetadataValue.Real(type, float32(what));
      case FLOAT64 -> new MetadataValue.Real(type, float64(what));
      case BOOL -> new MetadataValue.Bool(int8(what) != 0);
      case STRING -> new MetadataValue.Text(text(what));
      case ARRAY -> array(what, depth);
    };
  }

  private MetadataValue array(String what, int depth) {
    if (depth >= DEEPEST_ARRAY) {
      throw new CheckpointException(
          what
              + " nests arrays deeper than "
              + DEEPEST_ARRAY
              + " levels: the file is damaged, or not for llama.cpp");
    }
    MetadataType element = type("an element of " + what);
    long size = count(element.minimumBytes, "the number of elements of " + what);
    if (size > Integer.MAX_VALUE - 16) {
      throw new CheckpointException(what + " has " + size + " elements: the file is damaged");
    }
    long start = position;
    if (element.isFixedSize()) {
      position += size * element.minimumBytes;
    } else {
      for (long i = 0; i < size; i++) {
        skip(element, what, depth + 1);
      }
    }
    return new MappedArray(element, (int) size, file, start, what, depth);
  }

  /// Walks over an element of an array without decoding it, checking all its lengths.
  private void skip(MetadataType element, String what, int depth) {
    if (element == MetadataType.STRING) {
      long length = count(1, "the length of an element of " + what);
      position += length;
    } else {
      var _ = array(what, depth);
    }
  }

  private long advance(int bytes, String what) {
    if (left() < bytes) {
      throw new CheckpointException(
          "the file ends at byte "
              + file.byteSize()
              + " inside "
              + what
              + ": it is cut short; download it again");
    }
    long at = position;
    position += bytes;
    return at;
  }
}
