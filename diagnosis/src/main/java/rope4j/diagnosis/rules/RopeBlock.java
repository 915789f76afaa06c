package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.Evidence;

/// One scaling object of a `config.json`: `rope_scaling`, `rope_parameters` or an entry of them.
///
/// @param keys the language model's keys around it
/// @param path where it stands among them
/// @param values its content
record RopeBlock(TextKeys keys, List<String> path, Map<String, @Nullable Object> values) {

  /// `rope_scaling`, or `rope_parameters.full_attention`.
  String name() {
    return String.join(".", path);
  }

  /// The scaling's type; `default` when none is named.
  String type() {
    return text("rope_type").or(() -> text("type")).orElse("default");
  }

  /// Whether it names a scaling.
  boolean scales() {
    return !type().equals("default") && !type().equals("mrope");
  }

  Optional<String> text(String key) {
    return values.get(key) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  OptionalDouble number(String key) {
    return values.get(key) instanceof Number number
        ? OptionalDouble.of(number.doubleValue())
        : OptionalDouble.empty();
  }

  OptionalDouble factor() {
    return number("factor");
  }

  /// `original_max_position_embeddings`, in the object or beside it.
  OptionalDouble originalLength() {
    OptionalDouble inside = number("original_max_position_embeddings");
    return inside.isPresent() ? inside : keys.number("original_max_position_embeddings");
  }

  /// What stands at one of its keys; that it is absent, where it is.
  Evidence evidence(String key) {
    List<String> full = new ArrayList<>(path);
    full.add(key);
    return values.containsKey(key)
        ? keys.evidence(full.toArray(String[]::new))
        : new Evidence(
            keys.file().name(),
            String.join(".", full),
            "absent",
            keys.file().line(path.toArray(String[]::new)),
            Evidence.Origin.FILE);
  }

  /// The key that names its type.
  Evidence typeEvidence() {
    return evidence(text("rope_type").isEmpty() && text("type").isPresent() ? "type" : "rope_type");
  }
}
