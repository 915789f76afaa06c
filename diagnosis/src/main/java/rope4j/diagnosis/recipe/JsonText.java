package rope4j.diagnosis.recipe;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/// Writes the values that a JSON document holds, the same every time.
///
/// A [Double] always has a point, because Transformers 4 takes a factor without one for wrong; no
/// number has an exponent.
final class JsonText {

  private JsonText() {}

  /// On one line, as an argument of a command.
  static String line(@Nullable Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        StringJoiner entries = new StringJoiner(", ", "{", "}");
        map.forEach((key, entry) -> entries.add(text(String.valueOf(key)) + ": " + line(entry)));
        yield entries.toString();
      }
      case List<?> list -> {
        StringJoiner entries = new StringJoiner(", ", "[", "]");
        list.forEach(entry -> entries.add(line(entry)));
        yield entries.toString();
      }
      case Double number -> number(number);
      case String word -> text(word);
      case null, default -> String.valueOf(value);
    };
  }

  /// An object with a line per key; lists stay on theirs.
  static String block(Map<String, ?> object) {
    return block(object, "");
  }

  private static String block(Map<?, ?> object, String indent) {
    String inner = indent + "  ";
    StringJoiner entries = new StringJoiner(",\n", "{\n", "\n" + indent + "}");
    object.forEach((key, value) ->
        entries.add(
            inner
                + text(String.valueOf(key))
                + ": "
                + (value instanceof Map<?, ?> map ? block(map, inner) : line(value))));
    return entries.toString();
  }

  /// The shortest decimal that is read back as the same number.
  private static String number(double value) {
    String digits = new BigDecimal(Double.toString(value)).toPlainString();
    return digits.contains(".") ? digits : digits + ".0";
  }

  private static String text(String word) {
    StringBuilder out = new StringBuilder("\"");
    word.chars()
        .forEach(c -> {
          if (c == '"' || c == '\\') {
            out.append('\\').append((char) c);
          } else if (c < 0x20) {
            out.append(String.format("\\u%04x", c));
          } else {
            out.append((char) c);
          }
        });
    return out.append('"').toString();
  }
}
