package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;
import rope4j.checkpoint.Stated;
import rope4j.diagnosis.rules.Finding.Severity;
import rope4j.diagnosis.text.Figures;

/// Group D, fourth part: a launch that puts another scaling in place of the model's own, or on top
/// of it.
final class ReplacedScalingRules {

  private static final Set<String> TRAINED_TYPES = Set.of("llama3", "yarn", "longrope", "su");

  static final Rule LINEAR =
      new Rule(
          "D15-linear-replaces-native",
          Severity.ERROR,
          "A linear scaling replaces the one the model was trained with",
          "All pairs turn differently from training, so even short text suffers, and long text much"
              + " more.",
          List.of("unsloth#7028"),
          Engines.ALL,
          ReplacedScalingRules::linearReplaces);

  static final Rule TWO_SCALINGS =
      new Rule(
          "D16-two-scalings",
          Severity.ERROR,
          "Two scalings are stacked",
          "Each alone would reach the length. Together they squeeze the positions twice, and quality"
              + " falls at every length.",
          List.of("exllama#118"),
          Engines.ALL,
          ReplacedScalingRules::twoScalings);

  private ReplacedScalingRules() {}

  static List<Rule> all() {
    return List.of(LINEAR, TWO_SCALINGS);
  }

  private static List<Hit> linearReplaces(Subject subject) {
    List<Hit> hits = new ArrayList<>();
    GgufView.of(subject).ifPresent(gguf -> linearFlag(subject, gguf).ifPresent(hits::add));
    Optional<ConfigSection> own =
        ConfigSection.inFile(subject).stream()
            .filter(rope -> TRAINED_TYPES.contains(rope.ropeType()))
            .findFirst();
    if (own.isPresent()) {
      for (ConfigSection rope : ConfigSection.inForce(subject)) {
        if (rope.launched() && rope.ropeType().equals("linear")) {
          hits.add(
              linear(own.get().ropeType(), rope.ropeTypeEvidence(), own.get().ropeTypeEvidence()));
        }
      }
    }
    return hits;
  }

  private static Optional<Hit> linearFlag(Subject subject, GgufView gguf) {
    boolean linear =
        GgufFlagRules.flags(subject)
            .scalingType()
            .filter(RopeScalingType.LINEAR::equals)
            .isPresent();
    if (!linear || !gguf.isType(RopeScalingType.YARN)) {
      return Optional.empty();
    }
    return Optional.of(
        linear(
            "yarn",
            Evidence.launch("--rope-scaling", "linear"),
            gguf.evidence("rope.scaling.type")));
  }

  private static Hit linear(String type, Evidence launched, Evidence own) {
    return Hit.of(
        "The model's own scaling is " + type + ", and the launch makes it linear.",
        List.of(launched, own),
        "Leave the override out; for more tokens raise the factor of " + type + " instead.");
  }

  private static List<Hit> twoScalings(Subject subject) {
    List<Hit> hits = new ArrayList<>();
    GgufView.of(subject).ifPresent(gguf -> twoFlags(subject, gguf, hits));
    double own = subject.facts().base().map(Stated::value).orElse(Double.MAX_VALUE);
    for (ConfigSection rope : ConfigSection.inForce(subject)) {
      boolean squeezed =
          Set.of("linear", "dynamic").contains(rope.ropeType())
              && rope.number("factor").orElse(1) > 1;
      if (rope.launched() && squeezed && rope.number("rope_theta").orElse(0) > own) {
        hits.add(
            Hit.of(
                "The launch raises the base to "
                    + Figures.number(rope.number("rope_theta").getAsDouble())
                    + " and scales by "
                    + Figures.number(rope.number("factor").getAsDouble())
                    + " as well.",
                List.of(
                    rope.evidence("rope_theta"), rope.evidence("factor"), rope.ropeTypeEvidence()),
                "Keep rope_theta = "
                    + Figures.number(own)
                    + " with the factor, or drop the factor."));
      }
    }
    return hits;
  }

  private static void twoFlags(Subject subject, GgufView gguf, List<Hit> hits) {
    RopeOverrides flags = GgufFlagRules.flags(subject);
    if (flags.frequencyScale().orElse(1) >= 1) {
      return;
    }
    Evidence scale = GgufFlagRules.flag("--rope-freq-scale", flags.frequencyScale());
    if (flags.frequencyBase().orElse(0) > gguf.rope().base()) {
      Hit hit =
          Hit.of(
              "The flags raise the base from "
                  + Figures.number(gguf.rope().base())
                  + " and lower the frequency scale as well.",
              List.of(GgufFlagRules.flag("--rope-freq-base", flags.frequencyBase()), scale),
              "Keep one: --rope-scale for a model tuned with it, --rope-freq-base or YaRN for one that"
                  + " was not.");
      hits.add(GgufFlagRules.yarnActive(subject) ? hit.as(Severity.WARNING) : hit);
    }
    boolean plain = !gguf.rope().factors().isEmpty();
    if (plain || !gguf.rope().longFactors().isEmpty()) {
      hits.add(
          Hit.of(
              "The file's frequency factors already scale; --rope-scale comes on top of them.",
              List.of(scale, gguf.tensor(plain ? "rope_freqs.weight" : "rope_factors_long.weight")),
              "Leave the scale out: llama.cpp applies the file's factors by itself."));
    }
  }
}
