package rope4j.checkpoint.patch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeMetadata;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;

/// Two scalings in one file: llama.cpp divides by a file's frequency factors under every type of
/// scaling, so a second one comes on top of them.
final class AddedScaling {

  private AddedScaling() {}

  /// The warning where a patch adds a scaling to another; empty where it does not.
  ///
  /// @param type the type of scaling that the patched file has
  /// @param removed tensors that the patched file loses
  static Optional<String> warning(
      ModelDescription model,
      RopeOverrides flags,
      RopeScalingType type,
      FactorTensors factors,
      Set<String> removed) {
    if (factors.isEmpty()) {
      List<String> kept = tensors(model.rope());
      kept.removeAll(removed);
      return kept.isEmpty() || !isAsked(flags)
          ? Optional.empty()
          : Optional.of(
              "this file scales its frequencies already, by "
                  + String.join(" and ", kept)
                  + ", and what is asked for comes on top of that: two scalings, which the model was"
                  + " not trained with; to replace the old one, add --remove-tensor "
                  + String.join(" --remove-tensor ", kept));
    }
    return isScaled(model.rope(), flags, type)
        ? Optional.of(
            "the file "
                + (flags.frequencyScale().isPresent() ? "gets" : "has")
                + " a scaling of type "
                + type.label()
                + " too, and the frequency factors come on top of it: two scalings, which the model"
                + " was not trained with; give --rope-scaling none for the factors alone")
        : Optional.empty();
  }

  private static List<String> tensors(RopeMetadata rope) {
    List<String> tensors = new ArrayList<>();
    if (!rope.factors().isEmpty()) {
      tensors.add(FactorTensors.FREQS);
    }
    if (!rope.longFactors().isEmpty()) {
      tensors.addAll(List.of(FactorTensors.LONG, FactorTensors.SHORT));
    }
    return tensors;
  }

  private static boolean isAsked(RopeOverrides flags) {
    return flags.scalingType().filter(type -> type != RopeScalingType.NONE).isPresent()
        || flags.frequencyScale().isPresent()
        || flags.frequencyBase().isPresent();
  }

  private static boolean isScaled(RopeMetadata rope, RopeOverrides flags, RopeScalingType type) {
    boolean byFactor =
        flags.frequencyScale().isPresent()
            ? flags.frequencyScale().getAsDouble() != 1
            : rope.factor().orElse(1) != 1;
    return byFactor && type != RopeScalingType.NONE && type != RopeScalingType.LONGROPE;
  }
}
