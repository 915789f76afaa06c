package rope4j.checkpoint.patch;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import rope4j.checkpoint.patch.ConfigPatch.Literal;

/// What a `config.json` says about its rotation before it is patched.
///
/// @param paths where it says so
record ExistingRope(ConfigPaths paths) {

  static final String SCALING = "rope_scaling";
  static final String PARAMETERS = "rope_parameters";
  static final String THETA = "rope_theta";
  static final String ORIGINAL = "original_max_position_embeddings";
  static final String FULL = "full_attention";

  /// What cosine and sine are multiplied by, worked out for one factor.
  static final Set<String> ATTENTION_FACTORS = Set.of("attention_factor", "attn_factor");

  /// Keys that belong to one type of scaling and go with it.
  private static final Set<String> OF_A_TYPE =
      Set.of(
          "rope_type",
          "type",
          "factor",
          ORIGINAL,
          "beta_fast",
          "beta_slow",
          "attention_factor",
          "attn_factor",
          "extrapolation_factor",
          "mscale",
          "mscale_all_dim",
          "truncate",
          "short_factor",
          "long_factor",
          "short_mscale",
          "long_mscale",
          "low_freq_factor",
          "high_freq_factor",
          "alpha",
          THETA);

  /// `rope_type`, or the older `type`; `default` when there is neither.
  String type() {
    Map<String, Object> dictionary = inForce();
    Object type = dictionary.getOrDefault("rope_type", dictionary.get("type"));
    return type instanceof Literal(String json) && json.startsWith("\"")
        ? json.substring(1, json.length() - 1)
        : "default";
  }

  /// The dictionary in force.
  private Map<String, Object> dictionary() {
    Map<String, Object> scaling = paths.object(SCALING);
    return scaling.isEmpty() ? paths.object(PARAMETERS) : scaling;
  }

  /// Whether it has one dictionary a layer type.
  boolean isNested() {
    Map<String, Object> dictionary = paths.object(PARAMETERS);
    return !dictionary.isEmpty()
        && dictionary.values().stream()
            .allMatch(value ->
                value instanceof Literal(String json)
                    && (json.startsWith("{") || json.equals("null")));
  }

  /// The dictionary of the layers that flags reach.
  Map<String, Object> inForce() {
    if (!isNested() || !paths.object(SCALING).isEmpty()) {
      return dictionary();
    }
    return paths.object(PARAMETERS, FULL);
  }

  /// A number of the dictionary in force.
  Optional<Double> number(String key) {
    try {
      return inForce().get(key) instanceof Literal(String json)
          ? Optional.of(Double.parseDouble(json))
          : Optional.empty();
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }

  /// The keys that stay when the scaling changes.
  ///
  /// @param ofTheType whether those of its type stay too
  Map<String, Object> kept(boolean ofTheType) {
    Map<String, Object> kept = new LinkedHashMap<>(inForce());
    if (!ofTheType) {
      kept.keySet().removeAll(OF_A_TYPE);
    }
    kept.remove("type");
    kept.remove(THETA);
    return kept;
  }
}
