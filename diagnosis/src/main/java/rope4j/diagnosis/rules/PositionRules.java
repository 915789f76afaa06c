package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.config.Dialect;
import rope4j.checkpoint.json.JsonWriter;
import rope4j.checkpoint.model.FolderCheckpoint;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.rules.Finding.Severity;
import rope4j.diagnosis.text.Figures;

/// Group E, second part: attention temperature, and positions along more than one axis.
final class PositionRules {

  private static final int LLAMA_4_FLOOR = 8192;
  private static final double LLAMA_4_SCALE = 0.1;

  static final Rule TEMPERATURE =
      new Rule(
          "E5-attention-temperature",
          Severity.NOTE,
          "Queries are sharpened as the position grows",
          "An engine without it attends too evenly at long distances, and only there.",
          List.of("TensorRT-LLM#3491", "maxtext#1611", "vllm#48623"),
          Engines.HUGGING_FACE,
          PositionRules::temperature);

  static final Rule MROPE_LONG =
      new Rule(
          "E6-mrope-long",
          Severity.NOTE,
          "Positions along three axes, beyond the trained length",
          "Engines have counted these positions wrongly across chunks of the prompt and from the first"
              + " generated token on; an image makes it visible.",
          List.of("mlx-vlm#1621", "vllm#10403", "sglang#3605", "llama.cpp#22439"),
          Engines.ALL,
          PositionRules::mropeLong);

  static final Rule LOST_SECTION =
      new Rule(
          "E7-override-lacks-mrope-section",
          Severity.ERROR,
          "An override drops the sections of the three axes",
          "The override takes the place of the whole object: without its sections the model counts"
              + " images as text, or the override does nothing.",
          List.of("omlx#3347", "omlx#3594", "vllm#25384"),
          Engines.PYTHON,
          PositionRules::lostSection);

  static final Rule MROPE_YARN =
      new Rule(
          "E7-mrope-yarn-range",
          Severity.NOTE,
          "vLLM takes YaRN's bounds from four times the length in models with three axes",
          "Other pairs are interpolated than in Transformers.",
          List.of("vllm#25384", "vLLM vllm/model_executor/layers/rotary_embedding/mrope.py"),
          Set.of(Engine.VLLM),
          PositionRules::mropeYarn);

  private PositionRules() {}

  static List<Rule> all() {
    return List.of(TEMPERATURE, MROPE_LONG, LOST_SECTION, MROPE_YARN);
  }

  private static List<Hit> temperature(Subject subject) {
    return subject.folder().stream()
        .flatMap(folder -> temperature(subject, folder).stream())
        .map(hit -> subject.runsOn(Engine.JLAMA) ? hit.as(Severity.ERROR) : hit)
        .toList();
  }

  private static Optional<Hit> temperature(Subject subject, FolderCheckpoint folder) {
    ConfigSection text = ConfigSection.text(folder);
    int length = subject.requestTokens().orElse(subject.facts().advertisedLength().value());
    Optional<ConfigSection> beta =
        Stream.concat(text.dictionaries().stream(), Stream.of(text))
            .filter(section -> section.number("llama_4_scaling_beta").orElse(0) != 0)
            .findFirst();
    if (beta.isPresent()) {
      ConfigSection rope = beta.get();
      double original =
          rope.number("original_max_position_embeddings")
              .orElse(subject.facts().trainedLength().value());
      double value =
          1
              + rope.number("llama_4_scaling_beta").getAsDouble()
                  * Math.log(1 + Math.floor((length - 1) / original));
      return Optional.of(sharpened(value, length, rope, "llama_4_scaling_beta"));
    }
    Object on = text.get("attn_temperature_tuning").orElse(false);
    if (Boolean.TRUE.equals(on) || (on instanceof Number number && number.doubleValue() != 0)) {
      double floor = text.number("floor_scale").orElse(LLAMA_4_FLOOR);
      double scale = text.number("attn_scale").orElse(LLAMA_4_SCALE);
      double value = 1 + scale * Math.log(1 + Math.floor(length / floor));
      return Optional.of(sharpened(value, length, text, "attn_temperature_tuning"));
    }
    return Optional.empty();
  }

