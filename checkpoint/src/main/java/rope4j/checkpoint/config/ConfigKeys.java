package rope4j.checkpoint.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.CheckpointException;

/// Typed questions to one object of a `config.json`; complaints name the key, what it holds and
/// what is allowed.
record ConfigKeys(Map<String, @Nullable Object> values) {

  boolean isSet(String key) {
    return values.get(key) != null;
  }

  /// What Python takes for true.
  static boolean isTruthy(@Nullable Object value) {
    return switch (value) {
      case null -> false;
      case Boolean flag -> flag;
      case Number number -> number.doubleValue() != 0;
      case String text -> !text.isEmpty();
      case Collection<?> list -> !list.isEmpty();
      case Map<?, ?> map -> !map.isEmpty();
      default -> true;
    };
  }

  Optional<String> text(String key) {
    return switch (values.get(key)) {
      case null -> Optional.empty();
      case String text -> Optional.of(text);
      case Object other -> throw wrong(key, other, "a text");
    };
  }

  OptionalDouble number(String key) {
    return switch (values.get(key)) {
      case null -> OptionalDouble.empty();
      case Number number -> OptionalDouble.of(number.doubleValue());
      case Object other -> throw wrong(key, other, "a number");
    };
  }

  /// A whole number from 1 to the largest int.
  OptionalInt count(String key) {
    OptionalDouble number = number(key);
    if (number.isEmpty()) {
      return OptionalInt.empty();
    }
    double value = number.getAsDouble();
    if (!(value >= 1 && value <= Integer.MAX_VALUE) || value != Math.rint(value)) {
      throw wrong(key, values.get(key), "a whole number from 1 to 2147483647");
    }
    return OptionalInt.of((int) value);
  }

  Optional<Map<String, @Nullable Object>> object(String key) {
    return switch (values.get(key)) {
      case null -> Optional.empty();
      case Map<?, ?> map -> Optional.of(asObject(map));
      case Object other -> throw wrong(key, other, "an object");
    };
  }

  /// The reader gives every object text keys.
  @SuppressWarnings("unchecked")
  static Map<String, @Nullable Object> asObject(Map<?, ?> map) {
    return (Map<String, @Nullable Object>) map;
  }

  Optional<List<String>> texts(String key) {
    if (!isSet(key)) {
      return Optional.empty();
    }
    List<String> texts = new ArrayList<>();
    for (Object entry : list(key)) {
      if (!(entry instanceof String text)) {
        throw wrong(key, entry, "a list of texts");
      }
      texts.add(text);
    }
    return Optional.of(texts);
  }

  /// A list of 0 and 1, or false and true.
  Optional<List<Integer>> flags(String key) {
    if (!isSet(key)) {
      return Optional.empty();
    }
    List<Integer> flags = new ArrayList<>();
    for (Object entry : list(key)) {
      flags.add(
          switch (entry) {
            case Boolean flag -> flag ? 1 : 0;
            case Number number -> number.doubleValue() == 0 ? 0 : 1;
            case null, default -> throw wrong(key, entry, "a list of 0 and 1");
          });
    }
    return Optional.of(flags);
  }

  private List<?> list(String key) {
    if (!(values.get(key) instanceof List<?> list)) {
      throw wrong(key, values.get(key), "a list");
    }
    return list;
  }

  static CheckpointException wrong(String key, @Nullable Object value, String allowed) {
    String found = String.valueOf(value);
    if (found.length() > 60) {
      found = found.substring(0, 60) + "…";
    }
    if (value instanceof String) {
      found = '"' + found + '"';
    }
    return new CheckpointException(
        key + " must be " + allowed + ", but it is " + found.replaceAll("\\p{Cntrl}", "?"));
  }
}
