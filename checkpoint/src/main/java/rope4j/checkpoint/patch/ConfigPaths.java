package rope4j.checkpoint.patch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import rope4j.checkpoint.patch.ConfigPatch.Literal;

/// Where a `config.json` keeps what the language model needs: at the top, or inside an object of a
/// multimodal model.
///
/// @param document the file
/// @param inside keys that lead to the language model's object
record ConfigPaths(byte[] document, List<String> inside) {

  private static final List<String> OBJECTS =
      List.of("text_config", "llm_config", "language_config", "thinker_config");

  static ConfigPaths of(byte[] document) {
    List<String> inside = new ArrayList<>();
    while (descend(document, inside)) {}
    return new ConfigPaths(document, List.copyOf(inside));
  }

  private static boolean descend(byte[] document, List<String> inside) {
    ConfigPaths here = new ConfigPaths(document, List.copyOf(inside));
    if (here.has("hidden_size")) {
      return false;
    }
    for (String name : OBJECTS) {
      if (!here.object(name).isEmpty()) {
        inside.add(name);
        return true;
      }
    }
    return false;
  }

  /// The path of a key of the language model.
  List<String> of(String... keys) {
    List<String> path = new ArrayList<>(inside);
    path.addAll(List.of(keys));
    return path;
  }

  boolean has(String key) {
    return literal(key).isPresent();
  }

  /// A value as it is written; empty when it is absent or null.
  Optional<Literal> literal(String key) {
    return ConfigPatch.literal(document, of(key))
        .filter(json -> !json.equals("null"))
        .map(Literal::new);
  }

  /// The members of an object; none when it is absent or no object.
  Map<String, Object> object(String... keys) {
    return ConfigPatch.object(document, of(keys)).orElse(Map.of());
  }

  /// The key that holds the advertised length.
  String lengthKey() {
    return !has("max_position_embeddings") && has("n_positions")
        ? "n_positions"
        : "max_position_embeddings";
  }

  /// The key beside `rope_scaling` that holds the base.
  String thetaKey() {
    return List.of("rotary_emb_base", "global_rope_theta").stream()
        .filter(this::has)
        .findFirst()
        .orElse("rope_theta");
  }

  /// A literal that is a number of tokens.
  Optional<Integer> count(Object literal) {
    if (!(literal instanceof Literal(String json))) {
      return Optional.empty();
    }
    try {
      double value = Double.parseDouble(json);
      return value >= 1 && value <= Integer.MAX_VALUE && value == Math.rint(value)
          ? Optional.of((int) value)
          : Optional.empty();
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }
}
