package rope4j.checkpoint.config;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.json.JsonReader;

/// The `rope_parameters` that a class of Transformers takes when a file has none.
///
/// Source: Transformers `models/*/configuration_*.py`, `__post_init__`.
final class DefaultDictionaries {

  /// A dictionary a class. Where it names `max_position_embeddings`, the model's own is meant.
  private static final String JSON =
      """
      {
      "gpt_oss": {"rope_type": "yarn", "factor": 32.0, "beta_fast": 32.0, "beta_slow": 1.0,
        "truncate": false, "original_max_position_embeddings": 4096},
      "openai_privacy_filter": {"rope_type": "yarn", "factor": 32.0, "beta_fast": 32.0,
        "beta_slow": 1.0, "truncate": false, "original_max_position_embeddings": 4096},
      "apertus": {"rope_type": "llama3", "rope_theta": 12000000.0, "factor": 8.0,
        "original_max_position_embeddings": 8192, "low_freq_factor": 1.0, "high_freq_factor": 4.0},
      "cwm": {"rope_type": "llama3", "rope_theta": 1000000.0, "factor": 16.0,
        "original_max_position_embeddings": 8192, "low_freq_factor": 1.0, "high_freq_factor": 4.0},
      "higgs_audio_v2": {"rope_type": "llama3", "rope_theta": 500000.0, "factor": 32.0,
        "original_max_position_embeddings": 1024, "low_freq_factor": 0.125,
        "high_freq_factor": 0.5},
      "ministral3": {"type": "yarn", "rope_theta": 1000000.0, "factor": 16.0,
        "original_max_position_embeddings": 16384, "max_position_embeddings": 0,
        "beta_fast": 32.0, "beta_slow": 1.0, "mscale_all_dim": 1.0, "mscale": 1.0,
        "llama_4_scaling_beta": 0.1},
      "mistral4": {"type": "yarn", "rope_theta": 10000.0, "factor": 128.0,
        "original_max_position_embeddings": 8192, "max_position_embeddings": 0,
        "beta_fast": 32.0, "beta_slow": 1.0, "mscale_all_dim": 1.0, "mscale": 1.0,
        "llama_4_scaling_beta": 0.1},
      "moonshine_streaming": {"rope_type": "default", "rope_theta": 10000.0,
        "partial_rotary_factor": 0.8},
      "muse_glimmer_assistant": {"rope_type": "default", "rope_theta": 500000.0},
      "cosmos3_edge": {"rope_type": "default", "rope_theta": 100000000.0,
        "mrope_section": [24, 20, 20]},
      "gemma4": {
        "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0},
        "full_attention": {"rope_type": "proportional", "partial_rotary_factor": 0.25,
          "rope_theta": 1000000.0}},
      "mimo_v2_flash": {
        "full_attention": {"rope_type": "default", "rope_theta": 5000000.0,
          "partial_rotary_factor": 0.334},
        "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0,
          "partial_rotary_factor": 0.334}},
      "laguna": {
        "full_attention": {"rope_type": "default", "rope_theta": 500000.0,
          "partial_rotary_factor": 0.5},
        "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0,
          "partial_rotary_factor": 1.0}},
      "mellum": {
        "full_attention": {"rope_type": "default", "rope_theta": 500000.0},
        "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}},
      "zaya": {
        "hybrid": {"rope_type": "default", "rope_theta": 5000000.0, "partial_rotary_factor": 0.5},
        "hybrid_sliding": {"rope_type": "default", "rope_theta": 10000.0,
          "partial_rotary_factor": 0.5}}
      }
      """;

  private static final Map<String, @Nullable Object> BY_CLASS =
      JsonReader.readObject(JSON.getBytes(StandardCharsets.UTF_8));

  private DefaultDictionaries() {}

  /// A copy of the class's dictionary; empty for a class that has none.
  static Map<String, @Nullable Object> of(TextConfig config) {
    ModelClass model = config.modelClass();
    String name = model.conversion() == ModelClass.Conversion.GEMMA4 ? "gemma4" : model.name();
    Map<String, @Nullable Object> dictionary =
        new LinkedHashMap<>(new ConfigKeys(BY_CLASS).object(name).orElse(Map.of()));
    dictionary.computeIfPresent(
        "max_position_embeddings", (_, _) -> (long) config.maxPositionEmbeddings());
    return dictionary;
  }
}
