package rope4j.diagnosis.recipe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.config.ConfigRope;
import rope4j.diagnosis.text.NestedKeys;

/// A rotation as keys of a `config.json`, in the spellings of Transformers 4 and 5.
///
/// A dictionary that replaces another takes along what would be lost with it: the base, the share
/// of a head that rotates, the sections of a model with several axes, and the layers that are not
/// to be scaled.
final class ConfigBlock {

  private static final String ORIGINAL = "original_max_position_embeddings";
  private static final String LENGTH = "max_position_embeddings";
  private static final String PARTIAL = "partial_rotary_factor";
  private static final String SLIDING = "sliding_attention";

  /// Keys that are about the model, not about its scaling.
  private static final List<String> CARRIED =
      List.of(PARTIAL, "mrope_section", "mrope_interleaved", "xdrope_section");

  private final Request request;
  private final ConfigRope rope;

  ConfigBlock(Request request, ConfigRope rope) {
    this.request = request;
    this.rope = rope;
  }

  /// The keys as a version-5 `config.json` has them.
  Map<String, @Nullable Object> version5File() {
    Map<String, @Nullable Object> keys = version5();
    if (!rope.perLayerType() && rope.spelling().baseKey().equals("rope_theta")) {
      // For readers that know only the older place.
      keys.put("rope_theta", scaled(rope.parameters()).get("rope_theta"));
    }
    if (rope.spelling().keys().contains("rope_scaling")) {
      // It would win over rope_parameters.
      keys.put("rope_scaling", null);
    }
    return NestedKeys.inside(rope.spelling().inside(), keys);
  }

  /// The keys as a version-4 `config.json` has them.
  Map<String, @Nullable Object> version4File() {
    return NestedKeys.inside(rope.spelling().inside(), version4());
  }

  /// What overrides a configuration that Transformers 5 has loaded.
  Map<String, @Nullable Object> version5Override() {
    return NestedKeys.inside(rope.spelling().insideLoaded(), version5());
  }

  /// What overrides a configuration that Transformers 4 has loaded.
  Map<String, @Nullable Object> version4Override() {
    return NestedKeys.inside(rope.spelling().insideLoaded(), version4());
  }

  private Map<String, @Nullable Object> version5() {
    Map<String, @Nullable Object> keys = lengths();
    keys.put("rope_parameters", parameters());
    return keys;
  }

  private Map<String, @Nullable Object> parameters() {
    if (!rope.perLayerType()) {
      return scaled(rope.parameters());
    }
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    rope.parameters()
        .forEach((type, own) ->
            all.put(
                type,
                own instanceof Map<?, ?> && type.equals(RecipeModel.FULL)
                    ? scaled(entry(rope, type))
                    : own));
    return all;
  }

  private Map<String, @Nullable Object> version4() {
    Map<String, @Nullable Object> keys = lengths();
    ConfigRope.Spelling spelling = rope.spelling();
    Map<String, @Nullable Object> dictionary =
        scaled(rope.perLayerType() ? entry(rope, RecipeModel.FULL) : rope.parameters());
    Object base = dictionary.remove("rope_theta");
    keys.put(spelling.baseKey(), base);
    keys.put("rope_theta", base);
    spelling
        .slidingBaseKey()
        .ifPresent(key -> keys.put(key, whole(entry(rope, SLIDING).get("rope_theta"))));
    Object partial = dictionary.remove(PARTIAL);
    if (partial instanceof Number number && number.doubleValue() != 1) {
      keys.put(spelling.partialKey(), partial);
    }
    keys.put("rope_scaling", scaling4(dictionary));
    return keys;
  }

  /// Version 4 has no dictionary for a model without a scaling, and three keys for longrope.
  private @Nullable Map<String, @Nullable Object> scaling4(
      Map<String, @Nullable Object> dictionary) {
    Object type = dictionary.remove("rope_type");
    dictionary.remove("type");
    if (dictionary.isEmpty() && "default".equals(type)) {
      return null;
    }
    boolean longRope = "longrope".equals(type);
    if (longRope && rope.spelling().longRopeOnly()) {
      dictionary.remove(ORIGINAL);
    }
    Map<String, @Nullable Object> scaling = new LinkedHashMap<>();
    scaling.put(longRope ? "type" : "rope_type", type);
    scaling.putAll(dictionary);
    return scaling;
  }

