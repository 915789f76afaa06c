package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import rope4j.checkpoint.Evidence;
import rope4j.diagnosis.Engine;
import rope4j.diagnosis.Finding.Severity;

/// Group A: keys of a configuration that a reader takes wrongly, and how they are parsed.
final class ConfigKeyRules {

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

  private static final Rule LEGACY_TYPE =
      new Rule(
          "A1-legacy-type",
          Severity.NOTE,
          "the scaling's type stands under the old key `type`",
          "A reader that knows only rope_type takes the model for unscaled: short prompts look fine,"
              + " long ones degrade or stop early.",
          List.of("vllm#10293", "lablup/mlxcel#1355"),
          Engines.HUGGING_FACE,
          ConfigKeyRules::legacyType);

  private static final Rule BOTH_TYPES =
      new Rule(
          "A2-both-types",
          Severity.NOTE,
          "the scaling's type is given twice, as `type` and as `rope_type`",
          "Strict readers refuse the pair; of the others each takes the one it knows, so two engines"
              + " may rotate differently.",
          List.of("lablup/mlxcel#1386"),
          Engines.HUGGING_FACE,
          ConfigKeyRules::bothTypes);

  private static final Rule THETA_MOVED =
      new Rule(
          "A3-theta-moved",
          Severity.NOTE,
          "`rope_theta` stands only inside `rope_parameters` (Transformers 5)",
          "A reader of the older spelling finds no rope_theta and rotates with base 10000: text falls"
              + " apart after about a thousand tokens.",
          List.of("deepspeedai/DeepSpeed#8345", "sglang#14745", "THUDM/slime#1720"),
          Engines.HUGGING_FACE,
          ConfigKeyRules::thetaMoved);

  private static final Rule OTHER_BLOCK =
      new Rule(
          "A5-other-block-name",
          Severity.NOTE,
          "the scaling stands under a name that some readers don't look at",
          "A reader that looks only under the other name rotates unscaled, or with the other object's"
              + " numbers.",
          List.of("sglang#26187", "NVIDIA/TensorRT-Model-Connect#399"),
          Engines.HUGGING_FACE,
          ConfigKeyRules::otherBlock);

  private static final Rule UNKNOWN_TYPE =
      new Rule(
          "A7-unknown-type",
          Severity.ERROR,
          "no engine knows the scaling's type, or it has none",
          "Strict readers refuse the model; lenient ones fall into a default branch, which has rotated"
              + " every token at twice its position.",
          List.of("lablup/mlxcel#1324", "inclusionAI/Ling#11"),
          Engines.HUGGING_FACE,
          ConfigKeyRules::unknownType);

  private static final Rule DEFAULT_BLOCK =
      new Rule(
          "A12-default-block",
          Severity.NOTE,
          "there is a rope object although nothing is scaled",
          "Code that takes any rope object for a scaling looks for its factor and fails, or scales by"
              + " a default.",
          List.of("sglang#14772"),
          Engines.only(Engine.TRANSFORMERS, Engine.VLLM, Engine.SGLANG),
          ConfigKeyRules::defaultBlock);

  private ConfigKeyRules() {}

  /// All of the group, in the catalogue's order.
  static List<Rule> all() {
    return List.of(
        LEGACY_TYPE,
        BOTH_TYPES,
        THETA_MOVED,
        OverrideRules.DROPS_THETA,
        OTHER_BLOCK,
        FamilyRules.NOT_CONSUMED,
        UNKNOWN_TYPE,
        FamilyRules.NATIVE_REPLACED,
        OverrideRules.WRONG_LEVEL,
        OverrideRules.WRONG_THETA,
        FamilyRules.THETA_LOST,
        DEFAULT_BLOCK);
  }

  private static List<RopeBlock> blocks(Subject subject) {
    return TextKeys.of(subject).map(TextKeys::blocks).orElse(List.of());
  }

  private static List<Hit> legacyType(Subject subject) {
    List<Hit> hits = new ArrayList<>();
    for (RopeBlock block : blocks(subject)) {
      Optional<String> type = block.text("type");
      if (type.isEmpty() || block.text("rope_type").isPresent() || !block.scales()) {
        continue;
      }
      Hit hit =
          Hit.of(
              block.name()
                  + " names its type with the old key: a reader that knows only rope_type does not"
                  + " see \""
                  + shown(type.get())
                  + "\"",
              List.of(block.evidence("type"), block.evidence("rope_type")),
              "add \"rope_type\": " + JsonText.of(renamed(type.get())) + " to " + block.name());
      hits.add(
          subject.runsOn(Engine.JLAMA) && type.get().equals("linear")
              ? hit.as(Severity.ERROR)
              : hit);
    }
    return hits;
  }

  private static String renamed(String type) {
    return type.equals("su") ? "longrope" : shown(type);
  }

