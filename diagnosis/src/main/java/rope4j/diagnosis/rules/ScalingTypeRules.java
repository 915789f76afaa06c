package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.json.JsonWriter;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.rules.Finding.Severity;

/// The rules of group A about the key that names a scaling's type.
final class ScalingTypeRules {

  /// Types that Transformers builds for any model.
  private static final Set<String> TRANSFORMERS_TYPES =
      Set.of("default", "linear", "dynamic", "yarn", "longrope", "llama3", "proportional");

  /// Types that some model class or loader rewrites before they are looked up.
  private static final Set<String> ALIASES = Set.of("su", "mrope", "xdrope");

  /// Types that only vLLM knows.
  private static final Set<String> VLLM_TYPES =
      Set.of(
          "ntk",
          "deepseek_yarn",
          "deepseek_llama_scaling",
          "mllama4",
          "openpangu",
          "telechat3-yarn");

  static final Rule LEGACY_TYPE =
      new Rule(
          "A1-legacy-type",
          Severity.NOTE,
          "the scaling's type stands under the old key `type`",
          "A reader that knows only rope_type takes the model for unscaled: short prompts look fine,"
              + " long ones degrade or stop early.",
          List.of("vllm#10293", "lablup/mlxcel#1355"),
          Engines.HUGGING_FACE,
          ScalingTypeRules::legacyType);

  static final Rule BOTH_TYPES =
      new Rule(
          "A2-both-types",
          Severity.NOTE,
          "the scaling's type is given twice, as `type` and as `rope_type`",
          "Strict readers refuse the pair; of the others each takes the one it knows, so two engines"
              + " may rotate differently.",
          List.of("lablup/mlxcel#1386"),
          Engines.HUGGING_FACE,
          ScalingTypeRules::bothTypes);

  static final Rule UNKNOWN_TYPE =
      new Rule(
          "A7-unknown-type",
          Severity.ERROR,
          "no engine knows the scaling's type, or it has none",
          "Strict readers refuse the model; lenient ones fall into a default branch, which has rotated"
              + " every token at twice its position.",
          List.of("lablup/mlxcel#1324", "inclusionAI/Ling#11"),
          Engines.HUGGING_FACE,
          ScalingTypeRules::unknownType);

  private ScalingTypeRules() {}

  private static List<Hit> legacyType(Subject subject) {
    List<Hit> hits = new ArrayList<>();
    for (ConfigSection block : ConfigSection.inFile(subject)) {
      Optional<String> type = block.text("type");
      if (type.isEmpty() || block.text("rope_type").isPresent() || !block.scales()) {
        continue;
      }
      Hit hit =
          Hit.of(
              block.name()
                  + " names its type with the old key: a reader that knows only rope_type does not"
                  + " see \""
                  + ConfigKeyRules.shown(type.get())
                  + "\"",
              List.of(block.evidence("type"), block.evidence("rope_type")),
              "add \"rope_type\": " + JsonWriter.line(renamed(type.get())) + " to " + block.name());
      hits.add(
          subject.runsOn(Engine.JLAMA) && type.get().equals("linear")
              ? hit.as(Severity.ERROR)
              : hit);
    }
    return hits;
  }

  private static String renamed(String type) {
    return type.equals("su") ? "longrope" : ConfigKeyRules.shown(type);
  }

  private static List<Hit> bothTypes(Subject subject) {
    List<Hit> hits = new ArrayList<>();
    for (ConfigSection block : ConfigSection.inFile(subject)) {
      Optional<String> old = block.text("type");
      Optional<String> type = block.text("rope_type");
      if (old.isEmpty() || type.isEmpty()) {
        continue;
      }
      List<Evidence> places = List.of(block.evidence("rope_type"), block.evidence("type"));
      if (old.equals(type) || isAlias(old.get(), type.get())) {
        hits.add(
            Hit.of(
                block.name() + " gives its type twice; a strict reader refuses that",
                places,
                "keep \"rope_type\": " + JsonWriter.line(type.get()) + " and delete \"type\""));
      } else {
        hits.add(
            Hit.of(
                    block.name()
                        + " has rope_type \""
                        + ConfigKeyRules.shown(type.get())
                        + "\" and type \""
                        + ConfigKeyRules.shown(old.get())
                        + "\": Transformers takes rope_type, vLLM refuses the file",
                    places,
                    "find out which of the two the model was trained with, write it as rope_type and"
                        + " delete type")
                .as(Severity.ERROR));
      }
    }
    return hits;
  }

  /// Pairs that loaders know as the old and the new name of the same.
  private static boolean isAlias(String old, String type) {
    return (old.equals("su") && type.equals("longrope"))
        || (old.equals("mrope") && type.equals("default"));
  }

  private static List<Hit> unknownType(Subject subject) {
    List<Hit> hits = new ArrayList<>();
    for (ConfigSection block : ConfigSection.inFile(subject)) {
      unknownType(subject, block).ifPresent(hits::add);
    }
    return hits;
  }

  private static Optional<Hit> unknownType(Subject subject, ConfigSection block) {
    boolean named = block.text("rope_type").isPresent() || block.text("type").isPresent();
    if (!named) {
      return block.factor().orElse(1) == 1
          ? Optional.empty()
          : Optional.of(
              Hit.of(
                      block.name()
                          + " has a factor but no type, so it is read as \"default\": unscaled",
                      List.of(block.evidence("factor"), block.evidence("rope_type")),
                      "add the \"rope_type\" that the factor belongs to, for example \"linear\" or"
                          + " \"yarn\"")
                  .as(Severity.WARNING));
    }
    String type = block.ropeType();
    boolean vllmOnly = VLLM_TYPES.contains(type);
    if (TRANSFORMERS_TYPES.contains(type)
        || ALIASES.contains(type)
        || (vllmOnly && !subject.runsOn(Engine.TRANSFORMERS))) {
      return Optional.empty();
    }
    Hit hit =
        Hit.of(
            "the type \""
                + ConfigKeyRules.shown(type)
                + "\" is "
                + (vllmOnly ? "known to vLLM alone" : "not known to any engine here"),
            List.of(block.ropeTypeEvidence()),
            suggestion(type));
    // Code that comes with the model may know more types.
    return Optional.of(hasOwnCode(subject) ? hit.as(Severity.WARNING) : hit);
  }

  /// Whether the types in the file are known ones and contradict nothing.
  static boolean namesType(Subject subject) {
    return unknownType(subject).isEmpty() && bothTypes(subject).isEmpty();
  }

  private static boolean hasOwnCode(Subject subject) {
    return subject.folder().filter(folder -> folder.configJson().has("auto_map")).isPresent();
  }

  private static String suggestion(String type) {
    String lower = type.toLowerCase(Locale.ROOT).replaceAll("[ _-]", "");
    for (String known : TRANSFORMERS_TYPES) {
      if (lower.startsWith(known) || (lower.length() > 2 && known.startsWith(lower))) {
        return "write \"rope_type\": \"" + known + "\" if that is meant";
      }
    }
    return "write one of default, linear, dynamic, yarn, longrope, llama3, proportional, or run the"
        + " model's own code; never let an engine guess";
  }
}
