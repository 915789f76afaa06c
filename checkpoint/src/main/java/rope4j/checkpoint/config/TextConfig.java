package rope4j.checkpoint.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.config.ModelClass.Conversion;
import rope4j.checkpoint.config.ModelClass.Pattern;
import rope4j.checkpoint.config.ModelClass.Unrotated;

/// The part of a `config.json` that describes the language model, with its class's defaults.
///
/// @param path where it stands in the file, the keys from the outside in; empty for the whole file
/// @param keys as they stand in the file
/// @param modelType `model_type`; empty when the file has none
/// @param modelClass what Transformers' class adds
record TextConfig(List<String> path, ConfigKeys keys, String modelType, ModelClass modelClass) {

  /// Layers of a model and channels of a head can't be more than this: numbers from a stranger that
  /// size lists.
  private static final int MAX_LAYERS = 10_000;

  private static final int MAX_CHANNELS = 65_536;

  /// `max_position_embeddings` and its names in GPT-2, MPT and ChatGLM.
  static final List<String> LENGTHS =
      List.of("max_position_embeddings", "n_positions", "max_seq_len", "seq_length");

  /// Objects inside multimodal configurations that hold the language model.
  private static final String[] INSIDE = {
    "text_config", "llm_config", "language_config", "thinker_config"
  };

  static TextConfig of(Map<String, @Nullable Object> file) {
    return of(file, List.of());
  }

  private static TextConfig of(Map<String, @Nullable Object> file, List<String> path) {
    ConfigKeys outer = new ConfigKeys(file);
    String outerType = outer.text("model_type").orElse("");
    for (String name : INSIDE) {
      Optional<Map<String, @Nullable Object>> inner = outer.object(name);
      // Old multimodal files have an empty or partial one beside the keys themselves.
      if (inner.isPresent() && !inner.get().isEmpty() && !outer.isSet("hidden_size")) {
        List<String> inside = Stream.concat(path.stream(), Stream.of(name)).toList();
        if (inner.get().containsKey("text_config")) {
          return of(inner.get(), inside);
        }
        ConfigKeys keys = new ConfigKeys(inner.get());
        String type = keys.text("model_type").orElse(outerType);
        return new TextConfig(inside, keys, type, ModelClasses.of(type));
      }
    }
    return new TextConfig(path, outer, outerType, ModelClasses.of(outerType));
  }

  /// The base where there is no `rope_theta`: DBRX keeps it with its attention, others have their
  /// class's.
  double innerBase() {
    return keys.values().get("attn_config") instanceof Map<?, ?> attention
        ? new ConfigKeys(ConfigKeys.asObject(attention))
            .number("rope_theta")
            .orElse(modelClass.base())
        : modelClass.base();
  }

  int maxPositionEmbeddings() {
    return declaredLength().orElse(modelClass.conversion() == Conversion.PHI3 ? 4096 : 2048);
  }

  /// The length the file declares, under any of its names.
  OptionalInt declaredLength() {
    for (String key : LENGTHS) {
      OptionalInt length = keys.count(key);
      if (length.isPresent()) {
        return length;
      }
    }
    return OptionalInt.empty();
  }

  /// Whether the configuration object has a top-level `original_max_position_embeddings` while its
  /// dictionary is standardised: a key that the class does not declare is only added afterwards.
  boolean hasOriginalLengthAttribute() {
    return modelClass.conversion() == Conversion.PHI3;
  }

  /// Channels of a head of these layers: those that rotate in DeepSeek's attention.
  ///
  /// @param layerType empty for a model whose layers are all alike
  int headDimension(String layerType) {
    if (modelClass.conversion() == Conversion.GEMMA4 && layerType.equals(RopeNormaliser.FULL)) {
      return limited(globalHeadDimension());
    }
    return limited(declaredHeadDimension().orElseGet(this::derivedHeadDimension));
  }

