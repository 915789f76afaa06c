package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.Stated;
import rope4j.checkpoint.config.Dialect;
import rope4j.checkpoint.config.RopeReading;
import rope4j.checkpoint.json.JsonFile;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.rules.Finding.Severity;
import rope4j.diagnosis.text.Figures;

/// The rules of group A about what a command line puts in the place of a configuration's keys.
final class OverrideRules {

  /// Keys of a scaling object that belong to the model rather than to the scaling.
  private static final List<String> MODEL_KEYS =
      List.of("rope_theta", "partial_rotary_factor", "mrope_section", "mrope_interleaved");

  static final Rule DROPS_THETA =
      new Rule(
          "A4-override-drops-theta",
          Severity.ERROR,
          "an override of the scaling object leaves out `rope_theta`",
          "The override takes the place of the whole object, so the base falls to 10000: text collapses"
              + " within a few thousand tokens (perplexity 13.8 at the start, 11000 at 7800).",
          List.of("NVIDIA-NeMo/Megatron-Bridge#3077", "unslothai/unsloth#7028"),
          Engines.only(Engine.VLLM, Engine.SGLANG, Engine.TRANSFORMERS),
          OverrideRules::dropsTheta);

  static final Rule WRONG_LEVEL =
      new Rule(
          "A9-wrong-level",
          Severity.WARNING,
          "rope keys stand outside `text_config`, where the language model doesn't look",
          "The keys are parsed and never read: the model rotates as if they were not there.",
          List.of("jundot/omlx#3594", "xinfer#215"),
          Engines.only(Engine.TRANSFORMERS, Engine.VLLM, Engine.SGLANG),
          OverrideRules::wrongLevel);

  static final Rule WRONG_THETA =
      new Rule(
          "A10-wrong-theta",
          Severity.WARNING,
          "the command line gives a base that isn't the model's",
          "Every pair but the first turns at another speed than in training: digits and words get mixed"
              + " up.",
          List.of("vllm-ascend#5201"),
          Engines.ALL,
          OverrideRules::wrongTheta);

  private OverrideRules() {}

  private static List<Hit> dropsTheta(Subject subject) {
    Optional<LaunchedRope> launched = LaunchedRope.of(subject);
    Optional<Stated<Double>> base = subject.facts().base();
    // The --rope-scaling of older vLLM was laid over a file that kept its theta.
    if (launched.isEmpty()
        || base.isEmpty()
        || base.get().value() == 10000
        || TrainedScalingRules.spoils(subject)
        || launched.get().launch().has("rope-scaling")
        || launched.get().base().isPresent()) {
      return List.of();
    }
    List<Hit> hits = new ArrayList<>();
    double left = baseAfter(subject, launched.get());
    for (ConfigSection override : launched.get().overrides()) {
      // One dictionary a layer type carries its bases inside; inside text_config vLLM merges key by
      // key.
      if (left == base.get().value()
          || override.path().size() > 1
          || override.keys().values().stream().anyMatch(value -> value instanceof Map<?, ?>)) {
        continue;
      }
      boolean keptOutside =
          override.path().getLast().equals("rope_scaling")
              && ConfigSection.text(subject).filter(keys -> keys.has("rope_theta")).isPresent();
      Hit hit =
          Hit.of(
              "the override replaces the whole object and has no rope_theta: base "
                  + (keptOutside ? "may fall" : "falls")
                  + " from "
                  + Figures.number(base.get().value())
                  + " to "
                  + Figures.number(left)
                  + (keptOutside ? " with Transformers 5" : ""),
              List.of(override.evidence(), base.get().evidence()),
              override.factor().isPresent() && !override.has("rope_type") && !override.has("type")
                  ? "leave the override out: a factor without a rope_type scales nothing"
                  : launched
                      .get()
                      .pasted(override.path(), merged(subject, override, base.get().value())));
      hits.add(keptOutside ? hit.as(Severity.WARNING) : hit);
    }
    return hits;
  }

