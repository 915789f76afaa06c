package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import rope4j.checkpoint.Evidence;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.launch.Launch;
import rope4j.diagnosis.rules.Finding.Severity;
import rope4j.diagnosis.text.Figures;

/// Group G, second part: how llama-server, LM Studio and the Java engines share out a context.
final class ServingRules {

  private static final int FIT_FLOOR = 4096;

  static final Rule SLOTS =
      new Rule(
          "G5-slots-share-context",
          Severity.WARNING,
          "The context is divided among the slots",
          "A request gets a part of the context only; what is longer is refused or cut.",
          List.of("llama.cpp#11681", "llama.cpp#17767", "janhq/jan#8534", "unsloth#6164"),
          Set.of(Engine.LLAMA_CPP),
          ServingRules::slots);

  static final Rule FIT =
      new Rule(
          "G6-fit-shrinks-context",
          Severity.NOTE,
          "llama.cpp fits a context that was not asked for to the memory",
          "Where memory is short the context shrinks, down to 4096 tokens, and only the log says so.",
          List.of("unsloth#6164", "llama.cpp tools/server/README.md"),
          Set.of(Engine.LLAMA_CPP),
          ServingRules::fit);

  static final Rule SHIFT =
      new Rule(
          "G7-context-shift",
          Severity.WARNING,
          "A full context drops its beginning and moves on",
          "The oldest tokens go without a word, instructions among them, and the rest is rotated again"
              + " to new positions.",
          List.of("llama.cpp#4097", "koboldcpp#550", "llama.cpp#16693"),
          Set.of(Engine.LLAMA_CPP),
          ServingRules::shift);

  static final Rule LOADED_LENGTH =
      new Rule(
          "G8-loaded-length",
          Severity.WARNING,
          "LM Studio loads the model with a length of its own",
          "A longer prompt is cut in its middle or answered with nothing, and the status is still 200.",
          List.of("lmstudio-bug-tracker#2339", "lmstudio-bug-tracker#1806", "lmstudio-js#47"),
          Set.of(Engine.LM_STUDIO),
          ServingRules::loadedLength);

  private ServingRules() {}

  static List<Rule> all() {
    return Stream.of(OllamaRules.all(), List.of(SLOTS, FIT, SHIFT, LOADED_LENGTH), CacheRules.all())
        .flatMap(List::stream)
        .toList();
  }

  /// The launch, when it starts this engine.
  static Optional<Launch> launch(Subject subject, Engine engine) {
    return subject.launch().filter(launch -> launch.engine() == engine);
  }

  /// A flag as it was given.
  static Evidence flag(Launch launch, String name) {
    return Evidence.launch("--" + name, launch.value(name).filter(v -> !v.isEmpty()).orElse("on"));
  }

  /// A flag's number; empty when it is absent or none.
  static Optional<Integer> number(Launch launch, String name) {
    return launch.value(name).filter(value -> value.matches("-?[0-9]{1,9}")).map(Integer::valueOf);
  }

  private static List<Hit> slots(Subject subject) {
    Optional<Launch> launch = launch(subject, Engine.LLAMA_CPP);
    int slots = launch.map(Launch::parallel).orElse(OptionalInt.empty()).orElse(1);
    if (slots < 2 || launch.get().has("kv-unified") || launch.get().contextLength().isEmpty()) {
      return List.of();
    }
    int whole = launch.get().contextLength().getAsInt();
    if (whole / slots >= subject.facts().advertisedLength().value()) {
      return List.of();
    }
    int needed = Math.max(whole, subject.requestedLength().orElse(0));
    return List.of(
        Hit.of(
            slots + " slots share " + whole + " tokens: " + whole / slots + " for a request.",
            List.of(
                Evidence.launch("--ctx-size", String.valueOf(whole)),
                flag(launch.get(), "parallel")),
            "Use -np 1, --kv-unified, or -c " + (long) needed * slots + "."));
  }

  private static List<Hit> fit(Subject subject) {
    Optional<Launch> launch = launch(subject, Engine.LLAMA_CPP);
    if (launch.isEmpty()
        || launch.get().contextLength().isPresent()
        || launch.get().value("fit").filter("off"::equals).isPresent()) {
      return List.of();
    }
    int floor = number(launch.get(), "fit-ctx").orElse(FIT_FLOOR);
    int advertised = subject.facts().advertisedLength().value();
    return List.of(
        Hit.of(
            "No context is asked for, so it may be anything from "
                + Math.min(floor, advertised)
                + " to "
                + advertised
                + " tokens.",
            List.of(
                Evidence.byDefault("--ctx-size", "0"),
                subject.facts().advertisedLength().evidence()),
            "Give -c, or -fit off, and read n_ctx in the log."));
  }

  private static List<Hit> shift(Subject subject) {
    return launch(subject, Engine.LLAMA_CPP).stream()
        .filter(launch -> launch.has("context-shift"))
        .map(launch -> {
          double factor = yarnFactor(subject);
          return Hit.of(
              "The context shifts when it is full"
                  + (factor > 1
                      ? ", and with YaRN every shift multiplies the kept keys by "
                          + Figures.fixed(1 + 0.1 * Math.log(factor), 4)
                          + " once more."
                      : "."),
              List.of(flag(launch, "context-shift")),
              "Leave --context-shift out where the beginning must be kept; a request that is too long"
                  + " then fails visibly.");
        })
        .toList();
  }

  private static double yarnFactor(Subject subject) {
    if (!GgufFlagRules.yarnActive(subject)) {
      return 1;
    }
    double scale = GgufFlagRules.flags(subject).frequencyScale().orElse(0);
    return scale > 0
        ? 1 / scale
        : GgufView.of(subject).map(gguf -> gguf.rope().factor().orElse(1)).orElse(1.0);
  }

  private static List<Hit> loadedLength(Subject subject) {
    List<Hit> hits = new ArrayList<>();
    launch(subject, Engine.LM_STUDIO)
        .filter(launch -> launch.contextLength().isEmpty())
        .ifPresent(launch ->
            hits.add(
                Hit.of(
                    "`lms load` without --context-length takes LM Studio's default, not the model's "
                        + subject.facts().advertisedLength().value()
                        + " tokens.",
                    List.of(
                        Evidence.byDefault("--context-length", "LM Studio's default"),
                        subject.facts().advertisedLength().evidence()),
                    "lms load <model> --context-length "
                        + subject
                            .requestedLength()
                            .orElse(subject.facts().advertisedLength().value()))));
    return hits;
  }
}
