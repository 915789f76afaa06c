package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.ModelFacts;
import rope4j.checkpoint.Stated;
import rope4j.diagnosis.Engine;
import rope4j.diagnosis.Finding.Severity;
import rope4j.diagnosis.launch.Launch;

/// The rules of group B about a length that a user asks for.
final class LengthRequestRules {

  private static final Set<String> UNSCALED = Set.of("default", "none", "mrope", "proportional");

  /// Variables that let a server start beyond the model's length.
  private static final List<String> FORCES =
      List.of("VLLM_ALLOW_LONG_MAX_MODEL_LEN", "SGLANG_ALLOW_OVERWRITE_LONGER_CONTEXT_LEN");

  static final Rule FORCED_UNSCALED =
      new Rule(
          "B4-forced-unscaled",
          Severity.WARNING,
          "more tokens are asked for than the rotation was made for",
          "Beyond the trained length the slow pairs reach angles the model never saw: garbage, NaN, or a"
              + " read past the engine's table.",
          List.of("vllm#20904", "vllm#17924", "vllm#44286", "sglang#2943"),
          // Ollama clamps and KoboldCpp scales by itself.
          Engines.only(
              Engine.TRANSFORMERS,
              Engine.VLLM,
              Engine.SGLANG,
              Engine.LLAMA_CPP,
              Engine.LM_STUDIO,
              Engine.JLAMA,
              Engine.LLAMA3_JAVA,
              Engine.GPULLAMA3),
          LengthRequestRules::forcedUnscaled);

  static final Rule LENGTH_NOT_RAISED =
      new Rule(
          "B5-length-not-raised",
          Severity.WARNING,
          "a scaling is set, but the length stays what it was",
          "The engine still stops at the old length, while the scaling already costs quality in short"
              + " text.",
          List.of("sglang#2108", "modelscope/ms-swift#5146"),
          Engines.only(
              Engine.TRANSFORMERS,
              Engine.SGLANG,
              Engine.LLAMA_CPP,
              Engine.OLLAMA,
              Engine.LM_STUDIO,
              Engine.KOBOLDCPP),
          LengthRequestRules::lengthNotRaised);

  static final Rule THETA_RAISED_ALONE =
      new Rule(
          "B6-theta-raised-alone",
          Severity.WARNING,
          "the base is raised, but the length stays what it was",
          "The engine still stops at the old length, and short text is read with frequencies that the"
              + " model wasn't trained on.",
          List.of("vllm#9490"),
          Engines.only(
              Engine.VLLM, Engine.SGLANG, Engine.LLAMA_CPP, Engine.LM_STUDIO, Engine.KOBOLDCPP),
          LengthRequestRules::thetaRaisedAlone);

  static final Rule SLOT_CAPPED =
      new Rule(
          "B10-slot-capped",
          Severity.WARNING,
          "llama-server cuts the context to the file's length although flags extend it",
          "The server starts and serves fewer tokens than asked for; what is longer is refused or"
              + " dropped.",
          List.of("llama.cpp#17459", "llama.cpp#22140", "llama.cpp#28030"),
          Engines.only(Engine.LLAMA_CPP),
          LengthRequestRules::slotCapped);

  static final Rule SERVED_SHORTER =
      new Rule(
          "B11-served-shorter",
          Severity.WARNING,
          "`-c` is above the file's length and nothing scales the rotation",
          "llama-server serves the file's own length without an error; other llama.cpp programs run on"
              + " unscaled.",
          List.of("meta-models/meta-oss-cookbook#37", "llama.cpp#17459"),
          Engines.only(Engine.LLAMA_CPP),
          LengthRequestRules::servedShorter);

  private LengthRequestRules() {}

  private static OptionalInt requested(Subject subject) {
    return subject.requestedLength().isPresent()
        ? subject.requestedLength()
        : subject.launch().map(Launch::contextLength).orElse(OptionalInt.empty());
  }

  private static Evidence request(Subject subject, int length) {
    return Evidence.launch(
        subject.launch().filter(launch -> launch.contextLength().isPresent()).isPresent()
            ? flag(subject.launch().get())
            : "--context",
        String.valueOf(length));
  }

  private static String flag(Launch launch) {
    for (String name :
        List.of("ctx-size", "max-model-len", "context-length", "contextsize", "num_ctx")) {
      if (launch.has(name)) {
        return "--" + name;
      }
    }
    return "context length";
  }

  private static boolean unscaled(ModelFacts facts) {
    return UNSCALED.contains(facts.ropeType().value())
        || (facts.ropeType().value().equals("linear") && facts.factor().isEmpty());
  }

