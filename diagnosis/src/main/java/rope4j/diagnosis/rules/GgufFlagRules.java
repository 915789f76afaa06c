package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;
import rope4j.checkpoint.Stated;
import rope4j.diagnosis.rules.Finding.Severity;
import rope4j.diagnosis.text.Figures;

/// Group C, second half: llama.cpp's flags of rotation against the file.
final class GgufFlagRules {

  private static final double SMALLEST_ATTENTION = 0.5;
  private static final double LARGEST_ATTENTION = 2;

  static final Rule BASE_OVERRIDDEN =
      new Rule(
          "C6-base-overridden",
          Severity.ERROR,
          "The command line replaces the file's base by a smaller one",
          "Every pair but the first turns faster than in training. Bindings that pass 10000 as their"
              + " default do this unasked.",
          List.of("llama.cpp#3401", "koboldcpp#426", "koboldcpp#487"),
          Engines.LLAMA_CPP,
          GgufFlagRules::baseOverridden);

  static final Rule INVERTED_SCALE =
      new Rule(
          "C9-inverted-scale",
          Severity.ERROR,
          "A scale or factor is upside down",
          "It multiplies every angle: positions are stretched instead of squeezed, and the text breaks"
              + " down at once.",
          List.of("llama.cpp#2530"),
          Engines.ALL,
          GgufFlagRules::invertedScale);

  static final Rule ATTENTION_FACTOR =
      new Rule(
          "C10-attention-factor-is-length",
          Severity.WARNING,
          "The attention factor looks like a context factor",
          "It multiplies cosine and sine, so attention scores grow by its square: a factor of 4 makes"
              + " them 16 times as sharp.",
          List.of("ik_llama.cpp#1298"),
          Engines.ALL,
          GgufFlagRules::attentionFactor);

  static final Rule SCALE_WITHOUT_TYPE =
      new Rule(
          "C11-scale-without-type",
          Severity.WARNING,
          "A scale without a type is linear",
          "Linear interpolation squeezes the fast pairs too, which an untuned model does not"
              + " understand beyond a factor of about 2.",
          List.of("llama.cpp tools/server/README.md"),
          Engines.LLAMA_CPP,
          GgufFlagRules::scaleWithoutType);

  static final Rule TYPE_WITHOUT_SCALE =
      new Rule(
          "C11-type-without-scale",
          Severity.ERROR,
          "YaRN is asked for without a factor",
          "Without one the factor is 1: the model rotates unscaled, whatever the length.",
          List.of("llama.cpp tools/server/README.md"),
          Engines.LLAMA_CPP,
          GgufFlagRules::typeWithoutScale);

  private GgufFlagRules() {}

  static List<Rule> all() {
    return List.of(
        BASE_OVERRIDDEN, INVERTED_SCALE, ATTENTION_FACTOR, SCALE_WITHOUT_TYPE, TYPE_WITHOUT_SCALE);
  }

  /// llama.cpp's flags of a launch; none when there is no launch.
  static RopeOverrides flags(Subject subject) {
    return subject.launch().map(launch -> launch.rotation()).orElse(RopeOverrides.NONE);
  }

  static Evidence flag(String name, OptionalDouble value) {
    return Evidence.launch(name, Figures.number(value.orElse(0)));
  }

  private static List<Hit> baseOverridden(Subject subject) {
    Optional<LaunchedRope> launched = LaunchedRope.of(subject);
    OptionalDouble base = launched.map(LaunchedRope::base).orElse(OptionalDouble.empty());
    Optional<Stated<Double>> own = subject.facts().base();
    if (subject.gguf().isEmpty()
        || base.isEmpty()
        || own.isEmpty()
        || base.getAsDouble() >= 0.99 * own.get().value()) {
      return List.of();
    }
    Evidence given = launched.orElseThrow().baseEvidence();
    Hit hit =
        Hit.of(
            "The command line sets the base to "
                + Figures.number(base.getAsDouble())
                + ", but the model was trained with "
                + Figures.number(own.get().value())
                + ": a lower base never reaches further.",
            List.of(given, own.get().evidence()),
            given.key().equals("--ropeconfig")
                ? "Give the model's own base after the scale: --ropeconfig SCALE "
                    + Figures.number(own.get().value())
                    + "."
                : "Leave " + given.key() + " out: the file's base is used then.");
    return List.of(base.getAsDouble() < 0.5 * own.get().value() ? hit : hit.as(Severity.WARNING));
  }

  private static List<Hit> invertedScale(Subject subject) {
    List<Hit> hits = new ArrayList<>();
    OptionalDouble scale = flags(subject).frequencyScale();
    if (scale.orElse(1) > 1) {
      hits.add(
          Hit.of(
              "A frequency scale of "
                  + Figures.number(scale.getAsDouble())
                  + " shortens the context "
                  + Figures.number(scale.getAsDouble())
                  + " times.",
              List.of(flag("--rope-freq-scale", scale)),
              "Use --rope-scale "
                  + Figures.number(scale.getAsDouble())
                  + ", which is its inverse."));
    }
    for (ConfigSection rope : ConfigSection.inForce(subject)) {
      double factor = rope.number("factor").orElse(1);
      if (rope.scales() && factor > 0 && factor < 1) {
        hits.add(
            Hit.of(
                "A factor of "
                    + Figures.number(factor)
                    + " stretches positions instead of squeezing them; it is probably upside down.",
                List.of(rope.evidence("factor"), rope.ropeTypeEvidence()),
                "Write \"factor\": " + Figures.number(1 / factor) + "."));
      }
    }
    GgufView.of(subject)
        .filter(gguf -> gguf.rope().factor().orElse(1) < 1)
        .ifPresent(gguf -> hits.add(invertedInFile(gguf)));
    return hits;
  }

