package rope4j.checkpoint.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.config.ModelClass.Conversion;

/// From the spellings of a `config.json` to `rope_parameters`, as the configuration classes of
/// Transformers do it when they are built.
///
/// Source: Transformers `modeling_rope_utils.py`, `RotaryEmbeddingConfigMixin`
/// (`convert_rope_params_to_dict`, `standardize_rope_params`), and the classes that override it.
final class RopeNormaliser {

  static final String FULL = "full_attention";
  static final String SLIDING = "sliding_attention";
  static final String ORIGINAL = "original_max_position_embeddings";

  /// Types whose original length is filled in.
  private static final Set<String> WITH_ORIGINAL = Set.of("llama3", "yarn", "longrope");

  private final TextConfig config;
  private final ConfigKeys keys;

  private RopeNormaliser(TextConfig config) {
    this.config = config;
    this.keys = config.keys();
  }

  /// The normalised and validated dictionary.
  ///
  /// @throws CheckpointException where Transformers refuses the configuration
  static NormalisedRope normalise(TextConfig config) {
    return new RopeNormaliser(config).normalise(false);
  }

  /// The same for readers that understand an old Phi-3 file: its type is renamed before the
  /// original length is filled in. Transformers does it afterwards and then misses the length.
  static NormalisedRope normaliseLeniently(TextConfig config) {
    return new RopeNormaliser(config).normalise(true);
  }

  private NormalisedRope normalise(boolean lenient) {
    Map<String, @Nullable Object> rope = converted();
    if (config.modelClass().conversion() == Conversion.PHI3 && lenient) {
      renamePhi3(rope, type(rope));
    }
    boolean nested = isNested(rope);
    if (nested) {
      if (!config.modelClass().conversion().takesLayerTypesOnly()) {
        standardiseNested(rope);
      }
    } else {
      standardiseFlat(rope);
    }
    switch (config.modelClass().conversion()) {
      case PHI3 -> renamePhi3(rope, type(rope));
      case MROPE -> {
        if (type(rope).equals("mrope")) {
          rope.put("rope_type", "default");
        }
      }
      default -> {}
    }
    List<ConfigWarning> warnings = new RopeValidator(config).validate(rope, nested);
    return new NormalisedRope(rope, nested, warnings);
  }

  private Map<String, @Nullable Object> converted() {
    return switch (config.modelClass().conversion()) {
      case MROPE -> withTheta("rope_theta", given());
      case PLAIN, PHIMOE, SECTIONS, INTERLEAVED_SECTIONS, MISTRAL3 ->
          withTheta("rope_theta", withPartial(given()));
      case MISTRAL4 -> withTheta("rope_theta", withPartial(mistral4(given())));
      case PHI3 -> {
        Map<String, @Nullable Object> rope = withTheta("rope_theta", withPartial(given()));
        rope.putIfAbsent("partial_rotary_factor", 1.0);
        yield rope;
      }
      case NEOX -> {
        Map<String, @Nullable Object> rope = withTheta("rotary_emb_base", given());
        rope.putIfAbsent(
            "partial_rotary_factor",
            keys.isSet("rotary_pct")
                ? keys.values().get("rotary_pct")
                : (Object) config.modelClass().partial().orElse(1));
        yield rope;
      }
      case XDROPE -> withTheta("rope_theta", withPartial(xdrope(given())));
      case ROTARY_DIM -> withTheta("rope_theta", rotaryDim(withPartial(given())));
      case GEMMA3 -> nested("rope_theta", "rope_local_base_freq", false);
      case MODERNBERT -> nested("global_rope_theta", "local_rope_theta", true);
      // The base is taken out of the file's keys by full attention: nothing is left for sliding.
      case OLMO3 -> nested("rope_theta", "", false);
      case GEMMA4, NESTED -> given("rope_parameters");
      case DEEPSEEK_V4 -> DeepSeekV4Dictionaries.of(config, given("rope_parameters"), given());
    };
  }

  /// `rope_scaling` when it holds anything, else `rope_parameters`.
  private Map<String, @Nullable Object> given() {
    Map<String, @Nullable Object> scaling = keys.object("rope_scaling").orElse(Map.of());
    return given(scaling.isEmpty() ? "rope_parameters" : "rope_scaling");
  }

  private Map<String, @Nullable Object> withTheta(String key, Map<String, @Nullable Object> rope) {
    Object theta = keys.isSet(key) ? keys.values().get(key) : (Object) config.innerBase();
    if (isNested(rope)) {
      each(rope, entry -> entry.putIfAbsent("rope_theta", theta));
    } else {
      rope.putIfAbsent("rope_theta", theta);
    }
    return rope;
  }

  private Map<String, @Nullable Object> withPartial(Map<String, @Nullable Object> rope) {
    Object partial = keys.values().get("partial_rotary_factor");
    if (partial == null && config.modelClass().partial().isPresent()) {
      partial = config.modelClass().partial().getAsDouble();
    }
    if (partial != null) {
      Object found = partial;
      if (isNested(rope)) {
        each(rope, entry -> entry.putIfAbsent("partial_rotary_factor", found));
      } else {
        rope.putIfAbsent("partial_rotary_factor", found);
      }
    }
    return rope;
  }

  private Map<String, @Nullable Object> rotaryDim(Map<String, @Nullable Object> rope) {
    if (keys.isSet("rotary_dim") && !keys.isSet("partial_rotary_factor")) {
      double share = (double) keys.count("rotary_dim").orElseThrow() / config.headDimension("");
      rope.putIfAbsent("partial_rotary_factor", share);
    }
    return rope;
  }

