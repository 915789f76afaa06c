package rope4j.checkpoint.config;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// DeepSeek-V4's two dictionaries: `main` for plain layers and `compress` for those that attend to
/// compressed keys, which alone are scaled.
///
/// Source: Transformers `models/deepseek_v4/configuration_deepseek_v4.py`.
final class DeepSeekV4Dictionaries {

  private DeepSeekV4Dictionaries() {}

  /// @param parameters `rope_parameters` as the file has it
  /// @param scaling `rope_scaling` when it holds anything, else the same
  static Map<String, @Nullable Object> of(
      TextConfig config,
      Map<String, @Nullable Object> parameters,
      Map<String, @Nullable Object> scaling) {
    Map<String, @Nullable Object> both = new LinkedHashMap<>();
    if (parameters.get("main") instanceof Map<?, ?> main
        && parameters.get("compress") instanceof Map<?, ?> compress) {
      both.put("main", ConfigKeys.asObject(main));
      both.put("compress", ConfigKeys.asObject(compress));
      return both;
    }
    ConfigKeys keys = config.keys();
    ModelClass model = config.modelClass();
    double partial = partial(config);
    Map<String, @Nullable Object> main = new LinkedHashMap<>();
    main.put("rope_type", "default");
    main.put("rope_theta", keys.number("rope_theta").orElse(model.base()));
    main.put("partial_rotary_factor", partial);
    Map<String, @Nullable Object> compress = new LinkedHashMap<>(scaling);
    compress.remove("main");
    compress.remove("compress");
    compress.putIfAbsent("rope_type", compress.getOrDefault("type", "default"));
    compress.put(
        "rope_theta",
        keys.number("compress_rope_theta").orElse(model.localBase().orElse(model.base())));
    compress.put("partial_rotary_factor", partial);
    if (RopeNormaliser.type(compress).equals("yarn")) {
      // The model's own code does not scale cosine and sine.
      compress.putIfAbsent("attention_factor", 1.0);
    }
    both.put("main", main);
    both.put("compress", compress);
    return both;
  }

  private static double partial(TextConfig config) {
    ConfigKeys keys = config.keys();
    return keys.number("partial_rotary_factor")
        .orElseGet(() ->
            keys.isSet("qk_rope_head_dim")
                ? (double) keys.count("qk_rope_head_dim").orElseThrow() / config.headDimension("")
                : config.modelClass().partial().orElseThrow());
  }
}