  private static Hit sharpened(double value, int length, ConfigSection where, String key) {
    return Hit.of(
        "At position " + length + " queries are multiplied by " + Figures.fixed(value, 3) + ".",
        List.of(where.evidence(key)),
        "Use an engine that knows this architecture; a generic loader passes over it.");
  }

  /// The file's dictionaries with sections for time, height and width.
  private static List<ConfigSection> sections(Subject subject) {
    return ConfigSection.inFile(subject).stream()
        .filter(rope -> rope.has("mrope_section"))
        .toList();
  }

  private static List<Hit> mropeLong(Subject subject) {
    int trained = subject.trainedLength().value();
    if (subject.requestTokens().orElse(0) <= trained) {
      return List.of();
    }
    List<Hit> hits = new ArrayList<>();
    sections(subject)
        .forEach(rope -> hits.add(mropeHit(subject, List.of(rope.evidence("mrope_section")))));
    GgufView.of(subject)
        .filter(gguf -> gguf.has("rope.dimension_sections"))
        .ifPresent(
            gguf -> hits.add(mropeHit(subject, List.of(gguf.evidence("rope.dimension_sections")))));
    return hits;
  }

  private static Hit mropeHit(Subject subject, List<Evidence> evidence) {
    return Hit.of(
        "At "
            + subject.requestTokens().orElse(0)
            + " tokens the prompt is computed in chunks, where positions of three axes went wrong in"
            + " several engines.",
        evidence,
        "Take a current version, and test an image after a long text.");
  }

  private static List<Hit> lostSection(Subject subject) {
    List<Hit> hits = new ArrayList<>();
    for (ConfigSection own : sections(subject)) {
      for (ConfigSection rope : ConfigSection.inForce(subject)) {
        List<String> lost =
            Stream.of("mrope_section", "mrope_interleaved")
                .filter(key -> replaces(subject, rope) && own.has(key) && !rope.has(key))
                .toList();
        if (!lost.isEmpty()) {
          hits.add(
              Hit.of(
                  "The override has no " + String.join(" and no ", lost) + ".",
                  List.of(own.evidence("mrope_section"), rope.ropeTypeEvidence()),
                  "Give the whole object: "
                      + JsonWriter.line(merged(own, rope))
                      + " at "
                      + String.join(".", own.path())
                      + "."));
        }
      }
    }
    return hits;
  }

  /// vLLM merges nested objects key by key; others take the override as it is.
  private static boolean replaces(Subject subject, ConfigSection rope) {
    return rope.launched() && (rope.path().size() == 1 || !subject.runsOn(Engine.VLLM));
  }

  private static Map<String, @Nullable Object> merged(ConfigSection own, ConfigSection override) {
    Map<String, @Nullable Object> whole = new LinkedHashMap<>(override.keys());
    own.keys().forEach(whole::putIfAbsent);
    // Both name the type; two spellings of it may not contradict each other.
    if (override.has("rope_type")) {
      whole.remove("type");
    }
    return whole;
  }

  private static List<Hit> mropeYarn(Subject subject) {
    List<Hit> hits = new ArrayList<>();
    for (ConfigSection rope : sections(subject)) {
      if (!rope.ropeType().equals("yarn")) {
        continue;
      }
      Readings readings = Readings.of(subject.folder().orElseThrow(), subject.requestTokens());
      double worst = readings.worstFrequency(Dialect.TRANSFORMERS, Dialect.VLLM);
      if (worst > 1e-4) {
        hits.add(
            Engines.chosen(
                subject,
                Severity.WARNING,
                Hit.of(
                    "Frequencies are up to " + Figures.fixed(100 * worst, 1) + " % off in vLLM.",
                    List.of(rope.evidence("mrope_section"), rope.ropeTypeEvidence()),
                    "Compare a long answer with Transformers before relying on it.")));
      }
    }
    return hits;
  }
}