  /// One dictionary with the rotation that is asked for.
  private Map<String, @Nullable Object> scaled(Map<String, @Nullable Object> own) {
    Map<String, @Nullable Object> keys = new LinkedHashMap<>();
    Extension extension = request.extension();
    keys.put("rope_type", extension.type().orElseGet(() -> String.valueOf(own.get("rope_type"))));
    keys.put(
        "rope_theta",
        extension instanceof Extension.RaisedBase raised
            ? theta(raised.base())
            : whole(own.get("rope_theta")));
    switch (extension) {
      case Extension.Native _ ->
          own.forEach((key, value) -> {
            if (!key.equals("type")) {
              keys.putIfAbsent(key, value);
            }
          });
      case Extension.Unscaled _, Extension.RaisedBase _ -> {}
      case Extension.Linear(double factor) -> keys.put("factor", factor);
      case Extension.Yarn(double factor, int originalLength) -> {
        keys.put("factor", factor);
        keys.put(ORIGINAL, originalLength);
      }
      case Extension.Llama3(double factor, double low, double high, int originalLength) -> {
        keys.put("factor", factor);
        keys.put("low_freq_factor", low);
        keys.put("high_freq_factor", high);
        keys.put(ORIGINAL, originalLength);
      }
      case Extension.LongRope(
              List<Double> shortFactors,
              List<Double> longFactors,
              int originalLength) -> {
        keys.put("short_factor", shortFactors);
        keys.put("long_factor", longFactors);
        keys.put(ORIGINAL, originalLength);
      }
      case Extension.Divisors(
              List<Double> divisors,
              double attentionFactor,
              int originalLength) -> {
        // Texts that the model was trained for keep their rotation where the engine goes by length.
        keys.put(
            "short_factor",
            own.get("short_factor") instanceof List<?> trained && trained.size() == divisors.size()
                ? trained
                : Collections.nCopies(divisors.size(), 1.0));
        keys.put("long_factor", divisors);
        keys.put("factor", (double) request.contextLength() / originalLength);
        keys.put(ORIGINAL, originalLength);
        keys.put("attention_factor", attentionFactor);
        // vLLM and SGLang pass over attention_factor and read these.
        keys.put("short_mscale", attentionFactor);
        keys.put("long_mscale", attentionFactor);
      }
    }
    for (String key : CARRIED) {
      if (own.get(key) != null) {
        keys.put(key, own.get(key));
      }
    }
    return keys;
  }

  /// Whether engines multiply `max_position_embeddings` by the factor of linear scaling: vLLM and
  /// SGLang do, but not vLLM for Gemma 3.
  boolean lengthIsMultiplied() {
    return request.extension() instanceof Extension.Linear
        && request.model().architecture().filter(name -> name.startsWith("gemma3")).isEmpty();
  }

  /// The lengths that go with the rotation, at the level of the dictionary.
  private Map<String, @Nullable Object> lengths() {
    Map<String, @Nullable Object> keys = new LinkedHashMap<>();
    switch (request.extension()) {
      case Extension.Native _ -> {}
      case Extension.Linear _ -> {
        if (!lengthIsMultiplied()) {
          keys.put(LENGTH, request.contextLength());
        }
      }
      case Extension.Yarn(double factor, int originalLength) -> {
        // Versions of Transformers 4 took their quotient for the factor.
        keys.put(LENGTH, Math.round(factor * originalLength));
        outerOriginal(keys, originalLength);
      }
      case Extension.Llama3 llama3 -> {
        keys.put(LENGTH, request.contextLength());
        outerOriginal(keys, llama3.originalLength());
      }
      case Extension.LongRope longRope -> {
        keys.put(LENGTH, request.contextLength());
        keys.put(ORIGINAL, longRope.originalLength());
      }
      case Extension.Divisors found -> {
        keys.put(LENGTH, request.contextLength());
        keys.put(ORIGINAL, found.originalLength());
      }
      case Extension.Unscaled _, Extension.RaisedBase _ ->
          keys.put(LENGTH, request.contextLength());
    }
    return keys;
  }

  /// One at the top of the file overrules the dictionary's.
  private void outerOriginal(Map<String, @Nullable Object> keys, int originalLength) {
    if (rope.spelling().keys().contains(ORIGINAL)) {
      keys.put(ORIGINAL, originalLength);
    }
  }

  /// The dictionary of a layer type; empty where it does not rotate.
  @SuppressWarnings("unchecked") // The reader gives every object text keys.
  static Map<String, @Nullable Object> entry(ConfigRope rope, String layerType) {
    return rope.parameters().get(layerType) instanceof Map<?, ?> map
        ? (Map<String, @Nullable Object>) map
        : Map.of();
  }

  /// A base is written without a point where it is whole, as most files have it.
  static Number theta(double base) {
    boolean whole = base == Math.rint(base) && base < 1e15;
    return whole ? (Number) (long) base : (Number) base;
  }

  private static @Nullable Object whole(@Nullable Object base) {
    return base instanceof Number number ? theta(number.doubleValue()) : base;
  }
}
