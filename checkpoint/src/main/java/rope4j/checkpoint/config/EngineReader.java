package rope4j.checkpoint.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeOverrides;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.SoftmaxScaled;
import rope4j.rotation.dialect.RopeSettings;
import rope4j.rotation.dialect.VllmDialect;
import rope4j.rotation.dialect.VllmRope;

/// A configuration in each engine's reading.
final class EngineReader {

  private final HuggingFaceConfig config;
  private final TextConfig text;
  private final OptionalInt contextLength;
  private final RopeOverrides overrides;
  private final List<String> warnings = new ArrayList<>();

  private EngineReader(
      HuggingFaceConfig config, OptionalInt contextLength, RopeOverrides overrides) {
    this.config = config;
    this.text = config.text();
    this.contextLength = contextLength;
    this.overrides = overrides;
  }

  /// The reading, without a comparison to other engines.
  static RopeReading read(
      HuggingFaceConfig config,
      Dialect dialect,
      OptionalInt contextLength,
      RopeOverrides overrides) {
    try {
      if (!config.rotates()) {
        throw new CheckpointException(
            "model_type \""
                + config.modelType()
                + "\" knows positions without a rotation, so it has no frequencies and no scaling of"
                + " them");
      }
      EngineReader reader = new EngineReader(config, contextLength, overrides);
      return switch (dialect) {
        case TRANSFORMERS -> reader.normalised(RopeNormaliser.normalise(config.text()), dialect);
        case VLLM -> reader.normalised(RopeNormaliser.normalise(config.text()), dialect);
        case PAPER -> reader.normalised(RopeNormaliser.normaliseLeniently(config.text()), dialect);
        case LLAMA_CPP -> reader.llamaCpp();
      };
    } catch (IllegalArgumentException | ArithmeticException e) {
      // Arithmetic: lengths whose multiples are beyond an int.
      throw new CheckpointException(config.source() + ": " + e.getMessage(), e);
    } catch (CheckpointException e) {
      String message = String.valueOf(e.getMessage());
      throw new CheckpointException(
          message.startsWith(config.source() + ":") ? message : config.source() + ": " + message,
          e);
    }
  }

  private RopeReading normalised(NormalisedRope rope, Dialect dialect) {
    rope.warnings().forEach(warning -> warnings.add(warning.message()));
    describeModel();
    Map<String, Map<String, @Nullable Object>> dictionaries = dictionaries(rope);
    int length = contextLength.orElseGet(() -> defaultLength(dialect, dictionaries));
    List<LayerRope> layers = new ArrayList<>();
    for (Map.Entry<String, Map<String, @Nullable Object>> entry : dictionaries.entrySet()) {
      layers.add(layer(entry.getKey(), entry.getValue(), rope.nested(), dialect, length));
    }
    if (layers.isEmpty()) {
      throw new CheckpointException(
          "rope_parameters has no entry that rotates, so there are no frequencies");
    }
    return new RopeReading(dialect, length, layers, warnings);
  }

  /// Flags reach full attention only, as in llama.cpp.
  private LayerRope layer(
      String layerType,
      Map<String, @Nullable Object> dictionary,
      boolean nested,
      Dialect dialect,
      int length) {
    Map<String, @Nullable Object> flagged = dictionary;
    if (layerType.isEmpty() || layerType.equals(RopeNormaliser.FULL)) {
      flagged = FlagKeys.apply(dictionary, overrides, text);
    }
    return dialect == Dialect.VLLM
        ? vllm(layerType, flagged, length)
        : new TransformersReader(text, dialect, layerType, flagged, nested).read(length, warnings);
  }

  private void describeModel() {
    if (!text.modelClass().known()) {
      warnings.add(
          "model_type \""
              + text.modelType()
              + "\" is not known here; it is read as an ordinary decoder with half pairing");
    }
    if (text.declaredLength().isEmpty()) {
      warnings.add(
          "there is no max_position_embeddings; " + text.maxPositionEmbeddings() + " is assumed");
    }
    switch (text.modelClass().unrotated()) {
      case FULL_ATTENTION -> {
        if (text.layerTypes().contains(RopeNormaliser.SLIDING)) {
          warnings.add("full_attention layers of " + text.modelType() + " do not rotate (NoPE)");
        }
      }
      case LISTED -> {
        long standing =
            text.noRopeLayers().orElse(List.of()).stream().filter(rotates -> rotates == 0).count();
        if (standing > 0) {
          warnings.add(standing + " layers do not rotate (no_rope_layers is 0 there)");
        }
      }
      case NONE -> {}
    }
  }

  /// The dictionaries by layer type, in the order of the layers; one without a name where all are
  /// alike.
  private Map<String, Map<String, @Nullable Object>> dictionaries(NormalisedRope rope) {
    Map<String, Map<String, @Nullable Object>> found = new LinkedHashMap<>();
    boolean perType =
        rope.nested()
            || (text.modelClass().conversion().perLayerType()
                && rope.of(RopeNormaliser.FULL).isPresent());
    if (!perType) {
      found.put("", topLevelOriginalLength(rope.ropeParameters()));
      return found;
    }
    LinkedHashSet<String> types = new LinkedHashSet<>(text.layerTypes());
    types.addAll(rope.ropeParameters().keySet());
    for (String type : types) {
      Object entry = rope.ropeParameters().get(type);
      if (entry instanceof Map<?, ?> map) {
        found.put(type, ConfigKeys.asObject(map));
      } else if (rope.nested()) {
        warnings.add(type + " layers do not rotate (their rope_parameters are null)");
      }
    }
    return found;
  }

