package rope4j.diagnosis.rules;

import java.util.List;
import java.util.Optional;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.ModelFacts;
import rope4j.diagnosis.rules.Finding.Severity;
import rope4j.diagnosis.text.Figures;

/// The rule of group A about a launch that takes away the scaling a model was trained with.
final class TrainedScalingRules {

  static final Rule TAKEN_AWAY =
      new Rule(
          "A8-launch-drops-trained",
          Severity.ERROR,
          "the command line takes away or weakens the scaling that a model was trained with",
          "The weights know no other angles than those of their scaling: quality falls at every length,"
              + " and beyond the length before scaling it breaks down.",
          List.of("vllm#10537", "unsloth#7028", "runpod-workers/worker-vllm#89"),
          Engines.ALL,
          TrainedScalingRules::takenAway);

  private TrainedScalingRules() {}

  private static List<Hit> takenAway(Subject subject) {
    Optional<LaunchedRope> launched = LaunchedRope.of(subject);
    Optional<AppliedRope> own = trained(subject);
    Optional<AppliedRope> used = AppliedRope.ofLaunch(subject);
    if (own.isEmpty()
        || used.isEmpty()
        || !launched.orElseThrow().changesRotation()
        || !differs(own.get(), used.get())
        || used.get().type().equals("linear")) {
      // A linear scaling in its place is the business of another rule.
      return List.of();
    }
    List<Evidence> places = launched.get().scalingEvidence();
    Hit hit =
        Hit.of(
            "the weights were trained with "
                + said(own.get())
                + ", but the command line makes it "
                + said(used.get())
                + (isPart(subject, used.get())
                    ? ": the override takes the place of the whole object"
                    : ""),
            List.of(places.getFirst(), subject.facts().ropeType().evidence()),
            remedy(subject));
    boolean wider =
        used.get().factor().orElse(0) > own.get().factor().orElse(Double.POSITIVE_INFINITY);
    return List.of(wider || isGuess(subject) ? hit.as(Severity.WARNING) : hit);
  }

  /// Whether the launch spoils a trained scaling, beside which other faults of its override do not
  /// matter.
  static boolean spoils(Subject subject) {
    return takenAway(subject).stream().anyMatch(hit -> hit.severity().isEmpty());
  }

  private static String remedy(Subject subject) {
    int asked = subject.requestTokens().orElse(0);
    boolean beyond = asked > subject.facts().advertisedLength().value();
    return "leave the override out"
        + (beyond
            ? LengthRemedy.text(subject, asked)
                .map(text -> ", or widen the model's own scaling: " + text)
                .orElse("")
            : ": the model's own scaling reaches "
                + subject.facts().advertisedLength().value()
                + " tokens");
  }

  /// The scaling the weights were trained with, as far as that is known: by the family, else by a
  /// file that advertises the longer length with it.
  static Optional<AppliedRope> trained(Subject subject) {
    Optional<Family> family = Families.of(subject);
    return AppliedRope.ofFiles(subject)
        .filter(AppliedRope::scales)
        .filter(rope ->
            family
                .map(it -> it.trainedScaled() && it.shippedType().equals(plain(rope.type())))
                .orElseGet(() -> likely(subject.facts(), rope)));
  }

  private static boolean likely(ModelFacts facts, AppliedRope rope) {
    return switch (plain(rope.type())) {
      case "llama3", "longrope" -> true;
      case "yarn" -> facts.advertisedLength().value() > facts.trainedLength().value();
      default -> false;
    };
  }

  private static boolean isGuess(Subject subject) {
    return Families.of(subject).isEmpty();
  }

  private static boolean differs(AppliedRope own, AppliedRope used) {
    return !plain(own.type()).equals(plain(used.type()))
        || used.factor().orElse(1) < 0.99 * own.factor().orElse(1);
  }

  /// A dictionary without a type, which a user may have meant as a change of one key.
  private static boolean isPart(Subject subject, AppliedRope used) {
    return !used.scales()
        && ConfigSection.launched(subject).stream()
            .anyMatch(
                rope -> rope.factor().isPresent() && !rope.has("rope_type") && !rope.has("type"));
  }

  private static String plain(String type) {
    return type.equals("su") ? "longrope" : type.startsWith("deepseek") ? "yarn" : type;
  }

  private static String said(AppliedRope rope) {
    if (!rope.scales()) {
      return "unscaled";
    }
    String factor =
        rope.factor().isPresent() ? " by " + Figures.number(rope.factor().getAsDouble()) : "";
    return ConfigKeyRules.shown(rope.type()) + factor;
  }
}
