package rope4j.checkpoint;

/// The types a GGUF metadata value may have. Source: ggml `gguf.h`, `enum gguf_type`; the order is
/// the file's numbering.
public enum MetadataType {
  UINT8(1),
  INT8(1),
  UINT16(2),
  INT16(2),
  UINT32(4),
  INT32(4),
  FLOAT32(4),
  BOOL(1),
  STRING(8),
  ARRAY(12),
  UINT64(8),
  INT64(8),
  FLOAT64(8);

  /// Bytes of a value; of a string or an array the fewest it can have.
  final int minimumBytes;

  MetadataType(int minimumBytes) {
    this.minimumBytes = minimumBytes;
  }

  boolean isFixedSize() {
    return this != STRING && this != ARRAY;
  }

  boolean isInteger() {
    return switch (this) {
      case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> true;
      case FLOAT32, BOOL, STRING, ARRAY, FLOAT64 -> false;
    };
  }

  /// The type's name in messages, for example `uint32`.
  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