  /// Transformers standardises once more when a configuration is saved or handed on; then a
  /// top-level original length overrules the dictionary in every class.
  private Map<String, @Nullable Object> topLevelOriginalLength(
      Map<String, @Nullable Object> dictionary) {
    Object outer = text.keys().values().get(RopeNormaliser.ORIGINAL);
    Object inner = dictionary.get(RopeNormaliser.ORIGINAL);
    if (!(outer instanceof Number a) || !(inner instanceof Number b)) {
      return dictionary;
    }
    String type = RopeNormaliser.type(dictionary);
    if (a.doubleValue() == b.doubleValue()
        || !List.of("yarn", "llama3", "longrope").contains(type)) {
      return dictionary;
    }
    warnings.add(
        "original_max_position_embeddings is "
            + a
            + " at the top and "
            + b
            + " in the rope dictionary; the one at the top is used");
    Map<String, @Nullable Object> changed = new LinkedHashMap<>(dictionary);
    changed.put(RopeNormaliser.ORIGINAL, outer);
    return changed;
  }

  /// What the engine runs with unasked: Transformers starts with the frequencies of a short prompt;
  /// vLLM derives `max_model_len`.
  private int defaultLength(
      Dialect dialect, Map<String, Map<String, @Nullable Object>> dictionaries) {
    Map<String, @Nullable Object> dictionary =
        dictionaries.getOrDefault(
            RopeNormaliser.FULL, dictionaries.values().stream().findFirst().orElse(Map.of()));
    ConfigKeys keys = new ConfigKeys(dictionary);
    String type = RopeNormaliser.type(dictionary);
    if (type.equals("longrope")) {
      return keys.count(RopeNormaliser.ORIGINAL).orElse(text.maxPositionEmbeddings());
    }
    int length = text.maxPositionEmbeddings();
    if (dialect != Dialect.VLLM
        || List.of("default", "llama3").contains(type)
        || text.modelClass().name().startsWith("gemma3")) {
      return length;
    }
    int unscaled =
        type.equals("yarn") ? keys.count(RopeNormaliser.ORIGINAL).orElse(length) : length;
    double derived = unscaled * keys.number("factor").orElse(1);
    return derived >= 1 && derived <= Integer.MAX_VALUE ? (int) derived : length;
  }

  private LayerRope vllm(String layerType, Map<String, @Nullable Object> dictionary, int length) {
    Map<String, @Nullable Object> given = new HashMap<>(dictionary);
    checkSections(given, text.headDimension(layerType));
    boolean deepSeek =
        text.modelClass().deepSeek() && !RopeNormaliser.type(given).equals("default");
    if (deepSeek) {
      // The model code does so after vLLM has checked that both names of the type agree.
      given.remove("type");
      given.put("rope_type", "deepseek_yarn");
    }
    RopeSettings settings = RopeSettings.of(given);
    VllmRope rope =
        VllmDialect.rope(
            settings,
            text.headDimension(layerType),
            text.maxPositionEmbeddings(),
            text.modelClass().pairing(),
            length);
    RopeParameters parameters = rope.parameters();
    if (deepSeek) {
      double multiplier = VllmDialect.deepSeekSoftmaxScaleMultiplier(settings);
      if (multiplier != 1) {
        parameters = parameters.withScaling(new SoftmaxScaled(parameters.scaling(), multiplier));
      }
    }
    RopeParameters trained =
        new RopeParameters(
            parameters.headDimension(),
            parameters.rotaryDimension(),
            parameters.base(),
            new ConfigKeys(dictionary)
                .count(RopeNormaliser.ORIGINAL)
                .orElse(parameters.trainedLength()),
            parameters.pairing(),
            parameters.scaling());
    return LayerRope.of(
        named(layerType), RopeNormaliser.type(dictionary), trained, rope.contextLength());
  }

  /// Sections size arrays, so no entry may be larger than the head it divides.
  private static void checkSections(Map<String, @Nullable Object> dictionary, int head) {
    for (String key : new String[] {"mrope_section", "xdrope_section"}) {
      if (dictionary.get(key) instanceof List<?> sections
          && !sections.stream()
              .allMatch(entry ->
                  entry instanceof Long n && n >= 0 && n <= head && sections.size() <= head)) {
        throw ConfigKeys.wrong(key, sections, "a list of whole numbers from 0 to " + head);
      }
    }
  }

  private RopeReading llamaCpp() {
    describeModel();
    ModelDescription model = ConvertedModel.of(text, config.name());
    RopeReading reading = RopeReading.of(model, contextLength, overrides);
    warnings.addAll(reading.warnings());
    return new RopeReading(Dialect.LLAMA_CPP, reading.contextLength(), reading.layers(), warnings);
  }

  static Optional<String> named(String layerType) {
    return layerType.isEmpty() ? Optional.empty() : Optional.of(layerType);
  }
}
