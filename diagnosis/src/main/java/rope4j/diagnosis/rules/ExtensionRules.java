package rope4j.diagnosis.rules;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.Stated;
import rope4j.diagnosis.rules.Finding.Severity;
import rope4j.diagnosis.text.Figures;

/// Group D, last part: more scaling than the length needs, too little, or none.
final class ExtensionRules {

  private static final double NATIVE_BASE = 10_000;

  /// `llama-2-7b-32k`, `longchat-13b-16k`, `SuperHOT-8K`.
  private static final Pattern LENGTH =
      Pattern.compile("(?<![0-9a-z.])(8|16|32|64|100)k(?![0-9a-z])");

  private static final Pattern TUNED = Pattern.compile("superhot|longlora");

  static final Rule SHORT_TEXT =
      new Rule(
          "D14-yarn-hurts-short",
          Severity.WARNING,
          "YaRN is stronger than the length needs",
          "Its factor holds for every prompt, short ones too: quality on ordinary texts falls with the"
              + " factor.",
          List.of("QwenLM/Qwen3#1567", "sglang#6030", "exllamav3#29"),
          Engines.ALL,
          ExtensionRules::shortText);

  static final Rule WITHOUT_BLOCK =
      new Rule(
          "D17-finetune-without-block",
          Severity.WARNING,
          "The name promises a long context, but no scaling is written down",
          "A model tuned with linear interpolation must run with the same factor; without it the output"
              + " is noise.",
          List.of("exllama#147", "exllama#185", "JIA-Lab-research/LongLoRA#181"),
          Engines.ALL,
          ExtensionRules::withoutBlock);

  static final Rule BASE_TOO_SMALL =
      new Rule(
          "D18-base-too-small",
          Severity.WARNING,
          "The raised base does not reach the length",
          "The slowest pairs leave the angles they were trained on before the window is full.",
          List.of("oobabooga/text-generation-webui#3149", "exllama#215", "koboldcpp#375"),
          Engines.ALL,
          ExtensionRules::baseTooSmall);

  private ExtensionRules() {}

  static List<Rule> all() {
    return Stream.of(
            List.of(SHORT_TEXT), ReplacedScalingRules.all(), List.of(WITHOUT_BLOCK, BASE_TOO_SMALL))
        .flatMap(List::stream)
        .toList();
  }

  /// YaRN as it will run.
  private record Active(double factor, double trained, boolean launched, List<Evidence> evidence) {}

  private static Optional<Active> yarn(Subject subject) {
    Optional<GgufView> view = GgufView.of(subject);
    return view.isPresent()
        ? yarn(subject, view.get())
        : ConfigSection.inForce(subject).stream()
            .filter(rope -> rope.ropeType().equals("yarn") && rope.number("factor").isPresent())
            .findFirst()
            .map(rope -> yarn(subject, rope));
  }

  private static Active yarn(Subject subject, ConfigSection rope) {
    return new Active(
        rope.number("factor").orElse(1),
        rope.number("original_max_position_embeddings").orElse(subject.trainedLength().value()),
        rope.launched(),
        List.of(rope.ropeTypeEvidence(), rope.evidence("factor")));
  }

  private static Optional<Active> yarn(Subject subject, GgufView gguf) {
    if (!GgufFlagRules.yarnActive(subject)) {
      return Optional.empty();
    }
    RopeOverrides flags = GgufFlagRules.flags(subject);
    boolean launched =
        flags.frequencyScale().isPresent()
            || flags.scalingType().isPresent()
            || gguf.isOverridden("rope.scaling.type")
            || gguf.isOverridden("rope.scaling.factor");
    double factor =
        flags.frequencyScale().isPresent()
            ? 1 / flags.frequencyScale().getAsDouble()
            : gguf.rope().factor().orElse(1);
    double trained =
        flags.yarnOriginalContext().isPresent()
            ? flags.yarnOriginalContext().getAsInt()
            : gguf.description().trainedLength();
    List<Evidence> evidence =
        flags.frequencyScale().isPresent()
            ? List.of(Evidence.launch("--rope-scale", Figures.number(factor)))
            : List.of(gguf.evidence("rope.scaling.type"), gguf.evidence("rope.scaling.factor"));
    return Optional.of(new Active(factor, trained, launched, evidence));
  }

  private static List<Hit> shortText(Subject subject) {
    Optional<Active> active = yarn(subject).filter(yarn -> yarn.factor() > 1);
    Optional<Family> family = Families.of(subject);
    boolean tuned =
        subject
            .gguf()
            .flatMap(file ->
                file.file()
                    .metadata()
                    .bool(subject.facts().architecture().value() + ".rope.scaling.finetuned"))
            .orElse(false);
    if (active.isEmpty() || tuned || family.filter(Family::trainedScaled).isPresent()) {
      return List.of();
    }
    Active yarn = active.get();
    if (subject.requestTokens().isEmpty()) {
      return family.isEmpty() || yarn.launched() ? List.of() : List.of(always(yarn));
    }
    int requested = subject.requestTokens().getAsInt();
    // The original length that the scaling names may be the one it is to reach.
    double trained = subject.trainedLength().value();
    double needed = Math.max(1, Math.ceil(requested / trained));
    if (yarn.factor() <= needed + 1e-6) {
      return List.of();
    }
    List<Evidence> evidence = new ArrayList<>(yarn.evidence());
    evidence.add(Evidence.launch("context", String.valueOf(requested)));
    Hit hit =
        Hit.of(
            requested
                + " tokens need "
                + (needed == 1 ? "no YaRN" : "a factor of " + Figures.number(needed))
                + ", but YaRN runs with "
                + Figures.number(yarn.factor())
                + ".",
            evidence,
            needed == 1
                ? "Leave the scaling out, or keep a second endpoint without it for short prompts."
                : "Set the factor to "
                    + Figures.number(needed)
                    + ": ceil("
                    + requested
                    + " / "
                    + Figures.number(trained)
                    + "). Keep the factor if the model was trained with it.");
    return List.of(yarn.launched() || family.isPresent() ? hit : hit.as(Severity.NOTE));
  }

