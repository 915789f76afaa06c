package rope4j.inference.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.CheckpointException;

/// An object in a tokenizer.json, and where it stands.
///
/// @param path the keys that lead to it, for example `model` or `normalizer.normalizers[0]`
record JsonPart(String path, Map<?, ?> values) {

  /// The part's `type`; older files leave it out of some.
  String type() {
    return text("type").orElse("");
  }

  Optional<JsonPart> part(String key) {
    return switch (value(key)) {
      case null -> Optional.empty();
      case Map<?, ?> map -> Optional.of(new JsonPart(at(key), map));
      case Object _ -> throw wrong(key, "an object");
    };
  }

  /// The objects of a list; empty when it is absent.
  List<JsonPart> parts(String key) {
    List<JsonPart> parts = new ArrayList<>();
    for (Object element : list(key)) {
      if (!(element instanceof Map<?, ?> map)) {
        throw wrong(key, "a list of objects");
      }
      parts.add(new JsonPart(at(key) + "[" + parts.size() + "]", map));
    }
    return parts;
  }

  /// A list; empty when it is absent.
  List<?> list(String key) {
    return switch (value(key)) {
      case null -> List.of();
      case List<?> list -> list;
      case Object _ -> throw wrong(key, "a list");
    };
  }

  Optional<String> text(String key) {
    return switch (value(key)) {
      case null -> Optional.empty();
      case String text -> Optional.of(text);
      case Object _ -> throw wrong(key, "a text");
    };
  }

  boolean bool(String key, boolean otherwise) {
    return switch (value(key)) {
      case null -> otherwise;
      case Boolean bool -> bool;
      case Object _ -> throw wrong(key, "true or false");
    };
  }

  OptionalInt count(String key) {
    Object value = value(key);
    return value == null ? OptionalInt.empty() : OptionalInt.of(count(value, key));
  }

  /// A number that is a size or an id.
  int count(@Nullable Object value, String key) {
    if (value instanceof Long number && number >= 0 && number <= Integer.MAX_VALUE) {
      return number.intValue();
    }
    throw wrong(key, "a whole number from 0 on");
  }

  /// The sentence for a part that this reader does not know.
  CheckpointException unsupported(String what) {
    return new CheckpointException(
        path + ": " + what + " is not supported: convert the model to GGUF, or give token ids");
  }

  CheckpointException wrong(String key, String expected) {
    return new CheckpointException(
        at(key) + ": " + expected + " was expected: save the tokenizer again");
  }

  private @Nullable Object value(String key) {
    return values.get(key);
  }

  private String at(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
