package rope4j.checkpoint.json;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/// Writes the values of [JsonFile] as JSON text, the same every time.
///
/// A [Double] always has a point, because Transformers 4 takes a factor without one for wrong.
public final class JsonWriter {

  /// Beyond these a number written out in full is harder to read than one with an exponent.
  private static final double LARGEST_PLAIN = 1e15;

  private static final double SMALLEST_PLAIN = 1e-15;

  private JsonWriter() {}

  /// A value on one line, as an argument of a command.
  ///
  /// @param value a map, a list, a text, a number, a [Boolean] or null
  public static String line(@Nullable Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        StringJoiner entries = new StringJoiner(", ", "{", "}");
        map.forEach((key, entry) -> entries.add(quoted(String.valueOf(key)) + ": " + line(entry)));
        yield entries.toString();
      }
      case List<?> list -> {
        StringJoiner entries = new StringJoiner(", ", "[", "]");
        list.forEach(entry -> entries.add(line(entry)));
        yield entries.toString();
      }
      case Double number -> number(number);
      case String text -> quoted(text);
      case null, default -> String.valueOf(value);
    };
  }

  /// An object with a line per key; lists stay on theirs.
  public static String block(Map<String, ?> object) {
    return block(object, "");
  }

  private static String block(Map<?, ?> object, String indent) {
    String inner = indent + "  ";
    StringJoiner entries = new StringJoiner(",\n", "{\n", "\n" + indent + "}");
    object.forEach((key, value) ->
        entries.add(
            inner
                + quoted(String.valueOf(key))
                + ": "
                + (value instanceof Map<?, ?> map ? block(map, inner) : line(value))));
    return entries.toString();
  }

  /// The shortest decimal that is read back as the same number, with a point: `10000000.0`.
  public static String number(double value) {
    double size = Math.abs(value);
    if (!Double.isFinite(value) || size >= LARGEST_PLAIN || (size < SMALLEST_PLAIN && size > 0)) {
      return String.valueOf(value);
    }
    String digits = BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    return digits.contains(".") ? digits : digits + ".0";
  }

  /// A text between double quotes. Control characters are escaped: a stranger's text may end up on
  /// a terminal.
  public static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (Character.isISOControl(c)) {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }
}
