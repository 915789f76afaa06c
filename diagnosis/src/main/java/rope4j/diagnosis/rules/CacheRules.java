package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.json.JsonFile;
import rope4j.checkpoint.json.JsonWriter;
import rope4j.checkpoint.model.FolderCheckpoint;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.launch.Launch;
import rope4j.diagnosis.rules.Finding.Severity;

/// Group G, last part: coarse keys, draft models, adapters and clients of Java engines.
final class CacheRules {

  private static final Set<String> COARSE =
      Set.of("q4_0", "q4_1", "q5_0", "q5_1", "iq4_nl", "int4", "nvfp4");

  /// llama.cpp's other types. Source: llama.cpp `common/arg.cpp`.
  private static final Set<String> FINE = Set.of("f32", "f16", "bf16", "q8_0");

  private static final List<String> DRAFT_FLAGS =
      List.of("model-draft", "draftmodel", "speculative-config", "speculative-draft-model-path");

  private static final List<String> ROPE_KEYS =
      List.of("rope_theta", "rope_scaling", "rope_parameters", "max_position_embeddings");

  static final Rule COARSE_KEYS =
      new Rule(
          "G10-coarse-keys",
          Severity.WARNING,
          "Keys are cached with fewer than 8 bits",
          "Rotated keys lose the small angles between neighbours; the damage grows with the length and"
              + " looks like a wrong rotation.",
          List.of("mlx-lm#1555", "llama.cpp#21038"),
          Engines.ALL,
          CacheRules::coarseKeys);

  static final Rule DRAFT =
      new Rule(
          "G11-draft-rotation",
          Severity.WARNING,
          "The draft model does not get the rotation it needs",
          "Nothing is wrong in the text, but beyond the draft's length hardly a token is accepted and"
              + " the speed is gone.",
          List.of("turboderp-org/exui#21", "llama.cpp tools/server/server-context.cpp"),
          Engines.ALL,
          CacheRules::draft);

  static final Rule ADAPTER =
      new Rule(
          "G12-adapter-rotation",
          Severity.WARNING,
          "The adapter was tuned with another rotation than the config has",
          "The tuned weights expect the angles of their training: served with others, the output gets"
              + " worse, up to noise.",
          List.of("JIA-Lab-research/LongLoRA#181", "axolotl#383", "unsloth#3083"),
          Engines.HUGGING_FACE,
          CacheRules::adapter);

  static final Rule MAX_TOKENS =
      new Rule(
          "G13-max-tokens-is-context",
          Severity.NOTE,
          "The context of these engines is what they call the maximum of tokens",
          "Its default is 512: a longer prompt is cut or refused, whatever the model can do.",
          List.of("langchain4j langchain4j-gpu-llama3", "llama3.java Llama3.java"),
          Engines.JAVA_GGUF,
          CacheRules::maxTokens);

  private static final int DEFAULT_MAX_TOKENS = 512;

  private CacheRules() {}

  static List<Rule> all() {
    return List.of(COARSE_KEYS, DRAFT, ADAPTER, MAX_TOKENS);
  }

  private static List<Hit> coarseKeys(Subject subject) {
    return subject
        .launch()
        .flatMap(Launch::cacheTypeK)
        .map(type -> type.toLowerCase(Locale.ROOT))
        .flatMap(type -> coarse(subject, type))
        .stream()
        .toList();
  }

  private static Optional<Hit> coarse(Subject subject, String type) {
    List<Evidence> places =
        List.of(Evidence.launch("type of cached keys", ConfigKeyRules.shown(type)));
    if (COARSE.contains(type)) {
      return Optional.of(
          Hit.of(
              "Keys are cached as " + type + ".",
              places,
              "Before you look for an error in the rotation, test again with f16 keys; then try"
                  + " q8_0."));
    }
    return subject.runsOn(Engine.LLAMA_CPP) && !FINE.contains(type)
        ? Optional.of(
            Hit.of(
                "llama.cpp knows no type of cached keys called "
                    + ConfigKeyRules.shown(type)
                    + ": it does not start, or this is a fork that stores fewer bits.",
                places,
                "Test with -ctk f16 first, then -ctk q8_0."))
        : Optional.empty();
  }

