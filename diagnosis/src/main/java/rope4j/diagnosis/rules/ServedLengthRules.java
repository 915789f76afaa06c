package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.ModelFacts;
import rope4j.checkpoint.Stated;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.rules.Finding.Severity;
import rope4j.diagnosis.text.Figures;

/// The rules of group B about an engine that serves another length than a user expects.
final class ServedLengthRules {

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
          ServedLengthRules::lengthNotRaised);

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
          ServedLengthRules::thetaRaisedAlone);

  static final Rule SLOT_CAPPED =
      new Rule(
          "B10-slot-capped",
          Severity.WARNING,
          "llama-server cuts the context to the file's length although flags extend it",
          "The server starts and serves fewer tokens than asked for; what is longer is refused or"
              + " dropped.",
          List.of("llama.cpp#17459", "llama.cpp#22140", "llama.cpp#28030"),
          Engines.only(Engine.LLAMA_CPP),
          ServedLengthRules::slotCapped);

  static final Rule SERVED_SHORTER =
      new Rule(
          "B11-served-shorter",
          Severity.WARNING,
          "`-c` is above the file's length and nothing scales the rotation",
          "llama-server serves the file's own length without an error; other llama.cpp programs run on"
              + " unscaled.",
          List.of("meta-models/meta-oss-cookbook#37", "llama.cpp#17459"),
          Engines.only(Engine.LLAMA_CPP),
          ServedLengthRules::servedShorter);

  private ServedLengthRules() {}

  private static List<Hit> lengthNotRaised(Subject subject) {
    Optional<LaunchedRope> launched = LaunchedRope.of(subject);
    if (launched.isPresent() && launched.get().factor().orElse(1) > 1) {
      return launchNotRaised(subject, launched.get());
    }
    OptionalInt requested = subject.requestTokens();
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
    String reach = Figures.number(Math.rint(launched.reach().orElseThrow()));
    return List.of(
        Hit.of(
            "the flags scale by "
                + Figures.number(launched.factor().orElseThrow())
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
    String reach = Figures.number(Math.rint(factor * facts.trainedLength().value()));
    return Optional.of(
        Hit.of(
            "YaRN by "
                + Figures.number(factor)
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
    OptionalInt asked = subject.requestTokens();
    if (raised.isEmpty()
        || raised.getAsDouble() <= 1.01 * base.get().value()
        || launched.get().factor().isPresent()
        || launched.get().lengthOverride().orElse(0) > own
        || subject.requestTokens().orElse(0) > own) {
      return List.of();
    }
    return List.of(
        Hit.of(
            "the base is raised from "
                + Figures.number(base.get().value())
                + " to "
                + Figures.number(raised.getAsDouble())
                + ", but "
                + (asked.isPresent()
                    ? asked.getAsInt() + " tokens are asked for, which the model's own base covers"
                    : "the length stays " + own),
            List.of(
                launched.get().baseEvidence(),
                base.get().evidence(),
                subject.facts().advertisedLength().evidence()),
            asked.isPresent()
                ? "leave the base alone"
                : switch (launched.get().launch().engine()) {
                      case VLLM ->
                          "give it inside rope_parameters, where vLLM reads it, with \"max_position_embeddings\""
                              + " beside it and --max-model-len";
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
    if (launched.filter(it -> extended(subject, it)).isEmpty()) {
      return List.of();
    }
    int asked = subject.requestTokens().orElseThrow();
    int own = subject.facts().advertisedLength().value();
    List<Evidence> places = new ArrayList<>();
    places.add(LengthRequestRules.request(subject));
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
            (yarn
                    ? "newer builds (llama.cpp#28030) raise the length by themselves; for older ones"
                        + " add "
                    : "add ")
                + "--override-kv "
                + subject.facts().architecture().value()
                + ".context_length=int:"
                + asked));
  }

  private static List<Hit> servedShorter(Subject subject) {
    Optional<LaunchedRope> launched = beyondTheFile(subject);
    if (launched.isEmpty()
        || extended(subject, launched.get())
        || !GgufFlagRules.typeWithoutScale(subject).isEmpty()) {
      return List.of();
    }
    int asked = subject.requestTokens().orElseThrow();
    int own = subject.facts().advertisedLength().value();
    return List.of(
        Hit.of(
            "-c asks for "
                + asked
                + " tokens"
                + (asked == subject.requestedLength().orElseThrow() ? "" : " in each slot")
                + " and nothing scales the rotation: llama-server serves "
                + own,
            List.of(
                LengthRequestRules.request(subject), subject.facts().advertisedLength().evidence()),
            LengthRemedy.of(subject, asked)));
  }

  /// Whether the flags raise the base or scale by more than the file; a type without a factor does
  /// neither.
  private static boolean extended(Subject subject, LaunchedRope launched) {
    Optional<AppliedRope> files = AppliedRope.ofFiles(subject);
    Optional<AppliedRope> rope = AppliedRope.ofLaunch(subject);
    if (files.isEmpty() || rope.isEmpty()) {
      return launched.changesRotation();
    }
    return rope.get().base() > files.get().base()
        || rope.get().factor().orElse(1) > files.get().factor().orElse(1);
  }

  /// A llama.cpp command line that asks for more than the file gives and doesn't change the file's
  /// length.
  private static Optional<LaunchedRope> beyondTheFile(Subject subject) {
    int own = subject.facts().advertisedLength().value();
    int asked = subject.requestTokens().orElse(0);
    return LaunchedRope.of(subject)
        .filter(launched -> launched.launch().engine() == Engine.LLAMA_CPP)
        .filter(launched -> launched.launch().contextLength().isPresent() && asked > own)
        .filter(launched -> launched.lengthOverride().orElse(0) < asked);
  }
}