  /// Channels of a head that rotate in Transformers.
  int rotaryDimension(String ropeType, double partial, int head) {
    if (!(partial > 0 && partial <= 1)) {
      throw ConfigKeys.wrong("partial_rotary_factor", partial, "above 0 and at most 1");
    }
    boolean whole =
        ropeType.equals("proportional")
            || (ropeType.equals("default") && !modelClass.honoursPartial());
    return whole ? head : (int) (head * partial);
  }

  private static int limited(int head) {
    if (head > MAX_CHANNELS) {
      throw ConfigKeys.wrong("head_dim", head, "at most " + MAX_CHANNELS);
    }
    return head;
  }

  /// `head_dim` of these layers where the file or the class states it; empty where it is worked
  /// out.
  OptionalInt headDimensionAttribute(String layerType) {
    return modelClass.conversion() == Conversion.GEMMA4 && layerType.equals(RopeNormaliser.FULL)
        ? OptionalInt.of(limited(globalHeadDimension()))
        : declaredHeadDimension();
  }

  /// The attribute `head_dim` of Transformers' configuration object, if it has one.
  OptionalInt headDimensionAttribute() {
    OptionalInt declared = declaredHeadDimension();
    return declared.isPresent() || !modelClass.head().attribute()
        ? declared
        : OptionalInt.of(derivedHeadDimension());
  }

  private OptionalInt declaredHeadDimension() {
    OptionalInt declared =
        switch (modelClass.head().latent()) {
          case NONE -> keys.count("head_dim");
          case ROPE_PART -> keys.count("qk_rope_head_dim");
          case BOTH_PARTS ->
              keys.isSet("head_dim")
                  ? keys.count("head_dim")
                  : OptionalInt.of(rotatingPart() + standingPart());
        };
    return declared.isPresent() ? declared : modelClass.head().fixed();
  }

  /// Mistral 4's share of a head that rotates.
  double rotatingShare() {
    return (double) rotatingPart() / (rotatingPart() + standingPart());
  }

  private int rotatingPart() {
    return keys.count("qk_rope_head_dim").orElse(64);
  }

  private int standingPart() {
    return keys.count("qk_nope_head_dim").orElse(64);
  }

  private int derivedHeadDimension() {
    int hidden = first(FolderFacts.HIDDEN);
    int heads = first(FolderFacts.HEADS);
    if (hidden / heads < 1) {
      throw new CheckpointException(
          "hidden_size is "
              + hidden
              + " and num_attention_heads "
              + heads
              + ", which leaves no channel for a head");
    }
    return hidden / heads;
  }

  private int first(String[] spellings) {
    for (String key : spellings) {
      OptionalInt value = keys.count(key);
      if (value.isPresent()) {
        return value.getAsInt();
      }
    }
    throw new CheckpointException(
        "there is no " + spellings[0] + ", so this is not the config.json of a language model");
  }

  private int globalHeadDimension() {
    for (Object layer : perLayerConfig().values()) {
      if (layer instanceof Map<?, ?> map) {
        OptionalInt own = new ConfigKeys(ConfigKeys.asObject(map)).count("head_dim");
        if (own.isPresent()) {
          return own.getAsInt();
        }
      }
    }
    return keys.count("global_head_dim").orElse(512);
  }

  /// Gemma 4's deviations by layer index.
  Map<String, @Nullable Object> perLayerConfig() {
    Optional<Map<String, @Nullable Object>> given = keys.object("per_layer_config");
    if (given.isPresent() || modelClass.conversion() != Conversion.GEMMA4) {
      return given.orElse(Map.of());
    }
    Map<String, @Nullable Object> made = new LinkedHashMap<>();
    List<String> types = layerTypes();
    for (int i = 0; i < types.size(); i++) {
      if (types.get(i).equals(RopeNormaliser.FULL)) {
        Map<String, @Nullable Object> layer = new LinkedHashMap<>();
        layer.put("head_dim", (long) keys.count("global_head_dim").orElse(512));
        if (keys.isSet("num_global_key_value_heads")
            && ConfigKeys.isTruthy(keys.values().get("attention_k_eq_v"))) {
          layer.put("num_key_value_heads", keys.values().get("num_global_key_value_heads"));
        }
        made.put(String.valueOf(i), layer);
      }
    }
    return made;
  }

