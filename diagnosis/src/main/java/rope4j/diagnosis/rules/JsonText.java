package rope4j.diagnosis.rules;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Values as they would stand in JSON, for evidence and for text to paste.
final class JsonText {

  private static final int SHORT = 60;

  private JsonText() {}

  /// A value in one line.
  static String of(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case String text -> quoted(text);
      case Number number -> number(number);
      case List<?> list ->
          list.stream().map(JsonText::of).collect(Collectors.joining(", ", "[", "]"));
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry -> quoted(String.valueOf(entry.getKey())) + ": " + of(entry.getValue()))
              .collect(Collectors.joining(", ", "{", "}"));
      default -> String.valueOf(value);
    };
  }

  /// A value inside objects, the outermost key first.
  static String nested(List<String> path, Object value) {
    StringBuilder text = new StringBuilder();
    path.forEach(key -> text.append('{').append(quoted(key)).append(": "));
    return text + of(value) + "}".repeat(path.size());
  }

  /// The same, cut where it is long: file content of a stranger.
  static String shortened(@Nullable Object value) {
    String text = of(value);
    return text.length() <= SHORT ? text : text.substring(0, SHORT - 1) + "…";
  }

  /// A number without an exponent or trailing zeros: `1000000`, `0.707`.
  static String number(double value) {
    if (!Double.isFinite(value)) {
      return String.valueOf(value);
    }
    if (Math.abs(value) >= 1e15) {
      return String.valueOf(value);
    }
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  /// A real number keeps its point: some readers take `4.0` but not `4`.
  private static String number(Number number) {
    if (!(number instanceof Double)) {
      return number.toString();
    }
    String text = number(number.doubleValue());
    return text.matches("-?[0-9]+") ? text + ".0" : text;
  }

  private static String quoted(String text) {
    return '"'
        + text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\p{Cntrl}", "?")
        + '"';
  }
}
