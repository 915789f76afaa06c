package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.json.JsonFile;
import rope4j.checkpoint.model.FolderCheckpoint;
import rope4j.diagnosis.launch.Launch;

/// One object of a `config.json`, or of what a launch puts over it: the language model's own keys,
/// or a dictionary that says how layers rotate.
///
/// @param file the file; empty for a launch
/// @param path its keys from the outside in; empty for the whole object
/// @param keys what is in it
/// @param layerType whose rotation it is; empty when it holds for all layers
record ConfigSection(
    Optional<JsonFile> file,
    List<String> path,
    Map<String, @Nullable Object> keys,
    Optional<String> layerType) {

  /// Where a language model stands in a multimodal configuration, innermost first.
  private static final List<List<String>> LEVELS =
      List.of(
          List.of("thinker_config", "text_config"),
          List.of("text_config"),
          List.of("llm_config"),
          List.of("language_config"),
          List.of());

  private static final List<String> ROPE = List.of("rope_scaling", "rope_parameters");

  ConfigSection {
    path = List.copyOf(path);
  }

  /// The language model's own keys.
  static ConfigSection text(FolderCheckpoint folder) {
    return text(Optional.of(folder.configJson()), folder.configJson().root());
  }

  private static ConfigSection text(Optional<JsonFile> file, Map<String, @Nullable Object> root) {
    for (List<String> level : LEVELS) {
      Object at = at(root, level);
      if (at instanceof Map<?, ?> map && !map.isEmpty()) {
        return new ConfigSection(file, level, object(map), Optional.empty());
      }
    }
    return new ConfigSection(file, List.of(), root, Optional.empty());
  }

  /// The file's dictionaries of rotation: one, or one a layer type.
  static List<ConfigSection> ropeOf(FolderCheckpoint folder) {
    return rope(Optional.of(folder.configJson()), folder.configJson().root());
  }

  /// The launch's dictionaries of rotation.
  static List<ConfigSection> ropeOf(Launch launch) {
    return rope(Optional.empty(), launch.configOverrides());
  }

  /// The dictionaries that hold: the launch's in place of the file's.
  static List<ConfigSection> ropeOf(Subject subject) {
    List<ConfigSection> launched = subject.launch().map(ConfigSection::ropeOf).orElse(List.of());
    return launched.isEmpty()
        ? subject.folder().map(ConfigSection::ropeOf).orElse(List.of())
        : launched;
  }

  private static List<ConfigSection> rope(
      Optional<JsonFile> file, Map<String, @Nullable Object> root) {
    for (List<String> level : LEVELS) {
      for (String name : ROPE) {
        List<String> path = new ArrayList<>(level);
        path.add(name);
        if (at(root, path) instanceof Map<?, ?> map && !map.isEmpty()) {
          return split(new ConfigSection(file, path, object(map), Optional.empty()));
        }
      }
    }
    return List.of();
  }

  private static List<ConfigSection> split(ConfigSection section) {
    if (!section.keys.values().stream().allMatch(v -> v == null || v instanceof Map<?, ?>)) {
      return List.of(section);
    }
    List<ConfigSection> parts = new ArrayList<>();
    section.keys.forEach((type, value) -> {
      if (value instanceof Map<?, ?> map) {
        List<String> path = new ArrayList<>(section.path);
        path.add(type);
        parts.add(new ConfigSection(section.file, path, object(map), Optional.of(type)));
      }
    });
    return parts;
  }

  private static @Nullable Object at(Map<String, @Nullable Object> root, List<String> path) {
    Object at = root;
    for (String key : path) {
      if (!(at instanceof Map<?, ?> map)) {
        return null;
      }
      at = map.get(key);
    }
    return at;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, @Nullable Object> object(Map<?, ?> map) {
    return (Map<String, @Nullable Object>) map;
  }

  /// `rope_type`, or the older `type`; `default` when neither is given.
  String ropeType() {
    return text("rope_type").or(() -> text("type")).orElse("default");
  }

  /// The key [#ropeType] comes from.
  Evidence ropeTypeEvidence() {
    return evidence(has("rope_type") ? "rope_type" : "type");
  }

  /// Whether a launch says it.
  boolean launched() {
    return file.isEmpty();
  }

  /// Whether a key has a value other than null.
  boolean has(String key) {
    return keys.get(key) != null;
  }

  /// A value of any kind.
  Optional<Object> get(String key) {
    return Optional.ofNullable(keys.get(key));
  }

  /// A number; empty when it is absent or none.
  OptionalDouble number(String key) {
    return keys.get(key) instanceof Number number
        ? OptionalDouble.of(number.doubleValue())
        : OptionalDouble.empty();
  }

  /// A text; empty when it is absent or none.
  Optional<String> text(String key) {
    return keys.get(key) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  /// A list of numbers; empty when it is absent or holds anything else.
  List<Double> numbers(String key) {
    if (!(keys.get(key) instanceof List<?> list)
        || !list.stream().allMatch(Number.class::isInstance)) {
      return List.of();
    }
    return list.stream().map(value -> ((Number) value).doubleValue()).toList();
  }

  /// Where a key stands and what it says.
  Evidence evidence(String key) {
    List<String> whole = new ArrayList<>(path);
    whole.add(key);
    String value = keys.containsKey(key) ? String.valueOf(keys.get(key)) : "absent";
    String name = String.join(".", whole);
    if (file.isEmpty()) {
      return Evidence.launch(name, value);
    }
    OptionalInt line = file.get().line(whole.toArray(String[]::new));
    return Evidence.file(file.get().name(), name, value, line);
  }
}
