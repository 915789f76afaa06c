package rope4j.checkpoint.json;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.file.StrangersFile;

/// A stranger's JSON object, with the line each of its keys stands on.
///
/// Paths are the keys from the outside in, for example `"text_config", "rope_scaling", "factor"`.
public final class JsonFile {

  private final String name;
  private final byte[] bytes;
  private final Map<String, @Nullable Object> root;

  private JsonFile(String name, byte[] bytes, Map<String, @Nullable Object> root) {
    this.name = name;
    this.bytes = bytes;
    this.root = root;
  }

  /// Reads a file.
  ///
  /// @param mostBytes the largest size it may have
  /// @throws CheckpointException when it can't be read, is larger, or is no JSON object; the
  ///   message begins with its path
  public static JsonFile read(Path file, int mostBytes) {
    Path fileName = file.getFileName();
    String name = fileName == null ? file.toString() : fileName.toString();
    byte[] bytes = StrangersFile.read(file, mostBytes, name);
    try {
      return new JsonFile(name, bytes, JsonReader.readObject(bytes));
    } catch (CheckpointException e) {
      throw new CheckpointException(file + ": " + e.getMessage(), e);
    }
  }

  /// A document that stands in no file: its keys have no lines.
  public static JsonFile of(String name, Map<String, @Nullable Object> root) {
    return new JsonFile(name, "{}".getBytes(StandardCharsets.UTF_8), root);
  }

  /// Reads a document.
  ///
  /// @param name what to call it, for example `config.json`
  /// @throws CheckpointException when it is no JSON object
  public static JsonFile parse(String name, byte[] bytes) {
    return new JsonFile(name, bytes.clone(), JsonReader.readObject(bytes));
  }

  /// What it is called, for example `config.json`.
  public String name() {
    return name;
  }

  /// The whole object: maps, lists, [String], [Long] or [java.math.BigInteger], [Double], [Boolean]
  /// and null, in the document's order; unmodifiable.
  public Map<String, @Nullable Object> root() {
    return root;
  }

  /// Whether a key is there, be it with null.
  public boolean has(String... path) {
    Object at = root;
    for (String key : path) {
      if (!(at instanceof Map<?, ?> map) || !map.containsKey(key)) {
        return false;
      }
      at = map.get(key);
    }
    return true;
  }

  /// The value at a path; empty when it is absent or null.
  public Optional<Object> get(String... path) {
    Object at = root;
    for (String key : path) {
      if (!(at instanceof Map<?, ?> map)) {
        return Optional.empty();
      }
      at = map.get(key);
    }
    return Optional.ofNullable(at);
  }

  /// What stands at a path: a text as it is, anything else as JSON; `absent` with the line of the
  /// object it would stand in where there is no such key.
  public Evidence evidence(String... path) {
    String key = String.join(".", path);
    if (!has(path)) {
      return Evidence.file(name, key, "absent", line(Arrays.copyOf(path, path.length - 1)));
    }
    Object value = get(path).orElse(null);
    return Evidence.file(
        name, key, value instanceof String text ? text : JsonWriter.line(value), line(path));
  }

  /// The line of the key a path ends with, from 1; empty when it is absent.
  ///
  /// The document is walked through anew: lines are asked for a few keys only, and keeping all of
  /// them would double what a large file costs.
  public OptionalInt line(String... path) {
    return JsonReader.line(bytes, path);
  }
}
