package rope4j.rotation.dialect;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import rope4j.rotation.Frequencies;
import rope4j.rotation.Llama3;
import rope4j.rotation.LongRope;
import rope4j.rotation.Pairing;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Yarn;

/// What llama.cpp's converter writes into a GGUF file for a rope dictionary, losses included: it
/// drops `truncate`, the mscale pair and "dynamic" altogether.
///
/// Source: llama.cpp `conversion/base.py` (`TextModel.set_gguf_parameters`), `llama.py` and
/// `phi.py`.
///
/// @param keys keys without the architecture prefix, for example `rope.freq_base`
/// @param tensors extra tensors by name, divisors of the angle
public record GgufRope(Map<String, Object> keys, Map<String, float[]> tensors) {

  private static final String SCALING = "rope.scaling.";

  public GgufRope {
    keys = Map.copyOf(keys);
    Map<String, float[]> copies = new LinkedHashMap<>();
    tensors.forEach((name, values) -> copies.put(name, values.clone()));
    tensors = Map.copyOf(copies);
  }

  /// The generic converter for text models.
  ///
  /// @param settings the dictionary of the full-attention layers
  /// @param slidingBase base of the sliding layers, where they have their own
  /// @param contextLength `max_position_embeddings`
  public static GgufRope text(
      RopeSettings settings, Optional<Double> slidingBase, int contextLength) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("context_length", contextLength);
    scaling(settings, keys);
    if (settings.isSet("mrope_section")) {
      keys.put(
          "rope.dimension_sections", Arrays.copyOf(settings.requiredIntegers("mrope_section"), 4));
    }
    settings.number("rope_theta").ifPresent(base -> keys.put("rope.freq_base", base));
    slidingBase.ifPresent(base -> keys.put("rope.freq_base_swa", base));
    return new GgufRope(keys, Map.of());
  }

  private static void scaling(RopeSettings settings, Map<String, Object> keys) {
    switch (settings.type()) {
      case "linear" -> {
        if (settings.isSet("factor")) {
          keys.put(SCALING + "type", "linear");
          keys.put(SCALING + "factor", settings.required("factor"));
        }
      }
      case "yarn" -> {
        if (settings.isSet("factor")) {
          yarn(settings, keys);
        }
      }
      case "su", "longrope" -> keys.put(SCALING + "type", "longrope");
      default -> {}
    }
  }

  private static void yarn(RopeSettings settings, Map<String, Object> keys) {
    keys.put(SCALING + "type", "yarn");
    keys.put(SCALING + "factor", settings.required("factor"));
    keys.put(
        SCALING + "original_context_length",
        settings.requiredLength("original_max_position_embeddings"));
    String attention = settings.has("attention_factor") ? "attention_factor" : "attn_factor";
    copy(settings, "extrapolation_factor", keys, "yarn_ext_factor");
    copy(settings, attention, keys, "yarn_attn_factor");
    copy(settings, "beta_fast", keys, "yarn_beta_fast");
    copy(settings, "beta_slow", keys, "yarn_beta_slow");
  }

  private static void copy(
      RopeSettings settings, String from, Map<String, Object> keys, String to) {
    settings.number(from).ifPresent(value -> keys.put(SCALING + to, value));
  }

  /// The converter of llama-family models: [#text], and llama3's rule as the tensor `rope_freqs`.
  ///
  /// @param headDimension channels of a head; the tensor has one divisor per pair of the *head*
  public static GgufRope llama(
      RopeSettings settings, Optional<Double> slidingBase, int contextLength, int headDimension) {
    GgufRope text = text(settings, slidingBase, contextLength);
    if (!settings.type().equals("llama3")) {
      return text;
    }
    Llama3 rule =
        new Llama3(
            settings.number("factor").orElse(8),
            settings.isSet("original_max_position_embeddings")
                ? settings.requiredLength("original_max_position_embeddings")
                : 8192,
            settings.number("low_freq_factor").orElse(1),
            settings.number("high_freq_factor").orElse(4));
    RopeParameters parameters =
        new RopeParameters(
            headDimension,
            headDimension,
            settings.number("rope_theta").orElse(10000),
            contextLength,
            Pairing.INTERLEAVED,
            rule);
    return new GgufRope(text.keys, Map.of("rope_freqs.weight", divisors(parameters)));
  }

  /// The divisors that turn the unscaled frequencies into the scaled ones.
  private static float[] divisors(RopeParameters parameters) {
    double[] unscaled = parameters.unscaledInverseFrequencies();
    Frequencies scaled = parameters.frequencies(1);
    float[] divisors = new float[unscaled.length];
    for (int i = 0; i < divisors.length; i++) {
      divisors[i] = (float) (unscaled[i] / scaled.inverse(i));
    }
    return divisors;
  }

  /// The converter of Phi-3: both factor lists as tensors and an attention factor, but no scaling
  /// type. It takes a legacy `type` "yarn" to mean YaRN's attention factor, which Transformers
  /// reads as longrope.
  ///
  /// @param hiddenSize channels of the model
  /// @param heads attention heads
  public static GgufRope phi3(RopeSettings settings, int contextLength, int hiddenSize, int heads) {
    int originalLength = settings.requiredLength("original_max_position_embeddings");
    double partial = settings.number("partial_rotary_factor").orElse(1);
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("context_length", contextLength);
    keys.put(SCALING + "original_context_length", originalLength);
    keys.put("rope.dimension_count", (int) (partial * hiddenSize) / heads);
    keys.put("rope.freq_base", settings.number("rope_theta").orElse(10000));
    if (!settings.isTruthy("long_factor")) {
      return new GgufRope(keys, Map.of());
    }
    double factor = (double) contextLength / originalLength;
    keys.put(
        SCALING + "attn_factor",
        switch (settings.type()) {
          case "su", "longrope" -> LongRope.magnitude(factor, originalLength);
          case "yarn" -> Yarn.magnitude(factor, 1);
          case String other ->
              throw RopeSettings.unknownType(
                  "llama.cpp's Phi-3 converter",
                  other,
                  java.util.List.of("su", "longrope", "yarn"));
        });
    return new GgufRope(
        keys,
        Map.of(
            "rope_factors_long.weight", floats(settings.requiredNumbers("long_factor")),
            "rope_factors_short.weight", floats(settings.requiredNumbers("short_factor"))));
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }
}