  private static List<Hit> forcedUnscaled(Subject subject) {
    OptionalInt requested = requested(subject);
    ModelFacts facts = subject.facts();
    Optional<LaunchedRope> launched = LaunchedRope.of(subject);
    if (requested.isEmpty() || facts.base().isEmpty() || isServerOfOwnLength(launched, requested)) {
      return List.of();
    }
    boolean rescaled = launched.filter(LaunchedRope::changesRotation).isPresent();
    boolean unscaled = !rescaled && unscaled(facts);
    double reach = reach(facts, launched, rescaled);
    if (facts.ropeType().value().equals("dynamic") || !(requested.getAsInt() > 1.01 * reach)) {
      return List.of();
    }
    List<Evidence> places = new ArrayList<>();
    places.add(request(subject, requested.getAsInt()));
    places.add(facts.advertisedLength().evidence());
    places.add(facts.ropeType().evidence());
    launched.ifPresent(launch -> {
      places.addAll(launch.scalingEvidence());
      launch
          .launch()
          .environment()
          .forEach((name, value) -> {
            if (FORCES.contains(name)) {
              places.add(Evidence.launch(name, value));
            }
          });
    });
    Hit hit =
        Hit.of(
            requested.getAsInt()
                + " tokens are asked for, but the rotation reaches "
                + JsonText.number(reach)
                + (unscaled ? " and nothing scales it" : " with its scaling"),
            places,
            scaling(subject, requested.getAsInt()));
    return List.of(unscaled && launched.isPresent() ? hit.as(Severity.ERROR) : hit);
  }

  /// llama.cpp's server serves what the file says; that is the business of other rules.
  private static boolean isServerOfOwnLength(
      Optional<LaunchedRope> launched, OptionalInt requested) {
    return launched
        .filter(launch -> launch.launch().engine() == Engine.LLAMA_CPP)
        .filter(launch -> launch.lengthOverride().orElse(0) < requested.orElseThrow())
        .isPresent();
  }

  private static double reach(ModelFacts facts, Optional<LaunchedRope> launched, boolean rescaled) {
    if (rescaled) {
      // A raised base has no length that could be read off.
      return launched.orElseThrow().reach().orElse(Double.POSITIVE_INFINITY);
    }
    double scaled =
        facts.ropeType().value().equals("llama3")
            ? 0
            : facts.factor().map(Stated::value).orElse(1.0) * facts.trainedLength().value();
    return Math.max(facts.advertisedLength().value(), scaled);
  }

  /// A YaRN block for a length, or a smaller length.
  private static String scaling(Subject subject, int length) {
    ModelFacts facts = subject.facts();
    int original =
        Families.of(subject)
            .map(Family::trainedLength)
            .orElseGet(() -> facts.trainedLength().value());
    if (!unscaled(facts)) {
      return "ask for at most " + facts.advertisedLength().value() + " tokens";
    }
    double factor = Math.ceil((double) length / original);
    if (subject.gguf().isPresent()) {
      return "--rope-scaling yarn --rope-scale "
          + JsonText.number(factor)
          + " --yarn-orig-ctx "
          + original
          + ", or ask for at most "
          + facts.advertisedLength().value();
    }
    Map<String, @Nullable Object> block = new LinkedHashMap<>();
    block.put("rope_type", "yarn");
    block.put("factor", factor);
    block.put("original_max_position_embeddings", (long) original);
    facts.base().ifPresent(base -> block.put("rope_theta", base.value()));
    return "add "
        + JsonText.of(Map.of("rope_parameters", block))
        + ", or ask for at most "
        + facts.advertisedLength().value();
  }

  private static List<Hit> lengthNotRaised(Subject subject) {
    Optional<LaunchedRope> launched = LaunchedRope.of(subject);
    if (launched.isPresent() && launched.get().factor().orElse(1) > 1) {
      return launchNotRaised(subject, launched.get());
    }
    OptionalInt requested = requested(subject);
    return launched.isPresent() && requested.isPresent()
        ? List.of()
        : fileNotRaised(subject).stream().toList();
  }

  private static List<Hit> launchNotRaised(Subject subject, LaunchedRope launched) {
    Engine engine = launched.launch().engine();
    int own = subject.facts().advertisedLength().value();
    if (launched.launch().contextLength().isPresent()
        || launched.lengthOverride().orElse(0) > own
        || !Set.of(Engine.SGLANG, Engine.LLAMA_CPP, Engine.KOBOLDCPP).contains(engine)
        || !(launched.reach().orElse(0) > own)) {
      return List.of();
    }
    List<Evidence> places = new ArrayList<>(launched.scalingEvidence());
    places.add(subject.facts().advertisedLength().evidence());
    String reach = JsonText.number(Math.rint(launched.reach().orElseThrow()));
    return List.of(
        Hit.of(
            "the flags scale by "
                + JsonText.number(launched.factor().orElseThrow())
                + ", but no length is asked for, so "
                + engine.title()
                + (engine == Engine.KOBOLDCPP ? " takes its own default" : " stops at " + own),
            places,
            "add "
                + switch (engine) {
                  case SGLANG -> "--context-length ";
                  case KOBOLDCPP -> "--contextsize ";
                  default -> "-c ";
                }
                + reach));
  }

