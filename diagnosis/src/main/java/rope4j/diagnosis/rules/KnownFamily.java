package rope4j.diagnosis.rules;

import java.util.Optional;

/// What is published about a model that its files need not say: how its family was trained.
///
/// @param name for example `Llama 3.1`
/// @param trainedLength tokens before any scaling
/// @param shippedType type of the scaling its files carry (`rope_type`); `default` without one
/// @param trainedScaled whether the weights were trained with that scaling
public record KnownFamily(
    String name, int trainedLength, String shippedType, boolean trainedScaled) {

  /// The family of a model; empty when it is not known.
  public static Optional<KnownFamily> of(Subject subject) {
    return Families.of(subject)
        .map(family ->
            new KnownFamily(
                family.name(),
                family.trainedLength(),
                family.shippedType(),
                family.trainedScaled()));
  }
}