  private static Map<String, @Nullable Object> xdrope(Map<String, @Nullable Object> rope) {
    for (String key : new String[] {"type", "rope_type"}) {
      if ("xdrope".equals(rope.get(key))) {
        rope.put(key, "dynamic");
      }
    }
    if (rope.containsKey("xdrope_section")) {
      rope.put("mrope_section", rope.remove("xdrope_section"));
    }
    return rope;
  }

  /// `rope_scaling` replaces the dictionary after the class has put the partial factor into it.
  private Map<String, @Nullable Object> mistral4(Map<String, @Nullable Object> rope) {
    if (keys.object("rope_scaling").orElse(Map.of()).isEmpty()) {
      rope.putIfAbsent("partial_rotary_factor", config.rotatingShare());
    }
    return rope;
  }

  private Map<String, @Nullable Object> nested(
      String fullKey, String slidingKey, boolean scalingForBoth) {
    Map<String, @Nullable Object> rope = new LinkedHashMap<>();
    keys.object("rope_parameters").ifPresent(rope::putAll);
    if (!keys.isSet("rope_parameters")) {
      rope.put(SLIDING, null);
      rope.put(FULL, null);
    }
    Map<String, @Nullable Object> full = entry(rope, FULL);
    Map<String, @Nullable Object> sliding = entry(rope, SLIDING);
    Map<String, @Nullable Object> scaling = keys.object("rope_scaling").orElse(Map.of());
    full.putAll(scaling);
    if (scalingForBoth) {
      sliding.putAll(scaling);
    }
    ModelClass model = config.modelClass();
    full.putIfAbsent("rope_theta", keys.isSet(fullKey) ? keys.values().get(fullKey) : model.base());
    sliding.putIfAbsent(
        "rope_theta",
        keys.isSet(slidingKey)
            ? keys.values().get(slidingKey)
            : (Object) model.localBase().orElse(model.base()));
    return rope;
  }

  /// The dictionary of a layer type, made when it is missing or null.
  private static Map<String, @Nullable Object> entry(
      Map<String, @Nullable Object> rope, String layerType) {
    Map<String, @Nullable Object> entry = new LinkedHashMap<>();
    new ConfigKeys(rope)
        .object(layerType)
        .ifPresentOrElse(entry::putAll, () -> entry.put("rope_type", "default"));
    rope.put(layerType, entry);
    return entry;
  }

  private Map<String, @Nullable Object> given(String key) {
    Map<String, @Nullable Object> copy = new LinkedHashMap<>();
    keys.object(key)
        .orElseGet(() -> DefaultDictionaries.of(config))
        .forEach((name, value) ->
            copy.put(
                name,
                value instanceof Map<?, ?> map
                    ? new LinkedHashMap<>(ConfigKeys.asObject(map))
                    : value));
    return copy;
  }

  /// Whether every key is a layer type of this model.
  private boolean isNested(Map<String, @Nullable Object> rope) {
    return !rope.isEmpty() && config.layerTypeNames().containsAll(rope.keySet());
  }

  private void standardiseFlat(Map<String, @Nullable Object> rope) {
    rope.putIfAbsent("rope_type", rope.getOrDefault("type", "default"));
    rope.putIfAbsent("rope_theta", null);
    if (WITH_ORIGINAL.contains(type(rope))) {
      if (config.hasOriginalLengthAttribute()) {
        // Phi-3 declares it outside; there it wins.
        rope.put(ORIGINAL, keys.isSet(ORIGINAL) ? keys.values().get(ORIGINAL) : 4096L);
      } else {
        if (!rope.containsKey(ORIGINAL)) {
          rope.put(ORIGINAL, advertisedLength(type(rope)));
        }
      }
    }
  }

  private void standardiseNested(Map<String, @Nullable Object> rope) {
    for (String layerType : Set.copyOf(config.layerTypes())) {
      if (!rope.containsKey(layerType)) {
        throw new MissingKeyException(
            "rope_parameters has no entry for the layer type "
                + layerType
                + " of layer_types; add one, or null where such layers don't rotate");
      }
    }
    each(
        rope,
        entry -> {
          entry.putIfAbsent("rope_type", entry.getOrDefault("type", "default"));
          if (WITH_ORIGINAL.contains(type(entry))) {
            if (!entry.containsKey(ORIGINAL)) {
              entry.put(ORIGINAL, advertisedLength(type(entry)));
            }
          }
        });
  }

  private long advertisedLength(String type) {
    return config
        .declaredLength()
        .orElseThrow(() ->
            new MissingKeyException(
                "rope_type \""
                    + type
                    + "\" needs the length the model was trained on, but there is neither"
                    + " original_max_position_embeddings nor max_position_embeddings"));
  }

  private static void renamePhi3(Map<String, @Nullable Object> rope, String type) {
    if (type.equals("su") || type.equals("yarn")) {
      rope.put("rope_type", "longrope");
    }
  }

  /// The layer types that rotate.
  private static void each(
      Map<String, @Nullable Object> rope,
      java.util.function.Consumer<Map<String, @Nullable Object>> change) {
    for (String layerType : new ArrayList<>(rope.keySet())) {
      new ConfigKeys(rope)
          .object(layerType)
          .ifPresent(given -> {
            Map<String, @Nullable Object> entry = new LinkedHashMap<>(given);
            change.accept(entry);
            rope.put(layerType, entry);
          });
    }
  }

  static String type(Map<String, @Nullable Object> rope) {
    ConfigKeys keys = new ConfigKeys(rope);
    return keys.text("rope_type").or(() -> keys.text("type")).orElse("default");
  }
}
