package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.ModelFacts;
import rope4j.checkpoint.Stated;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.launch.Launch;
import rope4j.diagnosis.rules.Finding.Severity;
import rope4j.diagnosis.text.Figures;

/// The rule of group B about a length that the rotation does not reach.
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
          "Beyond the trained length the slow pairs reach angles the model never saw: garbage, overflows, or a"
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

  private LengthRequestRules() {}

  /// The length as it was asked for, which slots may share.
  static Evidence request(Subject subject) {
    return Evidence.launch(
        subject.launch().filter(launch -> launch.contextLength().isPresent()).isPresent()
            ? flag(subject.launch().get())
            : "--context",
        String.valueOf(subject.requestedLength().orElse(0)));
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
    OptionalInt requested = subject.requestTokens();
    ModelFacts facts = subject.facts();
    Optional<LaunchedRope> launched = LaunchedRope.of(subject);
    if (requested.isEmpty() || facts.base().isEmpty() || isServerOfOwnLength(launched, requested)) {
      return List.of();
    }
    Optional<AppliedRope> files = AppliedRope.ofFiles(subject);
    Optional<AppliedRope> rope =
        AppliedRope.ofLaunch(subject)
            .filter(_ -> launched.orElseThrow().changesRotation() && files.isPresent());
    if (rope.isEmpty() && launched.filter(LaunchedRope::changesRotation).isPresent()) {
      // What the engine refuses, or is not known to read, is the business of other rules.
      return List.of();
    }
    boolean unscaled = rope.map(applied -> !applied.scales()).orElseGet(() -> unscaled(facts));
    double reach =
        rope.map(applied -> AppliedRope.reach(subject, files.orElseThrow(), applied))
            .orElseGet(() -> reachOfFiles(subject));
    if (TrainedScalingRules.spoils(subject)
        || facts.ropeType().value().equals("dynamic")
        || !(requested.getAsInt() > 1.01 * reach)) {
      return List.of();
    }
    List<Evidence> places = new ArrayList<>();
    places.add(request(subject));
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
                + Figures.number(reach)
                + (unscaled ? " and nothing scales it" : " with its scaling"),
            places,
            LengthRemedy.of(subject, requested.getAsInt()));
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

  /// How far the files' own rotation reaches.
  static double reachOfFiles(Subject subject) {
    ModelFacts facts = subject.facts();
    // Gemma 3's files do not say from which length their scaling starts.
    int trained = Math.min(facts.trainedLength().value(), subject.trainedLength().value());
    double scaled =
        facts.ropeType().value().equals("llama3")
            ? 0
            : facts.factor().map(Stated::value).orElse(1.0) * trained;
    return Math.max(facts.advertisedLength().value(), scaled);
  }
}
