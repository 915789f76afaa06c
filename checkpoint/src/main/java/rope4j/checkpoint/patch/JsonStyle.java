package rope4j.checkpoint.patch;

import java.util.Map;
import java.util.stream.Collectors;
import rope4j.checkpoint.json.JsonWriter;
import rope4j.checkpoint.patch.ConfigPatch.Literal;
import rope4j.checkpoint.patch.JsonText.Member;
import rope4j.checkpoint.patch.JsonText.Value;

/// How a document is laid out, taken from its first key: new values are written like the old ones.
///
/// @param lineEnd empty when everything stands on one line
/// @param indent what a level is indented by
/// @param colon between key and value, blanks included
/// @param depth objects around the value to be written
record JsonStyle(String lineEnd, String indent, String colon, int depth) {

  static JsonStyle of(String text, Value root, int depth) {
    Member first =
        root.members()
            .filter(members -> !members.isEmpty())
            .map(members -> members.firstEntry().getValue())
            .orElse(null);
    if (first == null) {
      return new JsonStyle("\n", "  ", ": ", depth);
    }
    String before = text.substring(root.start() + 1, first.start());
    int line = before.lastIndexOf('\n');
    String lineEnd = line < 0 ? "" : before.contains("\r\n") ? "\r\n" : "\n";
    String colon = text.substring(first.keyEnd(), first.value().start());
    return new JsonStyle(
        lineEnd,
        line < 0 ? "" : before.substring(line + 1),
        colon.strip().equals(":") && colon.indexOf('\n') < 0 ? colon : ": ",
        depth);
  }

  /// Between the comma and the next key.
  String separator() {
    return lineEnd.isEmpty() ? (colon.endsWith(" ") ? " " : "") : lineEnd + indent.repeat(depth);
  }

  /// A member as an object of its own.
  String braced(String member) {
    return lineEnd.isEmpty()
        ? "{" + member + "}"
        : "{" + separator() + member + lineEnd + indent.repeat(depth - 1) + "}";
  }

  String write(Object value) {
    return switch (value) {
      case Literal(String json) -> json;
      case Map<?, ?> map -> object(map);
      case String _, Long _, Double _, Boolean _ -> JsonWriter.line(value);
      default -> throw new IllegalArgumentException("not a JSON value: " + value);
    };
  }

  private String object(Map<?, ?> map) {
    JsonStyle inside = new JsonStyle(lineEnd, indent, colon, depth + 1);
    if (map.isEmpty()) {
      return "{}";
    }
    return inside.braced(
        map.entrySet().stream()
            .map(entry ->
                JsonWriter.quoted(String.valueOf(entry.getKey()))
                    + colon
                    + inside.write(entry.getValue()))
            .collect(Collectors.joining("," + inside.separator())));
  }
}