  private static Hit always(Active yarn) {
    return Hit.of(
            "YaRN with factor "
                + Figures.number(yarn.factor())
                + " also holds for prompts within "
                + Figures.number(yarn.trained())
                + " tokens, which the model handles without it.",
            yarn.evidence(),
            "Keep it only where long prompts are usual, with the smallest factor that covers them.")
        .as(Severity.NOTE);
  }

  private static List<Hit> withoutBlock(Subject subject) {
    boolean scaled =
        GgufView.of(subject)
            .map(gguf -> gguf.isScaled() || gguf.architecture().equals("chatglm"))
            .orElse(
                !ConfigSection.inForce(subject).stream()
                    .allMatch(rope -> rope.ropeType().equals("default")));
    boolean flagged = GgufFlagRules.flags(subject).frequencyScale().isPresent();
    Optional<Stated<Double>> base = subject.facts().base();
    if (scaled || flagged || base.isEmpty() || base.get().value() != NATIVE_BASE) {
      return List.of();
    }
    return named(subject).stream().toList();
  }

  private static Optional<Hit> named(Subject subject) {
    Stated<String> title = subject.facts().title().orElseGet(() -> fileName(subject));
    String name = title.value().toLowerCase(Locale.ROOT).replace('_', '-');
    Matcher length = LENGTH.matcher(name);
    boolean found = length.find();
    boolean tuned = TUNED.matcher(name).find();
    if (!found && !tuned) {
      return Optional.empty();
    }
    int tokens = found ? 1024 * Integer.parseInt(length.group(1)) : 8192;
    Hit hit =
        Hit.of(
            "The name says "
                + (found ? length.group(1) + "k tokens" : "it was tuned for a longer context")
                + ", the base is the ordinary one and there is no scaling.",
            List.of(title.evidence(), subject.facts().ropeType().evidence()),
            "Look for the factor it was tuned with. Usual are "
                + tokens / 2048
                + " from LLaMA's 2048 tokens and "
                + tokens / 4096
                + " from Llama 2's 4096, linear: --rope-scaling linear --rope-scale N.");
    // Some models were trained at 8192 from the start.
    return Optional.of(tokens <= 8192 && !tuned ? hit.as(Severity.NOTE) : hit);
  }

  private static Stated<String> fileName(Subject subject) {
    Path last = subject.checkpoint().path().getFileName();
    String name = last == null ? "" : last.toString();
    return new Stated<>(name, Evidence.derived("name of the file", name));
  }

  private static List<Hit> baseTooSmall(Subject subject) {
    Optional<Stated<Double>> own = subject.facts().base();
    int requested = subject.requestTokens().orElse(0);
    int trained = subject.trainedLength().value();
    if (own.isEmpty() || requested <= trained) {
      return List.of();
    }
    List<Hit> hits = new ArrayList<>();
    RopeOverrides flags = GgufFlagRules.flags(subject);
    Stream<Stated<Double>> fromFlags =
        flags.frequencyBase().stream()
            .filter(base -> flags.frequencyScale().isEmpty())
            .filter(base -> !GgufFlagRules.yarnActive(subject))
            .filter(base -> GgufView.of(subject).filter(gguf -> !gguf.isScaled()).isPresent())
            .mapToObj(base ->
                new Stated<>(
                    base, GgufFlagRules.flag("--rope-freq-base", OptionalDouble.of(base))));
    Stream<Stated<Double>> fromConfig =
        ConfigSection.inForce(subject).stream()
            .filter(rope -> rope.launched() && rope.ropeType().equals("default"))
            .filter(rope -> rope.number("rope_theta").isPresent())
            .map(rope ->
                new Stated<>(rope.number("rope_theta").getAsDouble(), rope.evidence("rope_theta")));
    Stream.concat(fromFlags, fromConfig)
        .filter(base -> base.value() > own.get().value())
        .forEach(base -> reach(subject, base, own.get().value(), hits));
    return hits;
  }

  private static void reach(Subject subject, Stated<Double> raised, double own, List<Hit> hits) {
    double d = subject.facts().rotaryDimension().value();
    int trained = subject.trainedLength().value();
    int requested = subject.requestTokens().orElse(trained);
    double reach = trained * Math.pow(raised.value() / own, (d - 2) / d);
    double needed = own * Math.pow((double) requested / trained, d / (d - 2));
    if (reach < requested * 0.999) {
      hits.add(
          Hit.of(
              "A base of "
                  + Figures.number(raised.value())
                  + " carries about "
                  + (long) reach
                  + " tokens, not "
                  + requested
                  + ".",
              List.of(raised.evidence(), subject.trainedLength().evidence()),
              "Take at least "
                  + Figures.number(Math.ceil(needed))
                  + "; in practice a quarter more is needed."));
    }
  }
}
