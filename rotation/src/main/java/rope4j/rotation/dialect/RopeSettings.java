package rope4j.rotation.dialect;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// A configuration's rope dictionary (`rope_parameters`, `rope_scaling`) read with types, so that
/// every complaint names the key, what it holds and what is allowed.
///
/// A key that is present but null is told apart from an absent one: Transformers does.
public final class RopeSettings {

  private final Map<String, @Nullable Object> values;

  private RopeSettings(Map<String, @Nullable Object> values) {
    this.values = values;
  }

  /// Reads this map: values are numbers, booleans, strings, lists of numbers, or null.
  public static RopeSettings of(Map<String, ? extends @Nullable Object> values) {
    return new RopeSettings(new HashMap<>(values));
  }

  /// Whether the key is there, be it null.
  public boolean has(String key) {
    return values.containsKey(key);
  }

  /// Whether the key is there and not null.
  public boolean isSet(String key) {
    return values.get(key) != null;
  }

  /// Whether the value is what Python takes for true: set, and not 0, empty or false.
  public boolean isTruthy(String key) {
    return switch (values.get(key)) {
      case null -> false;
      case Boolean flag -> flag;
      case Number number -> number.doubleValue() != 0;
      case String text -> !text.isEmpty();
      case Collection<?> list -> !list.isEmpty();
      default -> true;
    };
  }

  /// The rope type: `rope_type`, else the older `type`, else "default".
  public String type() {
    return text("rope_type").orElseGet(() -> text("type").orElse("default"));
  }

  /// A text, if the key is set.
  public java.util.Optional<String> text(String key) {
    return switch (values.get(key)) {
      case null -> java.util.Optional.empty();
      case String text -> java.util.Optional.of(text);
      case Object other -> throw wrong(key, other, "a text");
    };
  }

  /// A number, if the key is set.
  public OptionalDouble number(String key) {
    return switch (values.get(key)) {
      case null -> OptionalDouble.empty();
      case Number number -> OptionalDouble.of(number.doubleValue());
      case Object other -> throw wrong(key, other, "a number");
    };
  }

  /// A number the type can't do without.
  public double required(String key) {
    return number(key)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "rope_type " + type() + " needs a number for " + key + ", but it is missing"));
  }

  /// A whole number the type can't do without.
  public int requiredLength(String key) {
    double value = required(key);
    if (value != Math.rint(value) || value < 1 || value > Integer.MAX_VALUE) {
      throw wrong(key, value, "a whole number of tokens from 1 to 2147483647");
    }
    return (int) value;
  }

  /// A number, or this default when absent, null or 0: Python's `x or default`.
  public double numberOr(String key, double otherwise) {
    return isTruthy(key) ? required(key) : otherwise;
  }

  /// A flag, or this default when it is not set.
  public boolean flag(String key, boolean otherwise) {
    return switch (values.get(key)) {
      case null -> otherwise;
      case Boolean flag -> flag;
      case Object other -> throw wrong(key, other, "true or false");
    };
  }

  /// A list of numbers the type can't do without.
  public double[] requiredNumbers(String key) {
    if (!(values.get(key) instanceof List<?> list)) {
      throw new IllegalArgumentException(
          "rope_type "
              + type()
              + " needs a list of numbers for "
              + key
              + ", but it is "
              + values.get(key));
    }
    double[] numbers = new double[list.size()];
    for (int i = 0; i < numbers.length; i++) {
      if (!(list.get(i) instanceof Number number)) {
        throw wrong(key, list, "a list of numbers");
      }
      numbers[i] = number.doubleValue();
    }
    return numbers;
  }

  /// A list of whole numbers the type can't do without.
  public int[] requiredIntegers(String key) {
    double[] numbers = requiredNumbers(key);
    int[] integers = new int[numbers.length];
    for (int i = 0; i < integers.length; i++) {
      if (numbers[i] != Math.rint(numbers[i])) {
        throw wrong(key, numbers[i], "whole numbers");
      }
      integers[i] = (int) numbers[i];
    }
    return integers;
  }

  static IllegalArgumentException unknownType(String engine, String type, List<String> known) {
    return new IllegalArgumentException(
        "rope_type \""
            + type
            + "\" is unknown to "
            + engine
            + "; it knows "
            + String.join(", ", known));
  }

  private static IllegalArgumentException wrong(String key, Object value, String allowed) {
    return new IllegalArgumentException(key + " must be " + allowed + ", but it is " + value);
  }
}
