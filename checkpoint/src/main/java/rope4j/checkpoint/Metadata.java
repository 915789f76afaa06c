package rope4j.checkpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// The key-value pairs of a GGUF file, in the file's order.
///
/// Every typed question answers empty when the key is absent, and throws [CheckpointException]
/// naming key, found and expected type when it holds something else.
public final class Metadata {

  private final SequencedMap<String, MetadataValue> values;

  /// Values that win over the file's, but only for questions of their own type.
  private final Map<String, MetadataValue> overrides;

  Metadata(Map<String, MetadataValue> values) {
    this(values, Map.of());
  }

  /// Pairs that stand in no file: those of a model in another format, by GGUF's names.
  public static Metadata of(SequencedMap<String, MetadataValue> values) {
    return new Metadata(values);
  }

  private Metadata(Map<String, MetadataValue> values, Map<String, MetadataValue> overrides) {
    this.values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
    this.overrides = overrides;
  }

  /// The same pairs under llama.cpp's `--override-kv`: typed questions are answered by an override
  /// of the type that is asked for, and by the file where the override has another type, which
  /// llama.cpp warns about and passes over.
  ///
  /// Source: llama.cpp `llama-model-loader.cpp`, `try_override`.
  ///
  /// @param given key to [Long], [Double], [Boolean] or [String]
  /// @throws IllegalArgumentException when a value is something else
  Metadata withOverrides(Map<String, Object> given) {
    Map<String, MetadataValue> typed = new LinkedHashMap<>();
    given.forEach((key, value) ->
        typed.put(
            key,
            switch (value) {
              case Long whole -> new MetadataValue.Int(MetadataType.INT64, whole);
              case Double real -> new MetadataValue.Real(MetadataType.FLOAT64, real);
              case Boolean bool -> new MetadataValue.Bool(bool);
              case String text -> new MetadataValue.Text(text);
              default ->
                  throw new IllegalArgumentException(
                      "an override of " + key + " can't be a " + value.getClass().getSimpleName());
            }));
    return new Metadata(values, typed);
  }

  /// All pairs of the file; unmodifiable.
  public SequencedMap<String, MetadataValue> asMap() {
    return values;
  }

  /// The file's value of a key, whatever its type.
  public Optional<MetadataValue> get(String key) {
    return Optional.ofNullable(values.get(key));
  }

  /// An integer of any width, signed or not.
  public OptionalLong integer(String key) {
    return switch (value(key, MetadataValue.Int.class)) {
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
    return switch (value(key, MetadataValue.Real.class)) {
      case null -> OptionalDouble.empty();
      case MetadataValue.Real real -> OptionalDouble.of(real.value());
      case MetadataValue other -> throw wrongType(key, other, "a float");
    };
  }

  /// A truth value.
  public Optional<Boolean> bool(String key) {
    return switch (value(key, MetadataValue.Bool.class)) {
      case null -> Optional.empty();
      case MetadataValue.Bool bool -> Optional.of(bool.value());
      case MetadataValue other -> throw wrongType(key, other, "a bool");
    };
  }

  /// A string.
  public Optional<String> string(String key) {
    return switch (value(key, MetadataValue.Text.class)) {
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

  private @Nullable MetadataValue value(String key, Class<? extends MetadataValue> asked) {
    MetadataValue override = overrides.get(key);
    return asked.isInstance(override) ? override : values.get(key);
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
