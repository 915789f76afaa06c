package rope4j.checkpoint.patch;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.patch.JsonText.Member;
import rope4j.checkpoint.patch.JsonText.Value;

/// Changes to a `config.json`, in this order. Everything else stays to the letter: the order of
/// keys, the spelling of numbers, indentation and line ends.
///
/// @param changes what to change
public record ConfigPatch(List<Change> changes) {

  /// Nothing is changed.
  public static final ConfigPatch NONE = new ConfigPatch(List.of());

  /// One change of the key at the end of a path, for example `text_config`, `rope_theta`.
  public sealed interface Change {
    List<String> path();
  }

  /// A key gets a value; a new key comes last in its object.
  ///
  /// @param value a JSON value: a string, a whole number ([Long]), another number ([Double]), a
  ///   [Boolean], a map of such values, or [Literal]
  public record Set(List<String> path, Object value) implements Change {
    public Set {
      path = List.copyOf(path);
    }
  }

  /// A key goes; without effect where it is not there.
  public record Remove(List<String> path) implements Change {
    public Remove {
      path = List.copyOf(path);
    }
  }

  /// JSON text to be written as it is.
  public record Literal(String json) {}

  public ConfigPatch {
    changes = List.copyOf(changes);
  }

  /// The same with one more change.
  public ConfigPatch with(Change change) {
    List<Change> more = new ArrayList<>(changes);
    more.add(change);
    return new ConfigPatch(more);
  }

  /// The changed document.
  ///
  /// @param original a JSON object in UTF-8
  /// @throws CheckpointException when it is none, or a path leads through something that is no
  ///   object
  public byte[] apply(byte[] original) {
    String text = new String(original, StandardCharsets.UTF_8);
    for (Change change : changes) {
      text =
          switch (change) {
            case Set(List<String> path, Object value) -> set(text, path, value);
            case Remove(List<String> path) -> remove(text, path);
          };
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String set(String text, List<String> path, Object value) {
    Value root = JsonText.read(text);
    Value parent =
        JsonText.find(root, path.subList(0, path.size() - 1))
            .orElseThrow(() -> new CheckpointException("there is no " + String.join(".", path)));
    SequencedMap<String, Member> members =
        parent
            .members()
            .orElseThrow(() ->
                new CheckpointException(
                    String.join(".", path) + " can't be set, as it is inside no object"));
    JsonStyle style = JsonStyle.of(text, root, path.size());
    Member old = members.get(path.getLast());
    if (old != null) {
      return text.substring(0, old.value().start())
          + style.write(value)
          + text.substring(old.value().end());
    }
    String member = style.write(path.getLast()) + style.colon() + style.write(value);
    if (members.isEmpty()) {
      return text.substring(0, parent.start())
          + style.braced(member)
          + text.substring(parent.end());
    }
    int end = members.lastEntry().getValue().value().end();
    return text.substring(0, end) + "," + style.separator() + member + text.substring(end);
  }

  private static String remove(String text, List<String> path) {
    Optional<SequencedMap<String, Member>> members =
        JsonText.find(JsonText.read(text), path.subList(0, path.size() - 1))
            .flatMap(Value::members);
    Member member = members.map(all -> all.get(path.getLast())).orElse(null);
    if (member == null) {
      return text;
    }
    int start = member.start();
    int end = member.value().end();
    List<Member> all = List.copyOf(members.orElseThrow().values());
    int index = all.indexOf(member);
    if (index > 0) {
      start = all.get(index - 1).value().end();
    } else if (all.size() > 1) {
      end = all.get(1).start();
    }
    return text.substring(0, start) + text.substring(end);
  }

  /// The value at a path as it is written; empty when it is not there.
  static Optional<String> literal(byte[] document, List<String> path) {
    String text = new String(document, StandardCharsets.UTF_8);
    return JsonText.find(JsonText.read(text), path)
        .map(value -> text.substring(value.start(), value.end()));
  }

  /// The members of the object at a path, as they are written; empty when there is no object.
  static Optional<Map<String, Object>> object(byte[] document, List<String> path) {
    String text = new String(document, StandardCharsets.UTF_8);
    return JsonText.find(JsonText.read(text), path)
        .flatMap(Value::members)
        .map(members -> {
          Map<String, Object> literals = new java.util.LinkedHashMap<>();
          members.forEach((key, member) ->
              literals.put(
                  key, new Literal(text.substring(member.value().start(), member.value().end()))));
          return literals;
        });
  }
}
