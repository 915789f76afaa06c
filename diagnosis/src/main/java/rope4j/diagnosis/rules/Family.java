package rope4j.diagnosis.rules;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Models that were trained alike and are published with the same rotation. One row of
/// `families.json`.
///
/// @param name for example `Llama 3.1`
/// @param bases `rope_theta` of its sizes; empty where it is not certain
/// @param trainedLength tokens before any scaling
/// @param advertisedLengths what its files may give, the usual one first; empty where sizes differ
/// @param shipped the scaling its files carry, in the spelling of `rope_parameters` without the
///   base; empty for a family without one. Lists of factors are left out
/// @param extension the scaling its model card offers for more context; may be empty
/// @param trainedScaled whether its weights were trained with the shipped scaling, which then must
///   stay
/// @param note what else to know; may be empty
record Family(
    String name,
    List<Double> bases,
    int trainedLength,
    List<Integer> advertisedLengths,
    Map<String, @Nullable Object> shipped,
    Map<String, @Nullable Object> extension,
    boolean trainedScaled,
    String note) {

  Family {
    bases = List.copyOf(bases);
    advertisedLengths = List.copyOf(advertisedLengths);
  }

  /// The type of the shipped scaling; `default` when it ships none.
  String shippedType() {
    return shipped.get("rope_type") instanceof String type ? type : "default";
  }

  /// The factor of the shipped scaling.
  Optional<Double> shippedFactor() {
    return shipped.get("factor") instanceof Number factor
        ? Optional.of(factor.doubleValue())
        : Optional.empty();
  }

  /// Whether a base is that of one of its sizes; true where the base is not certain.
  boolean hasBase(double base) {
    return bases.isEmpty()
        || bases.stream().anyMatch(own -> Math.abs(own - base) <= 1e-6 * Math.abs(own));
  }
}
