package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.json.JsonFile;

/// The language model's part of a `config.json`, as its keys stand there.
///
/// @param file the file
/// @param prefix the objects that part lies in, outermost first; empty for the file itself
record TextKeys(JsonFile file, List<String> prefix) {

  /// Objects of multimodal configurations that hold the language model.
  private static final List<String> INSIDE =
      List.of("text_config", "llm_config", "language_config", "thinker_config");

  /// The keys of a folder; empty for GGUF.
  static Optional<TextKeys> of(Subject subject) {
    return subject.folder().map(folder -> of(folder.configJson()));
  }

  private static TextKeys of(JsonFile file) {
    List<String> prefix = new ArrayList<>();
    TextKeys keys = new TextKeys(file, prefix);
    for (String name : INSIDE) {
      if (keys.object(name).filter(inner -> !inner.isEmpty()).isPresent()
          && !keys.has("hidden_size")) {
        prefix.add(name);
        if (keys.object("text_config").isPresent()) {
          prefix.add("text_config");
        }
        break;
      }
    }
    return new TextKeys(file, List.copyOf(prefix));
  }

  /// Whether the language model lies inside an object.
  boolean nested() {
    return !prefix.isEmpty();
  }

  /// The file's outermost keys.
  TextKeys outermost() {
    return new TextKeys(file, List.of());
  }

  /// Whether a key is there with a value other than null.
  boolean has(String... path) {
    return get(path).isPresent();
  }

  Optional<Object> get(String... path) {
    return file.get(full(path));
  }

  OptionalDouble number(String... path) {
    return get(path).orElse(null) instanceof Number number
        ? OptionalDouble.of(number.doubleValue())
        : OptionalDouble.empty();
  }

  @SuppressWarnings("unchecked")
  Optional<Map<String, @Nullable Object>> object(String... path) {
    return get(path).orElse(null) instanceof Map<?, ?> map
        ? Optional.of((Map<String, @Nullable Object>) map)
        : Optional.empty();
  }

  /// What stands at a key.
  Evidence evidence(String... path) {
    String[] full = full(path);
    return Evidence.file(
        file.name(),
        String.join(".", full),
        JsonText.shortened(file.get(full).orElse(null)),
        file.line(full));
  }

  private String[] full(String... path) {
    List<String> full = new ArrayList<>(prefix);
    full.addAll(List.of(path));
    return full.toArray(String[]::new);
  }

  /// The scaling objects the reader of an engine goes by, one a layer type where they are given so:
  /// `rope_scaling` when it holds anything, else `rope_parameters`.
  List<RopeBlock> blocks() {
    List<RopeBlock> old = blocks("rope_scaling");
    return old.isEmpty() ? blocks("rope_parameters") : old;
  }

  /// The scaling objects of one name.
  List<RopeBlock> blocks(String name) {
    Optional<Map<String, @Nullable Object>> given = object(name);
    if (given.isEmpty() || given.get().isEmpty()) {
      return List.of();
    }
    List<RopeBlock> blocks = new ArrayList<>();
    given
        .get()
        .forEach((key, value) -> {
          if (value instanceof Map<?, ?>) {
            blocks.add(new RopeBlock(this, List.of(name, key), object(name, key).orElse(Map.of())));
          }
        });
    return blocks.isEmpty()
        ? List.of(new RopeBlock(this, List.of(name), given.get()))
        : List.copyOf(blocks);
  }
}
