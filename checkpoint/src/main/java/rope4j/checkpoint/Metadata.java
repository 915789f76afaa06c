package rope4j.checkpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SequencedMap;

/// The key-value pairs of a GGUF file, in the file's order.
///
/// Every typed question answers empty when the key is absent, and throws [CheckpointException]
/// naming key, found and expected type when it holds something else.
public final class Metadata {

  private final SequencedMap<String, MetadataValue> values;

  Metadata(Map<String, MetadataValue> values) {
    this.values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
  }

  /// All pairs; unmodifiable.
  public SequencedMap<String, MetadataValue> asMap() {
    return values;
  }

  /// The value of a key, whatever its type.
  public Optional<MetadataValue> get(String key) {
    return Optional.ofNullable(values.get(key));
  }

  /// An integer of any width, signed or not.
  public OptionalLong integer(String key) {
    return switch (values.get(key)) {
      case null -> OptionalLong.empty();
      case MetadataValue.Int integer -> OptionalLong.of(signed(key, integer));
      case MetadataValue other -> throw wrongType(key, other, "an integer");
    };
  }

  /// An integer of any width whose value is a size or a count: from 0 to [Integer#MAX_VALUE].
  public OptionalInt count(String key) {
    OptionalLong value = integer(key);
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(asCount(key, value.getAsLong()));
  }

  /// A float32 or float64.
  public OptionalDouble real(String key) {
    return switch (values.get(key)) {
      case null -> OptionalDouble.empty();
      case MetadataValue.Real real -> OptionalDouble.of(real.value());
      case MetadataValue other -> throw wrongType(key, other, "a float");
    };
  }

  /// A truth value.
  public Optional<Boolean> bool(String key) {
    return switch (values.get(key)) {
      case null -> Optional.empty();
      case MetadataValue.Bool bool -> Optional.of(bool.value());
      case MetadataValue other -> throw wrongType(key, other, "a bool");
    };
  }

  /// A string.
  public Optional<String> string(String key) {
    return switch (values.get(key)) {
      case null -> Optional.empty();
      case MetadataValue.Text text -> Optional.of(text.value());
      case MetadataValue other -> throw wrongType(key, other, "a string");
    };
  }

  /// An array.
  public Optional<MetadataValue.Array> array(String key) {
    return switch (values.get(key)) {
      case null -> Optional.empty();
      case MetadataValue.Array array -> Optional.of(array);
      case MetadataValue other -> throw wrongType(key, other, "an array");
    };
  }

  static int asCount(String key, long value) {
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new CheckpointException(
          key + " is " + value + ", but a number from 0 to " + Integer.MAX_VALUE + " was expected");
    }
    return (int) value;
  }

  static long signed(String key, MetadataValue.Int integer) {
    if (integer.type() == MetadataType.UINT64 && integer.value() < 0) {
      throw new CheckpointException(
          key
              + " is "
              + Long.toUnsignedString(integer.value())
              + ", but a number up to "
              + Long.MAX_VALUE
              + " was expected");
    }
    return integer.value();
  }

  private static CheckpointException wrongType(String key, MetadataValue found, String expected) {
    return new CheckpointException(
        key
            + " has type "
            + found.type().label()
            + ", but "
            + expected
            + " was expected: convert the model again");
  }
}
