package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.json.JsonFile;
import rope4j.checkpoint.json.JsonWriter;
import rope4j.checkpoint.model.FolderCheckpoint;

/// One object of a `config.json`, or of what a launch puts over it: the language model's own keys,
/// or a dictionary that says how layers rotate.
///
/// @param source who says it
/// @param path its keys from the outside in; empty for the whole object
/// @param keys what is in it
/// @param around the object that a dictionary stands in; empty for the language model's own keys
record ConfigSection(
    Source source,
    List<String> path,
    Map<String, @Nullable Object> keys,
    Optional<ConfigSection> around) {

  /// Who says it.
  sealed interface Source {}

  /// A file.
  record InFile(JsonFile file) implements Source {}

  /// A launch, by a flag such as `--hf-overrides`; the flag is empty for an argument that has the
  /// key's own name.
  record OnLaunch(String flag) implements Source {}

  /// The names a dictionary of rotation has. A `rope_scaling` that holds anything takes the place
  /// of `rope_parameters`.
  static final List<String> DICTIONARIES = List.of("rope_scaling", "rope_parameters");

  static final String ORIGINAL = "original_max_position_embeddings";

  ConfigSection {
    path = List.copyOf(path);
  }

  /// The language model's own keys.
  static ConfigSection text(FolderCheckpoint folder) {
    List<String> path = folder.config().textPath();
    Object found =
        path.isEmpty()
            ? folder.configJson().root()
            : folder.configJson().get(path.toArray(String[]::new)).orElse(Map.of());
    return new ConfigSection(
        new InFile(folder.configJson()), path, object((Map<?, ?>) found), Optional.empty());
  }

  /// The language model's own keys; empty for GGUF.
  static Optional<ConfigSection> text(Subject subject) {
    return subject.folder().map(ConfigSection::text);
  }

  /// The file's dictionaries of rotation: one, or one a layer type.
  static List<ConfigSection> inFile(Subject subject) {
    return text(subject).map(ConfigSection::dictionaries).orElse(List.of());
  }

  /// The launch's dictionaries of rotation.
  static List<ConfigSection> launched(Subject subject) {
    List<ConfigSection> all =
        LaunchedRope.of(subject).map(LaunchedRope::overrides).orElse(List.of());
    return DICTIONARIES.stream()
        .map(name -> all.stream().filter(section -> section.path.getLast().equals(name)).toList())
        .filter(named -> !named.isEmpty())
        .findFirst()
        .orElse(List.of())
        .stream()
        .flatMap(section -> section.byLayerType().stream())
        .toList();
  }

  /// The dictionaries that hold: the launch's in place of the file's.
  static List<ConfigSection> inForce(Subject subject) {
    List<ConfigSection> launched = launched(subject);
    return launched.isEmpty() ? inFile(subject) : launched;
  }

  /// The dictionaries of rotation among these keys that the engines go by.
  List<ConfigSection> dictionaries() {
    List<ConfigSection> old = dictionaries(DICTIONARIES.getFirst());
    return old.isEmpty() ? dictionaries(DICTIONARIES.getLast()) : old;
  }

  /// The dictionaries of one name; none when it is empty.
  List<ConfigSection> dictionaries(String name) {
    return object(name)
        .filter(dictionary -> !dictionary.keys.isEmpty())
        .map(ConfigSection::byLayerType)
        .orElse(List.of());
  }

  /// The dictionaries inside this one, one a layer type, or this one.
  List<ConfigSection> byLayerType() {
    List<ConfigSection> parts =
        keys.keySet().stream()
            .flatMap(type -> object(type).stream())
            .map(part -> new ConfigSection(source, part.path, part.keys, around))
            .toList();
    return parts.isEmpty() ? List.of(this) : parts;
  }

  /// An object at a key.
  Optional<ConfigSection> object(String key) {
    return keys.get(key) instanceof Map<?, ?> map
        ? Optional.of(new ConfigSection(source, inside(key), object(map), Optional.of(this)))
        : Optional.empty();
  }

  @SuppressWarnings("unchecked")
  static Map<String, @Nullable Object> object(Map<?, ?> map) {
    return (Map<String, @Nullable Object>) map;
  }

  private List<String> inside(String key) {
    return Stream.concat(path.stream(), Stream.of(key)).toList();
  }

  /// Its name among the keys around it: `rope_scaling`, `rope_parameters.full_attention`.
  String name() {
    return String.join(
        ".", path.subList(around.map(outer -> outer.path.size()).orElse(0), path.size()));
  }

  /// Whose rotation a dictionary is; empty when it holds for all layers.
  Optional<String> layerType() {
    return around.isPresent() && path.size() > around.get().path.size() + 1
        ? Optional.of(path.getLast())
        : Optional.empty();
  }

  /// `rope_type`, or the older `type`; `default` when neither is given.
  String ropeType() {
    return text("rope_type").or(() -> text("type")).orElse("default");
  }

  /// The key [#ropeType] comes from.
  Evidence ropeTypeEvidence() {
    return evidence(text("rope_type").isEmpty() && text("type").isPresent() ? "type" : "rope_type");
  }

  /// Whether it names a scaling.
  boolean scales() {
    return !ropeType().equals("default") && !ropeType().equals("mrope");
  }

  OptionalDouble factor() {
    return number("factor");
  }

  /// The trained length, in the dictionary or beside it.
  OptionalDouble originalLength() {
    OptionalDouble own = number(ORIGINAL);
    return own.isPresent() || around.isEmpty() ? own : around.get().number(ORIGINAL);
  }

  /// The keys around a dictionary; the keys themselves where nothing is around them.
  ConfigSection outside() {
    return around.orElse(this);
  }

  /// Whether a launch says it.
  boolean launched() {
    return source instanceof OnLaunch;
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
    String[] whole = inside(key).toArray(String[]::new);
    return switch (source) {
      case InFile(JsonFile file) -> file.evidence(whole);
      case OnLaunch(String flag) -> {
        Object value = keys.get(key);
        yield Evidence.launch(
            onLaunch(flag, List.of(whole)),
            !keys.containsKey(key)
                ? "absent"
                : value instanceof String text ? text : JsonWriter.line(value));
      }
    };
  }

  /// Where it stands itself.
  Evidence evidence() {
    return switch (source) {
      case InFile(JsonFile file) -> file.evidence(path.toArray(String[]::new));
      case OnLaunch(String flag) -> Evidence.launch(onLaunch(flag, path), JsonWriter.line(keys));
    };
  }

  /// The flag and what it says it of; `--rope-scaling` is the name of the dictionary itself.
  private static String onLaunch(String flag, List<String> path) {
    List<String> rest = new ArrayList<>(path);
    if (flag.equals("--rope-scaling") && rest.getFirst().equals("rope_scaling")) {
      rest.removeFirst();
    }
    return (flag + " " + String.join(".", rest)).strip();
  }
}
