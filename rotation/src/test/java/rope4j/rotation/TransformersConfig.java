package rope4j.rotation;

import java.util.HashMap;
import java.util.Map;
import rope4j.rotation.dialect.RopeSettings;
import rope4j.rotation.dialect.TransformersDialect;
import tools.jackson.databind.JsonNode;

/// What the golden files' config.json objects say beyond their rope dictionary: the dimensions and
/// lengths a model class hands to the rope functions.
record TransformersConfig(JsonNode config, String layerType) {

  static TransformersConfig of(Goldens.Case golden) {
    JsonNode layerType = golden.node().path("layer_type");
    return new TransformersConfig(
        golden.get("config"), layerType.isString() ? layerType.asString() : "");
  }

  String modelType() {
    return config.path("model_type").asString();
  }

  int headDimension() {
    if (layerType.equals("full_attention") && config.hasNonNull("global_head_dim")) {
      return config.get("global_head_dim").asInt();
    }
    for (String key : new String[] {"qk_rope_head_dim", "head_dim"}) {
      if (config.hasNonNull(key)) {
        return config.get(key).asInt();
      }
    }
    return config.path("hidden_size").asInt(0)
        / Math.max(1, config.path("num_attention_heads").asInt(1));
  }

  int maxPositionEmbeddings() {
    return config.path("max_position_embeddings").asInt(2048);
  }

  /// The normalised dictionary, with the factor lists that the golden files leave in the config.
  RopeSettings settings(JsonNode ropeParameters) {
    Map<String, Object> all = new HashMap<>(Goldens.map(ropeParameters));
    for (String outer : new String[] {"rope_parameters", "rope_scaling"}) {
      JsonNode dictionary = config.path(outer);
      if (dictionary.has(layerType)) {
        dictionary = dictionary.get(layerType);
      }
      for (String key : new String[] {"short_factor", "long_factor"}) {
        if (dictionary.has(key)) {
          all.putIfAbsent(key, Goldens.map(dictionary).get(key));
        }
      }
    }
    return RopeSettings.of(all);
  }

  /// The base of a configuration that names none.
  double defaultBase() {
    return modelType().equals("phimoe") ? 1e6 : 10000;
  }

  /// DeepSeek's attention and what was made after it.
  boolean latentAttention() {
    return modelType().startsWith("deepseek") || config.hasNonNull("qk_rope_head_dim");
  }

  private boolean nested() {
    return !layerType.isEmpty() && config.path("rope_parameters").has(layerType);
  }

  Scaling scaling(RopeSettings settings, int head) {
    int length = maxPositionEmbeddings();
    if (latentAttention()) {
      return TransformersDialect.deepSeekScaling(settings, head, length);
    }
    return nested()
        ? TransformersDialect.nestedScaling(settings, head, length)
        : TransformersDialect.scaling(settings, head, length);
  }

  /// The rotary dimension. Whether a class of type "default" honours `partial_rotary_factor`, and
  /// which of its head sizes it means, is the class's own knowledge: read off the number of
  /// frequencies it has.
  int rotaryDimension(RopeSettings settings, int frequencies) {
    int head = headDimension();
    int partial = (int) (head * settings.number("partial_rotary_factor").orElse(1));
    if (!settings.type().equals("proportional") && frequencies == (partial + 1) / 2) {
      return partial;
    }
    return frequencies == (head + 1) / 2 ? head : 2 * frequencies;
  }
}
