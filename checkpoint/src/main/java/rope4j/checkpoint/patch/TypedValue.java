package rope4j.checkpoint.patch;

import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.Metadata;
import rope4j.checkpoint.MetadataType;
import rope4j.checkpoint.MetadataValue;

/// Values for keys: of the type the key has in the file, so that readers which insist on a type
/// (llama.cpp does) find it again; a new key gets the type llama.cpp's own converter writes.
public final class TypedValue {

  private TypedValue() {}

  /// A whole number; `uint32` for a new key, `int32` or `int64` where that can't hold it.
  ///
  /// @throws CheckpointException when the key holds something else than an integer, or its type is
  ///   too small
  public static MetadataValue integer(Metadata metadata, String key, long value) {
    MetadataType type =
        switch (metadata.get(key).orElse(null)) {
          case null ->
              value >= 0 && value <= 0xffff_ffffL
                  ? MetadataType.UINT32
                  : value == (int) value ? MetadataType.INT32 : MetadataType.INT64;
          case MetadataValue.Int existing -> existing.type();
          case MetadataValue other -> throw otherType(key, other);
        };
    return fitting(key, new MetadataValue.Int(type, value));
  }

  /// A number with a fraction; `float32` for a new key.
  ///
  /// @throws CheckpointException when the key holds something else than a float, or the number is
  ///   beyond its type
  public static MetadataValue real(Metadata metadata, String key, double value) {
    MetadataType type =
        switch (metadata.get(key).orElse(null)) {
          case null -> MetadataType.FLOAT32;
          case MetadataValue.Real existing -> existing.type();
          case MetadataValue other -> throw otherType(key, other);
        };
    return fitting(
        key,
        new MetadataValue.Real(
            type, type == MetadataType.FLOAT32 ? (double) (float) value : value));
  }

  /// A truth value.
  ///
  /// @throws CheckpointException when the key holds something else
  public static MetadataValue bool(Metadata metadata, String key, boolean value) {
    MetadataValue made = new MetadataValue.Bool(value);
    return sameType(metadata, key, made);
  }

  /// A string.
  ///
  /// @throws CheckpointException when the key holds something else
  public static MetadataValue text(Metadata metadata, String key, String value) {
    return sameType(metadata, key, new MetadataValue.Text(value));
  }

  private static MetadataValue sameType(Metadata metadata, String key, MetadataValue made) {
    MetadataValue existing = metadata.get(key).orElse(made);
    if (existing.type() != made.type()) {
      throw otherType(key, existing);
    }
    return made;
  }

  private static MetadataValue fitting(String key, MetadataValue value) {
    try {
      return new GgufPatch.SetKey(key, value).value();
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(String.valueOf(e.getMessage()), e);
    }
  }

  static void requireFits(String key, MetadataType type, long value) {
    boolean fits =
        switch (type) {
          case UINT8 -> value >= 0 && value <= 0xff;
          case INT8 -> value == (byte) value;
          case UINT16 -> value >= 0 && value <= 0xffff;
          case INT16 -> value == (short) value;
          case UINT32 -> value >= 0 && value <= 0xffff_ffffL;
          case INT32 -> value == (int) value;
          case UINT64 -> value >= 0;
          case INT64 -> true;
          case FLOAT32, FLOAT64, BOOL, STRING, ARRAY -> false;
        };
    if (!fits) {
      throw new IllegalArgumentException(
          key + " has type " + type.label() + ", which can't hold " + value);
    }
  }

  static void requireFits(String key, MetadataType type, double value) {
    boolean fits = type == MetadataType.FLOAT32 || type == MetadataType.FLOAT64;
    if (!fits || !Double.isFinite(value)) {
      throw new IllegalArgumentException(
          key + " must be a finite number of type " + type.label() + ", but it is " + value);
    }
  }

  /// Bytes of a number.
  static int width(MetadataType type) {
    return switch (type) {
      case UINT8, INT8, BOOL -> 1;
      case UINT16, INT16 -> 2;
      case UINT32, INT32, FLOAT32 -> 4;
      case UINT64, INT64, FLOAT64 -> 8;
      case STRING, ARRAY ->
          throw new IllegalArgumentException(type.label() + " values have no fixed width");
    };
  }

  private static CheckpointException otherType(String key, MetadataValue existing) {
    String remedy =
        switch (existing) {
          case MetadataValue.Int _ -> "give a whole number (int)";
          case MetadataValue.Real _ -> "give a number (float)";
          case MetadataValue.Bool _ -> "give true or false (bool)";
          case MetadataValue.Text _ -> "give a text (str)";
          case MetadataValue.Array _ -> "arrays can't be changed";
        };
    return new CheckpointException(
        key + " has type " + existing.type().label() + " in this file; " + remedy);
  }
}
