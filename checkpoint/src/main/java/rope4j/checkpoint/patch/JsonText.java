package rope4j.checkpoint.patch;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import rope4j.checkpoint.CheckpointException;

/// Where the keys and values of a JSON document stand in its text, so that one can be changed and
/// the rest left to the letter. Reads documents that [rope4j.checkpoint.config.HuggingFaceConfig]
/// has accepted.
final class JsonText {

  /// A value.
  ///
  /// @param start first character
  /// @param end behind the last one
  /// @param members of an object; empty for every other value
  record Value(int start, int end, Optional<SequencedMap<String, Member>> members) {

    Optional<Value> member(String key) {
      return members.map(all -> all.get(key)).map(Member::value);
    }
  }

  /// A key of an object with its value.
  ///
  /// @param start the key's opening quote
  record Member(int start, int keyEnd, Value value) {}

  private final String text;
  private int at;

  private JsonText(String text) {
    this.text = text;
  }

  /// The document.
  ///
  /// @throws CheckpointException when it is no JSON object
  static Value read(String text) {
    try {
      JsonText reader = new JsonText(text);
      reader.skipBlanks();
      return reader.value();
    } catch (StringIndexOutOfBoundsException e) {
      throw new CheckpointException("the file ends too soon", e);
    }
  }

  /// The value at the end of a path of keys.
  static Optional<Value> find(Value root, List<String> path) {
    Optional<Value> found = Optional.of(root);
    for (String key : path) {
      found = found.flatMap(value -> value.member(key));
    }
    return found;
  }

  private Value value() {
    int start = at;
    switch (text.charAt(at)) {
      case '{' -> {
        SequencedMap<String, Member> members = object();
        return new Value(start, at, Optional.of(members));
      }
      case '[' -> array();
      case '"' -> string();
      default -> {
        while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
          at++;
        }
      }
    }
    return new Value(start, at, Optional.empty());
  }

  private SequencedMap<String, Member> object() {
    Map<String, Member> members = new LinkedHashMap<>();
    at++;
    skipBlanks();
    while (text.charAt(at) != '}') {
      int start = at;
      String key = string();
      int keyEnd = at;
      skipBlanks();
      expect(':');
      skipBlanks();
      members.put(key, new Member(start, keyEnd, value()));
      skipBlanks();
      if (text.charAt(at) != '}') {
        expect(',');
        skipBlanks();
      }
    }
    at++;
    return (LinkedHashMap<String, Member>) members;
  }

  private void array() {
    at++;
    skipBlanks();
    while (text.charAt(at) != ']') {
      value();
      skipBlanks();
      if (text.charAt(at) != ']') {
        expect(',');
        skipBlanks();
      }
    }
    at++;
  }

  /// A text as it is written between its quotes; keys that matter here are never escaped.
  private String string() {
    expect('"');
    int start = at;
    while (text.charAt(at) != '"') {
      at += text.charAt(at) == '\\' ? 2 : 1;
    }
    return text.substring(start, at++);
  }

  private void skipBlanks() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private void expect(char c) {
    if (text.charAt(at) != c) {
      throw new CheckpointException("this is no JSON: " + c + " was expected at character " + at);
    }
    at++;
  }
}
