package rope4j.chat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Python's `json.dumps`.
///
/// @param indent blanks of a level; empty for a value on one line
/// @param between items
/// @param afterKey between a key and its value
/// @param ascii whether other letters are escaped
/// @param sorted whether keys are sorted
record PythonJson(
    Optional<String> indent, String between, String afterKey, boolean ascii, boolean sorted) {

  /// From the smallest of these to the largest Python writes a number without an exponent.
  private static final double SMALLEST_PLAIN = 1e-4;

  private static final double LARGEST_PLAIN = 1e16;

  String write(@Nullable Object value) {
    StringBuilder out = new StringBuilder();
    write(value, "\n", out);
    return out.toString();
  }

  private void write(@Nullable Object value, String line, StringBuilder out) {
    switch (value) {
      case null ->
          throw new TemplateException("the chat template writes an undefined value as JSON");
      case None _ -> out.append("null");
      case Map<?, ?> map -> {
        List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
        if (sorted) {
          entries.sort(Comparator.comparing(entry -> String.valueOf(entry.getKey())));
        }
        write('{', entries, '}', line, out);
      }
      case Collection<?> list -> write('[', list, ']', line, out);
      case Double number -> out.append(number(number));
      case Number number -> out.append(number);
      case Boolean truth -> out.append(truth);
      default -> quote(value.toString(), out);
    }
  }

  private void write(char open, Collection<?> items, char close, String line, StringBuilder out) {
    out.append(open);
    String inner = line + indent.orElse("");
    String before = "";
    for (Object item : items) {
      out.append(before).append(indent.isPresent() ? inner : "");
      Object value = item;
      if (open == '{' && item instanceof Map.Entry<?, ?> entry) {
        quote(String.valueOf(entry.getKey()), out);
        out.append(afterKey);
        value = entry.getValue();
      }
      write(value, inner, out);
      before = between;
    }
    if (indent.isPresent() && !items.isEmpty()) {
      out.append(line);
    }
    out.append(close);
  }

  private static String number(double value) {
    double size = Math.abs(value);
    if (!Double.isFinite(value)) {
      return Double.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
    }
    if (size != 0 && (size < SMALLEST_PLAIN || size >= LARGEST_PLAIN)) {
      String[] parts = Double.toString(value).split("E");
      int exponent = Integer.parseInt(parts[1]);
      return "%se%s%02d"
          .formatted(
              parts[0].endsWith(".0") ? parts[0].substring(0, parts[0].length() - 2) : parts[0],
              exponent < 0 ? "-" : "+",
              Math.abs(exponent));
    }
    String digits = BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    return digits.contains(".") ? digits : digits + ".0";
  }

  private void quote(String text, StringBuilder out) {
    out.append('"');
    for (char c : text.toCharArray()) {
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < ' ' || ascii && c > '~') {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
