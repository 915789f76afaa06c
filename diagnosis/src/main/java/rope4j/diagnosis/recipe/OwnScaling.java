package rope4j.diagnosis.recipe;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeMetadata;
import rope4j.checkpoint.RopeScalingType;
import rope4j.rotation.Llama3;
import rope4j.rotation.Pairing;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Unscaled;

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

  /// What Llama 3 was trained on before 3.1 extended it.
  private static final int LLAMA_3_ORIGINAL = 8192;

  private static final String ORIGINAL = "original_max_position_embeddings";

  /// The scaling of a GGUF file; empty when it has none.
  static Optional<OwnScaling> of(ModelDescription model) {
    RopeMetadata rope = model.rope();
    int covered = model.contextLength();
    if (!rope.longFactors().isEmpty()) {
      return Optional.of(new OwnScaling("longrope", covered, true, Optional.empty()));
    }
    if (!rope.factors().isEmpty()) {
      return Optional.of(new OwnScaling("frequency factors", covered, true, llama31(model)));
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

  /// Llama 3.1's rule where a file's divisors are just those it makes; empty for any others.
  private static Optional<Extension> llama31(ModelDescription model) {
    List<Double> divisors = model.rope().factors();
    double factor = divisors.getLast();
    if (!(factor > 1)) {
      return Optional.empty();
    }
    RopeParameters unscaled =
        new RopeParameters(
            model.rotaryDimension(),
            model.rotaryDimension(),
            model.rope().base(),
            LLAMA_3_ORIGINAL,
            Pairing.HALF,
            new Unscaled());
    double[] before = unscaled.frequencies(LLAMA_3_ORIGINAL).inverse();
    double[] after =
        unscaled
            .withScaling(new Llama3(factor, LLAMA_3_ORIGINAL, 1, 4))
            .frequencies(LLAMA_3_ORIGINAL)
            .inverse();
    for (int i = 0; i < before.length; i++) {
      if (i >= divisors.size() || Math.abs(before[i] / after[i] / divisors.get(i) - 1) > 1e-4) {
        return Optional.empty();
      }
    }
    return Optional.of(new Extension.Llama3(factor, 1, 4, LLAMA_3_ORIGINAL));
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
