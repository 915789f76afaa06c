package rope4j.checkpoint.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;

/// llama.cpp's flags as keys of a rope dictionary, so that another engine can be asked the same
/// question.
final class FlagKeys {

  private FlagKeys() {}

  static Map<String, @Nullable Object> apply(
      Map<String, @Nullable Object> dictionary, RopeOverrides overrides, TextConfig config) {
    if (overrides.equals(RopeOverrides.NONE)) {
      return dictionary;
    }
    Map<String, @Nullable Object> changed = new LinkedHashMap<>(dictionary);
    overrides.scalingType().ifPresent(type -> setType(changed, type));
    if (overrides.frequencyScale().isPresent()) {
      changed.put("factor", 1 / overrides.frequencyScale().getAsDouble());
      if (RopeNormaliser.type(changed).equals("default") && overrides.scalingType().isEmpty()) {
        setType(changed, RopeScalingType.LINEAR);
      }
    }
    put(changed, "rope_theta", overrides.frequencyBase());
    put(changed, "extrapolation_factor", overrides.yarnExtFactor());
    put(changed, "attention_factor", overrides.yarnAttnFactor());
    put(changed, "beta_fast", overrides.yarnBetaFast());
    put(changed, "beta_slow", overrides.yarnBetaSlow());
    if (overrides.yarnOriginalContext().isPresent()) {
      changed.put(RopeNormaliser.ORIGINAL, (long) overrides.yarnOriginalContext().getAsInt());
    }
    if (RopeNormaliser.type(changed).equals("yarn")) {
      changed.putIfAbsent(RopeNormaliser.ORIGINAL, (long) config.maxPositionEmbeddings());
    }
    return changed;
  }

  private static void setType(Map<String, @Nullable Object> dictionary, RopeScalingType type) {
    dictionary.remove("type");
    dictionary.put("rope_type", type == RopeScalingType.NONE ? "default" : type.label());
    if (type == RopeScalingType.LINEAR || type == RopeScalingType.YARN) {
      dictionary.putIfAbsent("factor", 1.0);
    }
  }

  private static void put(
      Map<String, @Nullable Object> dictionary, String key, OptionalDouble value) {
    if (value.isPresent()) {
      dictionary.put(key, value.getAsDouble());
    }
  }
}