  private static List<Hit> bothTypes(Subject subject) {
    List<Hit> hits = new ArrayList<>();
    for (RopeBlock block : blocks(subject)) {
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
                "keep \"rope_type\": " + JsonText.of(type.get()) + " and delete \"type\""));
      } else {
        hits.add(
            Hit.of(
                    block.name()
                        + " has rope_type \""
                        + shown(type.get())
                        + "\" and type \""
                        + shown(old.get())
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

  private static List<Hit> thetaMoved(Subject subject) {
    Optional<TextKeys> keys = TextKeys.of(subject);
    if (keys.isEmpty() || keys.get().has("rope_theta")) {
      return List.of();
    }
    for (RopeBlock block : keys.get().blocks("rope_parameters")) {
      double theta = block.number("rope_theta").orElse(10000);
      if (theta == 10000 || block.path().contains("sliding_attention")) {
        continue;
      }
      Hit hit =
          Hit.of(
              "rope_theta "
                  + JsonText.number(theta)
                  + " stands only inside "
                  + block.name()
                  + ", so a reader older than Transformers 5 rotates with base 10000",
              List.of(
                  block.evidence("rope_theta"),
                  Evidence.byDefault("rope_theta", "10000 (older readers)")),
              "for older readers repeat it at the top level: \"rope_theta\": "
                  + JsonText.number(theta)
                  + ", or use Transformers 5");
      return List.of(subject.runsOn(Engine.JLAMA) ? hit.as(Severity.ERROR) : hit);
    }
    return List.of();
  }

  private static List<Hit> otherBlock(Subject subject) {
    Optional<TextKeys> keys = TextKeys.of(subject);
    if (keys.isEmpty()) {
      return List.of();
    }
    List<RopeBlock> old = keys.get().blocks("rope_scaling");
    List<RopeBlock> current = keys.get().blocks("rope_parameters");
    if (old.isEmpty()) {
      return current.stream()
          .filter(RopeBlock::scales)
          .findFirst()
          .map(block -> List.of(onlyNewName(subject, block)))
          .orElse(List.of());
    }
    if (old.size() == 1 && current.size() == 1) {
      return disagreement(old.getFirst(), current.getFirst(), keys.get()).stream().toList();
    }
    return List.of();
  }

  private static Hit onlyNewName(Subject subject, RopeBlock block) {
    Hit hit =
        Hit.of(
            "the scaling \""
                + shown(block.type())
                + "\" stands only under "
                + block.name()
                + ", so a reader older than Transformers 5 rotates unscaled",
            List.of(block.typeEvidence()),
            "for older readers repeat the object under rope_scaling, with rope_theta beside it at the"
                + " top level");
    return subject.runsOn(Engine.JLAMA) && block.type().equals("linear")
        ? hit.as(Severity.ERROR)
        : hit;
  }

  /// Transformers puts a `rope_scaling` that holds anything in the place of `rope_parameters`.
  private static Optional<Hit> disagreement(RopeBlock old, RopeBlock current, TextKeys keys) {
    List<Evidence> places = new ArrayList<>();
    if (!old.type().equals(current.type())) {
      places.add(old.typeEvidence());
      places.add(current.typeEvidence());
    }
    for (String key : List.of("factor", "original_max_position_embeddings")) {
      if (!old.number(key).equals(current.number(key))) {
        places.add(old.evidence(key));
        places.add(current.evidence(key));
      }
    }
    boolean thetaLost =
        current.number("rope_theta").isPresent()
            && old.number("rope_theta").isEmpty()
            && !keys.has("rope_theta");
    if (thetaLost) {
      places.add(old.evidence("rope_theta"));
      places.add(current.evidence("rope_theta"));
    }
    if (places.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        Hit.of(
                "rope_scaling and rope_parameters say different things: Transformers 5 goes by"
                    + " rope_scaling alone"
                    + (thetaLost ? ", which has no rope_theta" : ""),
                places,
                "make the two objects alike, or delete rope_scaling where only Transformers 5 reads"
                    + " the file")
            .as(Severity.WARNING));
  }

  private static List<Hit> unknownType(Subject subject) {
    Optional<TextKeys> keys = TextKeys.of(subject);
    List<Hit> hits = new ArrayList<>();
    for (RopeBlock block : blocks(subject)) {
      unknownType(subject, keys.orElseThrow(), block).ifPresent(hits::add);
    }
    return hits;
  }

  private static Optional<Hit> unknownType(Subject subject, TextKeys keys, RopeBlock block) {
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
    String type = block.type();
    boolean vllmOnly = VLLM_TYPES.contains(type);
    if (TRANSFORMERS_TYPES.contains(type)
        || ALIASES.contains(type)
        || (vllmOnly && !subject.runsOn(Engine.TRANSFORMERS))) {
      return Optional.empty();
    }
    Hit hit =
        Hit.of(
            "the type \""
                + shown(type)
                + "\" is "
                + (vllmOnly ? "known to vLLM alone" : "not known to any engine here"),
            List.of(block.typeEvidence()),
            suggestion(type));
    // Code that comes with the model may know more types.
    return Optional.of(keys.outermost().has("auto_map") ? hit.as(Severity.WARNING) : hit);
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

  private static List<Hit> defaultBlock(Subject subject) {
    for (RopeBlock block : blocks(subject)) {
      if (!block.type().equals("default")
          || block.factor().isPresent()
          || block.path().size() > 1
          || block.values().containsKey("mrope_section")) {
        continue;
      }
      return List.of(
          Hit.of(
              block.name() + " is there but scales nothing: read it as unscaled",
              List.of(block.evidence("rope_type"), block.evidence("factor")),
              "leave it; for a reader that fails on it use a rope_scaling of null and rope_theta at"
                  + " the top level"));
    }
    return List.of();
  }

  /// A stranger's word, fit for a sentence.
  static String shown(String word) {
    String plain = word.replaceAll("\\p{Cntrl}", "?");
    return plain.length() <= 30 ? plain : plain.substring(0, 29) + "…";
  }
}
