package rope4j.checkpoint.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Overrides of a configuration that is already built; the rules are told at
/// [HuggingFaceConfig#withOverrides].
final class ConfigOverrides {

  /// Two names of one attribute.
  private static final List<String> ROPE = List.of("rope_scaling", "rope_parameters");

  private static final String BASE = "rope_theta";

  private ConfigOverrides() {}

  static Map<String, @Nullable Object> apply(
      Map<String, @Nullable Object> file, Map<String, @Nullable Object> overrides) {
    Map<String, @Nullable Object> changed = new LinkedHashMap<>(file);
    boolean replaced = ROPE.stream().anyMatch(overrides::containsKey);
    if (replaced) {
      ROPE.forEach(changed::remove);
      changed.remove(BASE);
    }
    overrides.forEach((key, value) -> {
      if (ROPE.contains(key)) {
        ROPE.forEach(changed::remove);
        changed.put(key, value);
      } else if (file.get(key) instanceof Map<?, ?> inner
          && value instanceof Map<?, ?> update
          && key.endsWith("_config")) {
        changed.put(key, nested(ConfigKeys.asObject(inner), ConfigKeys.asObject(update)));
      } else if (replaced || !key.equals(BASE)) {
        changed.put(key, value);
      }
    });
    return changed;
  }

  private static Map<String, @Nullable Object> nested(
      Map<String, @Nullable Object> file, Map<String, @Nullable Object> overrides) {
    Map<String, @Nullable Object> changed = new LinkedHashMap<>(file);
    overrides.forEach((key, value) -> {
      String target = ROPE.contains(key) ? ropeKey(file) : key;
      if (changed.get(target) instanceof Map<?, ?> inner && value instanceof Map<?, ?> update) {
        changed.put(target, merged(ConfigKeys.asObject(inner), ConfigKeys.asObject(update)));
      } else if (!key.equals(BASE)) {
        changed.put(target, value);
      }
    });
    return changed;
  }

  /// The name under which the file has its dictionary.
  private static String ropeKey(Map<String, @Nullable Object> file) {
    return file.get("rope_scaling") instanceof Map ? "rope_scaling" : "rope_parameters";
  }

  private static Map<String, @Nullable Object> merged(
      Map<String, @Nullable Object> into, Map<String, @Nullable Object> update) {
    Map<String, @Nullable Object> changed = new LinkedHashMap<>(into);
    update.forEach((key, value) ->
        changed.put(
            key,
            changed.get(key) instanceof Map<?, ?> inner && value instanceof Map<?, ?> more
                ? merged(ConfigKeys.asObject(inner), ConfigKeys.asObject(more))
                : value));
    return changed;
  }
}