  private static List<Hit> draft(Subject subject) {
    Optional<Launch> launch = subject.launch();
    Optional<String> draft = launch.flatMap(l -> DRAFT_FLAGS.stream().filter(l::has).findFirst());
    if (draft.isEmpty()) {
      return List.of();
    }
    Optional<Evidence> rotation = rotation(subject, launch.get());
    boolean shared = launch.get().engine().format() == Engine.Format.GGUF;
    return rotation.stream()
        .map(flag ->
            Hit.of(
                shared
                    ? "llama.cpp gives the draft model the same flags of rotation, right only if it has"
                        + " the same base and trained length."
                    : "The override reaches the main model only; the draft keeps its own rotation.",
                List.of(ServingRules.flag(launch.get(), draft.get()), flag),
                shared
                    ? "Write the scaling into both files with `rope patch` and leave the flags out."
                    : "Write the same scaling into the draft's config.json."))
        .toList();
  }

  private static Optional<Evidence> rotation(Subject subject, Launch launch) {
    Optional<Evidence> flag =
        Stream.of("rope-scaling", "rope-scale", "rope-freq-base", "rope-freq-scale", "ropeconfig")
            .filter(launch::has)
            .findFirst()
            .map(name -> ServingRules.flag(launch, name));
    return flag.or(() ->
        ConfigSection.inForce(subject).stream()
            .filter(ConfigSection::launched)
            .map(ConfigSection::ropeTypeEvidence)
            .findFirst());
  }

  private static List<Hit> adapter(Subject subject) {
    return subject.folder().stream()
        .filter(folder -> folder.adapterConfig().isPresent())
        .flatMap(folder -> differences(folder, folder.adapterConfig().get()).stream())
        .toList();
  }

  /// Adapters don't have to say how they were tuned; some trainers write it down.
  private static List<Hit> differences(FolderCheckpoint folder, JsonFile adapter) {
    ConfigSection text = ConfigSection.text(folder);
    List<Hit> hits = new ArrayList<>();
    for (String key : ROPE_KEYS) {
      Optional<Object> tuned = adapter.get(key);
      if (tuned.isPresent()
          && !JsonWriter.line(tuned.get()).equals(JsonWriter.line(text.keys().get(key)))) {
        hits.add(
            Hit.of(
                "The adapter says "
                    + key
                    + " = "
                    + ConfigKeyRules.shown(JsonWriter.line(tuned.get()))
                    + ", the config "
                    + ConfigKeyRules.shown(JsonWriter.line(text.keys().get(key)))
                    + ".",
                List.of(adapter.evidence(key), text.evidence(key)),
                "Serve it with \""
                    + key
                    + "\": "
                    + JsonWriter.line(tuned.get())
                    + " in config.json."));
      }
    }
    return hits;
  }

  private static List<Hit> maxTokens(Subject subject) {
    if (subject.engine().isEmpty()) {
      return List.of();
    }
    Optional<Integer> given =
        subject.launch().flatMap(launch -> ServingRules.number(launch, "max-tokens"));
    int window = given.orElse(DEFAULT_MAX_TOKENS);
    int wanted = subject.requestedLength().orElse(subject.facts().advertisedLength().value());
    if (window >= wanted) {
      return List.of();
    }
    Evidence evidence =
        given.isPresent()
            ? Evidence.launch("--max-tokens", String.valueOf(window))
            : Evidence.byDefault("--max-tokens", String.valueOf(window));
    Hit hit =
        Hit.of(
            "Prompt and answer together get " + window + " tokens.",
            List.of(evidence),
            "--max-tokens " + wanted + ", or maxTokens(" + wanted + ") in LangChain4j's builder.");
    return List.of(subject.requestedLength().isPresent() ? hit.as(Severity.WARNING) : hit);
  }
}