  /// The base that is left once the override has replaced the object: the model class's default.
  private static double baseAfter(Subject subject, LaunchedRope launched) {
    if (subject.folder().isEmpty()) {
      return 10000;
    }
    try {
      RopeReading reading =
          RopeReading.of(
              subject.folder().get().config().withOverrides(launched.launch().configOverrides()),
              Dialect.VLLM);
      return reading.layers().stream()
          .filter(layer -> !layer.layerType().equals(Optional.of("sliding_attention")))
          .findFirst()
          .orElse(reading.layers().getFirst())
          .base();
    } catch (CheckpointException e) {
      // An override the engine refuses has no base; what is missing is worth saying all the same.
      return 10000;
    }
  }

  /// The override with what belongs to the model put back.
  private static Map<String, @Nullable Object> merged(
      Subject subject, ConfigSection override, double base) {
    Map<String, @Nullable Object> merged = new LinkedHashMap<>(override.keys());
    merged.put("rope_theta", base);
    List<ConfigSection> blocks = ConfigSection.inFile(subject);
    if (blocks.size() == 1) {
      for (String key : MODEL_KEYS) {
        if (blocks.getFirst().keys().get(key) != null) {
          merged.putIfAbsent(key, blocks.getFirst().keys().get(key));
        }
      }
    }
    return merged;
  }

  private static List<Hit> wrongLevel(Subject subject) {
    Optional<ConfigSection> keys =
        ConfigSection.text(subject).filter(text -> !text.path().isEmpty());
    if (keys.isEmpty()) {
      return List.of();
    }
    List<Hit> hits = new ArrayList<>();
    String inside = String.join(".", keys.get().path());
    JsonFile outermost = subject.folder().orElseThrow().configJson();
    for (String key : List.of("rope_scaling", "rope_parameters", "rope_theta")) {
      Optional<Object> outer = outermost.get(key);
      if (outer.isPresent() && !outer.equals(keys.get().get(key))) {
        hits.add(
            Hit.of(
                key + " stands beside " + inside + ", but the language model reads it inside",
                List.of(outermost.evidence(key), keys.get().evidence(key)),
                "move " + key + " into " + inside));
      }
    }
    LaunchedRope.of(subject)
        .ifPresent(launched ->
            launched.overrides().stream()
                .filter(override -> override.path().size() == 1)
                .map(override -> overrideLevel(launched, override, keys.get()))
                .forEach(hits::add));
    return hits;
  }

  private static Hit overrideLevel(
      LaunchedRope launched, ConfigSection override, ConfigSection keys) {
    List<String> path = new ArrayList<>(keys.path());
    path.addAll(override.path());
    return Hit.of(
        "the override sets "
            + override.path().getLast()
            + " at the top level, but the language model reads "
            + String.join(".", path),
        List.of(override.evidence(), keys.evidence()),
        launched.pasted(path, override.keys()));
  }

  private static List<Hit> wrongTheta(Subject subject) {
    Optional<LaunchedRope> launched = LaunchedRope.of(subject);
    Optional<Stated<Double>> base = subject.facts().base();
    OptionalDouble given = launched.map(LaunchedRope::base).orElse(OptionalDouble.empty());
    if (base.isEmpty() || given.isEmpty()) {
      return List.of();
    }
    double own = base.get().value();
    double ratio = given.getAsDouble() / own;
    boolean lower = ratio < 0.99;
    if (lower && subject.gguf().isPresent()) {
      // That is the business of the rule for GGUF.
      return List.of();
    }
    if (!lower && !(ratio > 2 && launched.orElseThrow().yarn())) {
      return List.of();
    }
    String message =
        "the command line gives base "
            + Figures.number(given.getAsDouble())
            + (lower
                ? ", less than the model's "
                    + Figures.number(own)
                    + ": a lower base never reaches"
                    + " further"
                : " together with YaRN, more than twice the model's "
                    + Figures.number(own)
                    + ": that extends twice");
    Hit hit =
        Hit.of(
            message,
            List.of(launched.orElseThrow().baseEvidence(), base.get().evidence()),
            "give the model's own base, "
                + Figures.number(own)
                + (subject.gguf().isPresent() ? ", or leave the flag out" : ""));
    return List.of(ratio < 0.5 ? hit.as(Severity.ERROR) : hit);
  }
}
