package rope4j.diagnosis.rules;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// What is published about a model that its files need not say: how its family was trained.
///
/// @param name for example `Llama 3.1`
/// @param trainedLength tokens before any scaling
/// @param shippedType type of the scaling its files carry (`rope_type`); `default` without one
/// @param trainedScaled whether the weights were trained with that scaling
/// @param yarnOriginal the length that the model card scales by YaRN from, tokens; empty when it
///   offers none
public record KnownFamily(
    String name,
    int trainedLength,
    String shippedType,
    boolean trainedScaled,
    OptionalInt yarnOriginal) {

  /// The family of a model; empty when it is not known.
  public static Optional<KnownFamily> of(Subject subject) {
    return Families.of(subject)
        .map(family ->
            new KnownFamily(
                family.name(),
                family.trainedLength(),
                family.shippedType(),
                family.trainedScaled(),
                yarnOriginal(family.extension())));
  }

  private static OptionalInt yarnOriginal(Map<String, @Nullable Object> extension) {
    return "yarn".equals(extension.get("rope_type"))
            && extension.get("original_max_position_embeddings") instanceof Number length
        ? OptionalInt.of(length.intValue())
        : OptionalInt.empty();
  }
}
