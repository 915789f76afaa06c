package rope4j.diagnosis.inspection;

import java.util.Optional;
import rope4j.checkpoint.ModelFacts;
import rope4j.diagnosis.rules.KnownFamily;

/// Whether the weights have seen the scaling that the files carry.
///
/// Llama 3.1 was trained further with its scaling, so its angles at 128k are not new to it. Qwen 3
/// with a YaRN block was not.
///
/// @param family the model's family; empty when it is not known
/// @param scaling the scaling in the files
/// @param start tokens the weights saw before any scaling: as published for the family, else as the
///   files say
/// @param length tokens up to which positions were seen, with the scaling where it was trained with
public record Training(Optional<String> family, Scaled scaling, int start, int length) {

  /// What is known about the scaling in the files.
  public enum Scaled {
    /// The files carry none.
    NONE,
    /// The family is known to have been trained with it.
    KNOWN,
    /// The files advertise the longer length with it, as a model does that was trained with it.
    LIKELY,
    /// It was put on a model trained without it.
    ADDED
  }

  /// Whether the weights are taken to have been trained with the scaling.
  public boolean withScaling() {
    return scaling == Scaled.KNOWN || scaling == Scaled.LIKELY;
  }

  static Training of(ModelFacts facts, int start, Optional<KnownFamily> family) {
    Scaled scaled = scaled(facts, family);
    int trained = facts.trainedLength().value();
    boolean further = scaled == Scaled.KNOWN || scaled == Scaled.LIKELY;
    return new Training(
        family.map(KnownFamily::name),
        scaled,
        start,
        further ? Math.max(trained, facts.advertisedLength().value()) : trained);
  }

  private static Scaled scaled(ModelFacts facts, Optional<KnownFamily> family) {
    String type = facts.ropeType().value();
    boolean none = type.equals("default") || type.equals("none") || type.isEmpty();
    double factor = facts.factor().map(stated -> stated.value()).orElse(2.0);
    if (none || (type.equals("linear") && factor == 1)) {
      return Scaled.NONE;
    }
    if (family.isPresent()) {
      boolean shipped = same(type, family.get().shippedType());
      return shipped && family.get().trainedScaled() ? Scaled.KNOWN : Scaled.ADDED;
    }
    boolean advertised = facts.advertisedLength().value() > facts.trainedLength().value();
    return switch (type) {
      case "llama3", "longrope", "su", "proportional" -> Scaled.LIKELY;
      case "dynamic", "ntk" -> Scaled.ADDED;
      default -> advertised ? Scaled.LIKELY : Scaled.ADDED;
    };
  }

  /// Older spellings count as the newer one.
  private static boolean same(String type, String shipped) {
    return type.equals(shipped)
        || (type.equals("su") && shipped.equals("longrope"))
        || (type.startsWith("deepseek") && shipped.equals("yarn"));
  }
}
