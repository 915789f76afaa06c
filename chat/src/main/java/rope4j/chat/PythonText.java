package rope4j.chat;

import com.hubspot.jinjava.objects.SafeString;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Values as Python writes them: `True`, `None`, `['it\'s']`.
final class PythonText {

  private PythonText() {}

  /// Python's `str`; what is not defined is written as nothing, as Jinja2 does.
  static String of(@Nullable Object value) {
    return switch (value) {
      case null -> "";
      case String text -> text;
      case SafeString text -> text.toString();
      case Character letter -> letter.toString();
      default -> inside(value);
    };
  }

  /// Python's `repr`: what a value looks like within a list.
  private static String inside(@Nullable Object value) {
    return switch (value) {
      case null -> "Undefined";
      case Boolean truth -> truth ? "True" : "False";
      case String text -> quoted(text);
      case SafeString text -> quoted(text.toString());
      case Character letter -> quoted(letter.toString());
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry -> inside(entry.getKey()) + ": " + inside(entry.getValue()))
              .collect(Collectors.joining(", ", "{", "}"));
      case Map.Entry<?, ?> entry ->
          "(" + inside(entry.getKey()) + ", " + inside(entry.getValue()) + ")";
      case Collection<?> list ->
          list.stream().map(PythonText::inside).collect(Collectors.joining(", ", "[", "]"));
      default -> value.toString();
    };
  }

  private static String quoted(String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder quoted = new StringBuilder().append(quote);
    for (char c : text.toCharArray()) {
      switch (c) {
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        default -> quoted.append(c == quote ? "\\" : "").append(c);
      }
    }
    return quoted.append(quote).toString();
  }
}
