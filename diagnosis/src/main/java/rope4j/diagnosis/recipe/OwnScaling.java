package rope4j.diagnosis.recipe;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeMetadata;
import rope4j.checkpoint.RopeScalingType;

/// The scaling a model ships with.
///
/// @param type `yarn`, `llama3`, `longrope`, `linear` and so on; `frequency factors` for a tensor
///   of a GGUF file, which does not say where its numbers come from
/// @param coveredLength tokens it was made for
/// @param tensor whether llama.cpp reads it from tensors, which no flag switches off
/// @param wider the same scaling with its factor times a whole number; empty where that is
///   impossible
public record OwnScaling(
    String type, int coveredLength, boolean tensor, Optional<Extension> wider) {

  private static final String ORIGINAL = "original_max_position_embeddings";

  /// The scaling of a GGUF file; empty when it has none.
  static Optional<OwnScaling> of(ModelDescription model) {
    RopeMetadata rope = model.rope();
    int covered = model.contextLength();
    if (!rope.longFactors().isEmpty()) {
      return Optional.of(new OwnScaling("longrope", covered, true, Optional.empty()));
    }
    if (!rope.factors().isEmpty()) {
      return Optional.of(new OwnScaling("frequency factors", covered, true, Optional.empty()));
    }
    double factor = rope.factor().orElse(1);
    RopeScalingType type = rope.scalingType().orElse(RopeScalingType.LINEAR);
    return switch (type) {
      case YARN ->
          Optional.of(
              new OwnScaling(
                  type.label(),
                  covered,
                  false,
                  Optional.of(new Extension.Yarn(factor, model.trainedLength()))));
      case LINEAR ->
          factor == 1
              ? Optional.empty()
              : Optional.of(
                  new OwnScaling(
                      type.label(), covered, false, Optional.of(new Extension.Linear(factor))));
      case NONE, LONGROPE -> Optional.empty();
    };
  }

  /// The scaling of a normalised rope dictionary; empty when it has none.
  ///
  /// @param advertised `max_position_embeddings`
  static Optional<OwnScaling> of(Map<String, @Nullable Object> dictionary, int advertised) {
    String type = String.valueOf(dictionary.get("rope_type"));
    int original = (int) number(dictionary, ORIGINAL).orElse(advertised);
    double factor = number(dictionary, "factor").orElse(1);
    return switch (type) {
      case "null", "default" -> Optional.empty();
      case "yarn" -> {
        int covered = (int) Math.min(Integer.MAX_VALUE, Math.round(original * factor));
        yield Optional.of(
            new OwnScaling(
                type, covered, false, Optional.of(new Extension.Yarn(factor, original))));
      }
      case "linear" ->
          Optional.of(
              new OwnScaling(type, advertised, false, Optional.of(new Extension.Linear(factor))));
      case "llama3" ->
          Optional.of(
              new OwnScaling(
                  type,
                  advertised,
                  true,
                  Optional.of(
                      new Extension.Llama3(
                          factor,
                          number(dictionary, "low_freq_factor").orElse(1),
                          number(dictionary, "high_freq_factor").orElse(4),
                          original))));
      default ->
          Optional.of(
              new OwnScaling(
                  type,
                  advertised,
                  List.of("longrope", "proportional").contains(type),
                  Optional.empty()));
    };
  }

  private static OptionalDouble number(Map<String, @Nullable Object> dictionary, String key) {
    return dictionary.get(key) instanceof Number number
        ? OptionalDouble.of(number.doubleValue())
        : OptionalDouble.empty();
  }

  /// The same scaling for a longer context.
  Extension widened(int contextLength) {
    if (wider.isEmpty()) {
      return new Extension.Native();
    }
    return switch (wider.get()) {
      case Extension.Yarn(double _, int original) ->
          new Extension.Yarn(Extension.smallestFactor(contextLength, original), original);
      case Extension.Linear(double factor) ->
          new Extension.Linear(factor * Extension.smallestFactor(contextLength, coveredLength));
      case Extension.Llama3(double factor, double low, double high, int original) ->
          new Extension.Llama3(
              factor * Extension.smallestFactor(contextLength, coveredLength), low, high, original);
      case Extension other -> other;
    };
  }
}