  private static Hit invertedInFile(GgufView gguf) {
    String old = gguf.has("rope.scaling.factor") ? "rope.scaling.factor" : "rope.scale_linear";
    double right = 1 / gguf.rope().factor().orElse(1);
    return Hit.of(
        "A scaling factor below 1 stretches positions; it is probably upside down.",
        List.of(gguf.evidence(old)),
        "Write " + gguf.key(old) + " = " + Figures.number(right) + " with `rope patch`.");
  }

  private static List<Hit> attentionFactor(Subject subject) {
    List<Hit> hits = new ArrayList<>();
    RopeOverrides flags = flags(subject);
    if (outside(flags.yarnAttnFactor())) {
      boolean yarn = yarnActive(subject);
      hits.add(
          Hit.of(
                  yarn
                      ? "The flag has no effect while YaRN is on: llama.cpp works the factor out"
                          + " itself."
                      : "Cosine and sine are multiplied by "
                          + Figures.number(flags.yarnAttnFactor().getAsDouble())
                          + ", attention scores by "
                          + Figures.number(Math.pow(flags.yarnAttnFactor().getAsDouble(), 2))
                          + ".",
                  List.of(flag("--yarn-attn-factor", flags.yarnAttnFactor())),
                  "Leave --yarn-attn-factor out; YaRN's is 1 + 0.1 ln(scale).")
              .as(yarn ? Severity.WARNING : Severity.ERROR));
    }
    for (ConfigSection rope : ConfigSection.inForce(subject)) {
      for (String key : List.of("attention_factor", "attn_factor")) {
        if (outside(rope.number(key))) {
          hits.add(inConfig(rope, key));
        }
      }
    }
    GgufView.of(subject)
        .filter(gguf -> outside(OptionalDouble.of(gguf.rope().attentionFactor())))
        .ifPresent(gguf ->
            hits.add(
                Hit.of(
                    "The file multiplies cosine and sine by "
                        + Figures.number(gguf.rope().attentionFactor())
                        + ".",
                    List.of(gguf.evidence("rope.scaling.attn_factor")),
                    "Check it against the original config.json; YaRN's is 1 + 0.1 ln(factor).")));
    return hits;
  }

  private static Hit inConfig(ConfigSection rope, String key) {
    double value = rope.number(key).orElse(1);
    return Hit.of(
        key
            + " multiplies cosine and sine by "
            + Figures.number(value)
            + ", attention scores by "
            + Figures.number(value * value)
            + ".",
        List.of(rope.evidence(key), rope.ropeTypeEvidence()),
        "Leave " + key + " out: YaRN's is 1 + 0.1 ln(factor).");
  }

  private static boolean outside(OptionalDouble factor) {
    double value = factor.orElse(1);
    return value < SMALLEST_ATTENTION || value > LARGEST_ATTENTION;
  }

  /// Whether llama.cpp blends by YaRN, from the flags or else from the file.
  static boolean yarnActive(Subject subject) {
    RopeOverrides flags = flags(subject);
    if (flags.yarnExtFactor().isPresent()) {
      return flags.yarnExtFactor().getAsDouble() != 0;
    }
    return flags
        .scalingType()
        .or(() -> GgufView.of(subject).flatMap(gguf -> gguf.rope().scalingType()))
        .filter(RopeScalingType.YARN::equals)
        .isPresent();
  }

  static List<Hit> typeWithoutScale(Subject subject) {
    Optional<GgufView> view = GgufView.of(subject);
    Optional<LaunchedRope> launched = LaunchedRope.of(subject);
    if (view.isEmpty()
        || launched.filter(LaunchedRope::yarn).isEmpty()
        || !yarnActive(subject)
        || flags(subject).frequencyScale().isPresent()
        || view.get().rope().factor().orElse(1) != 1) {
      return List.of();
    }
    int trained = subject.trainedLength().value();
    int asked = subject.requestTokens().orElse(0);
    Hit hit =
        Hit.of(
            "YaRN is on, but neither the command line nor the file has a factor: by 1 nothing is"
                + " scaled.",
            List.of(
                launched.orElseThrow().scalingEvidence().getFirst(),
                view.get().evidence("rope.scaling.factor")),
            asked > trained
                ? LengthRemedy.of(subject, asked)
                : "Leave it out, or add --rope-scale N for N times " + trained + " tokens.");
    return List.of(asked > trained ? hit : hit.as(Severity.WARNING));
  }

  private static List<Hit> scaleWithoutType(Subject subject) {
    RopeOverrides flags = flags(subject);
    Optional<GgufView> view = GgufView.of(subject);
    if (view.isEmpty()
        || flags.frequencyScale().orElse(1) >= 1
        || flags.scalingType().isPresent()
        || flags.yarnExtFactor().orElse(0) != 0
        || view.get().rope().scalingType().isPresent()) {
      return List.of();
    }
    double factor = 1 / flags.frequencyScale().getAsDouble();
    return List.of(
        Hit.of(
            "Neither the flags nor the file name a scaling, so llama.cpp interpolates linearly by "
                + Figures.number(factor)
                + ".",
            List.of(
                Evidence.launch("--rope-scale", Figures.number(factor)),
                view.get().evidence("rope.scaling.type")),
            "Add --rope-scaling yarn --yarn-orig-ctx "
                + subject.trainedLength().value()
                + ", unless the model was tuned with linear interpolation."));
  }
}