  /// The type of every layer; empty for a class whose layers are all alike.
  List<String> layerTypes() {
    Optional<List<String>> given = keys.texts("layer_types");
    if (given.isPresent()) {
      return lastIsFull(given.get());
    }
    Pattern pattern = modelClass.layers();
    if (pattern.kind() == Pattern.Kind.NONE) {
      return List.of();
    }
    int interval = interval(pattern);
    List<Integer> rotates = noRopeLayers().orElse(List.of());
    List<String> types = new ArrayList<>();
    for (int i = 0; i < layers(); i++) {
      boolean full =
          switch (pattern.kind()) {
            case SLIDING, LINEAR -> (i + 1) % interval == 0;
            case FULL_FIRST -> i % interval == 0;
            case CHUNKED -> i < rotates.size() && rotates.get(i) == 0;
            case ALL_SLIDING, HYBRID -> false;
            case NONE, FULL -> true;
          };
      types.add(full ? RopeNormaliser.FULL : other(pattern.kind()));
    }
    return lastIsFull(types);
  }

  private static String other(Pattern.Kind kind) {
    return switch (kind) {
      case CHUNKED -> "chunked_attention";
      case LINEAR -> "linear_attention";
      case HYBRID -> "hybrid";
      default -> RopeNormaliser.SLIDING;
    };
  }

  private int interval(Pattern pattern) {
    return switch (pattern.kind()) {
      // EXAONE 4 writes it as letters, "LLLG".
      case SLIDING ->
          keys.values().get("sliding_window_pattern") instanceof String letters
                  && !letters.isEmpty()
              ? letters.length()
              : keys.count("sliding_window_pattern").orElse(pattern.interval());
      case LINEAR -> keys.count("full_attention_interval").orElse(pattern.interval());
      case FULL_FIRST -> keys.count("global_attn_every_n_layers").orElse(pattern.interval());
      default -> pattern.interval();
    };
  }

  private List<String> lastIsFull(List<String> types) {
    List<String> copy = new ArrayList<>(types);
    if (modelClass.conversion() == Conversion.GEMMA4 && !copy.isEmpty()) {
      copy.set(copy.size() - 1, RopeNormaliser.FULL);
    }
    return copy;
  }

  /// The names a dictionary a layer type may use.
  Set<String> layerTypeNames() {
    if (modelClass.conversion() == Conversion.DEEPSEEK_V4) {
      return Set.of("main", "compress");
    }
    List<String> types = layerTypes();
    if (modelClass.conversion().takesLayerTypesOnly()) {
      Set<String> names = new HashSet<>(types);
      names.addAll(DefaultDictionaries.of(this).keySet());
      return names;
    }
    if (types.isEmpty() && !modelClass.known()) {
      return Set.of(RopeNormaliser.FULL, RopeNormaliser.SLIDING, "chunked_attention");
    }
    return Set.copyOf(types);
  }

  /// Which layers rotate (1) and which don't (0); empty for a class without such a list.
  Optional<List<Integer>> noRopeLayers() {
    if (modelClass.unrotated() != Unrotated.LISTED) {
      return keys.flags("no_rope_layers");
    }
    Optional<List<Integer>> given = keys.flags("no_rope_layers");
    if (given.isPresent() && !given.get().isEmpty()) {
      return given;
    }
    int interval = keys.count("no_rope_layer_interval").orElse(modelClass.layers().interval());
    List<Integer> rotates = new ArrayList<>();
    for (int i = 0; i < layers(); i++) {
      rotates.add((i + 1) % interval == 0 ? 0 : 1);
    }
    return Optional.of(rotates);
  }

  private int layers() {
    int layers = keys.count("num_hidden_layers").orElse(modelClass.layers().layers());
    if (layers > MAX_LAYERS) {
      throw ConfigKeys.wrong("num_hidden_layers", layers, "at most " + MAX_LAYERS);
    }
    return layers;
  }
}