  private static Optional<Hit> fileNotRaised(Subject subject) {
    ModelFacts facts = subject.facts();
    double factor = facts.factor().map(Stated::value).orElse(1.0);
    boolean stated =
        facts.trainedLength().evidence().origin() == Evidence.Origin.FILE
            && facts.trainedLength().evidence().key().contains("original");
    if (!facts.ropeType().value().equals("yarn")
        || factor <= 1
        || !stated
        || facts.advertisedLength().value() > facts.trainedLength().value()) {
      return Optional.empty();
    }
    String reach = JsonText.number(Math.rint(factor * facts.trainedLength().value()));
    return Optional.of(
        Hit.of(
            "YaRN by "
                + JsonText.number(factor)
                + " is set, but the file still gives "
                + facts.advertisedLength().value()
                + " tokens",
            List.of(
                facts.factor().orElseThrow().evidence(),
                facts.advertisedLength().evidence(),
                facts.trainedLength().evidence()),
            subject.gguf().isPresent()
                ? "raise " + facts.architecture().value() + ".context_length to " + reach
                : "raise \"max_position_embeddings\" to " + reach));
  }

  private static List<Hit> thetaRaisedAlone(Subject subject) {
    Optional<LaunchedRope> launched = LaunchedRope.of(subject);
    Optional<Stated<Double>> base = subject.facts().base();
    if (launched.isEmpty() || base.isEmpty()) {
      return List.of();
    }
    OptionalDouble raised = launched.get().base();
    int own = subject.facts().advertisedLength().value();
    if (raised.isEmpty()
        || raised.getAsDouble() <= 1.01 * base.get().value()
        || launched.get().factor().isPresent()
        || launched.get().lengthOverride().orElse(0) > own
        || requested(subject).orElse(0) > own) {
      return List.of();
    }
    return List.of(
        Hit.of(
            "the base is raised from "
                + JsonText.number(base.get().value())
                + " to "
                + JsonText.number(raised.getAsDouble())
                + ", but the length stays "
                + own,
            List.of(
                launched.get().baseEvidence(),
                base.get().evidence(),
                subject.facts().advertisedLength().evidence()),
            switch (launched.get().launch().engine()) {
                  case VLLM ->
                      "add \"max_position_embeddings\" to --hf-overrides and pass --max-model-len";
                  case SGLANG -> "add --context-length with the length you want";
                  default ->
                      "add -c with the length you want and --override-kv "
                          + subject.facts().architecture().value()
                          + ".context_length=int:N";
                }
                + ", or leave the base alone"));
  }

  private static List<Hit> slotCapped(Subject subject) {
    Optional<LaunchedRope> launched = beyondTheFile(subject);
    if (launched.filter(LaunchedRope::changesRotation).isEmpty()) {
      return List.of();
    }
    int asked = subject.launch().orElseThrow().contextLength().orElseThrow();
    int own = subject.facts().advertisedLength().value();
    List<Evidence> places = new ArrayList<>();
    places.add(request(subject, asked));
    places.addAll(launched.orElseThrow().scalingEvidence());
    places.add(subject.facts().advertisedLength().evidence());
    boolean yarn = launched.orElseThrow().yarn();
    return List.of(
        Hit.of(
            (yarn ? "llama-server before September 2026" : "llama-server")
                + " cuts the context to the file's "
                + own
                + " tokens, whatever the rotation flags say",
            places,
            "--override-kv "
                + subject.facts().architecture().value()
                + ".context_length=int:"
                + asked
                + (yarn
                    ? " with a build before llama.cpp#28030; newer ones raise the length by themselves"
                    : "")));
  }

  private static List<Hit> servedShorter(Subject subject) {
    Optional<LaunchedRope> launched = beyondTheFile(subject);
    if (launched.isEmpty() || launched.get().changesRotation()) {
      return List.of();
    }
    int asked = subject.launch().orElseThrow().contextLength().orElseThrow();
    int own = subject.facts().advertisedLength().value();
    return List.of(
        Hit.of(
            "-c asks for "
                + asked
                + " tokens and nothing scales the rotation: llama-server serves "
                + own,
            List.of(request(subject, asked), subject.facts().advertisedLength().evidence()),
            scaling(subject, asked)));
  }

  /// A llama.cpp command line that asks for more than the file gives and doesn't change the file's
  /// length.
  private static Optional<LaunchedRope> beyondTheFile(Subject subject) {
    int own = subject.facts().advertisedLength().value();
    return LaunchedRope.of(subject)
        .filter(launched -> launched.launch().engine() == Engine.LLAMA_CPP)
        .filter(launched -> launched.launch().contextLength().orElse(0) > own)
        .filter(launched ->
            launched.lengthOverride().orElse(0) < launched.launch().contextLength().orElseThrow());
  }
}
