package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import rope4j.checkpoint.Evidence;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.rules.Finding.Severity;
import rope4j.diagnosis.text.Figures;

/// Group A: keys of a configuration that a reader takes wrongly, and how they are parsed.
final class ConfigKeyRules {

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
          "the base or the scaling stands under a name that some readers don't look at",
          "A reader that looks only under the other name rotates unscaled, or with the other object's"
              + " numbers.",
          List.of("sglang#26187", "NVIDIA/TensorRT-Model-Connect#399"),
          Engines.HUGGING_FACE,
          ConfigKeyRules::otherBlock);

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
        ScalingTypeRules.LEGACY_TYPE,
        ScalingTypeRules.BOTH_TYPES,
        THETA_MOVED,
        OverrideRules.DROPS_THETA,
        OTHER_BLOCK,
        FamilyRules.NOT_CONSUMED,
        ScalingTypeRules.UNKNOWN_TYPE,
        RefusedRules.REFUSED,
        FamilyRules.NATIVE_REPLACED,
        TrainedScalingRules.TAKEN_AWAY,
        OverrideRules.WRONG_LEVEL,
        OverrideRules.WRONG_THETA,
        FamilyRules.THETA_LOST,
        DEFAULT_BLOCK);
  }

  private static List<Hit> thetaMoved(Subject subject) {
    Optional<ConfigSection> keys = ConfigSection.text(subject);
    if (keys.isEmpty() || keys.get().has("rope_theta")) {
      return List.of();
    }
    for (ConfigSection block : keys.get().dictionaries("rope_parameters")) {
      double theta = block.number("rope_theta").orElse(10000);
      if (theta == 10000 || block.layerType().equals(Optional.of("sliding_attention"))) {
        continue;
      }
      Hit hit =
          Hit.of(
              "rope_theta "
                  + Figures.number(theta)
                  + " stands only inside "
                  + block.name()
                  + ", so a reader older than Transformers 5 rotates with base 10000",
              List.of(
                  block.evidence("rope_theta"),
                  Evidence.byDefault("rope_theta", "10000 (older readers)")),
              "for older readers repeat it at the top level: \"rope_theta\": "
                  + Figures.number(theta)
                  + ", or use Transformers 5");
      return List.of(subject.runsOn(Engine.JLAMA) ? hit.as(Severity.ERROR) : hit);
    }
    return List.of();
  }

  private static List<Hit> otherBlock(Subject subject) {
    Optional<ConfigSection> keys = ConfigSection.text(subject);
    if (keys.isEmpty()) {
      return List.of();
    }
    Optional<Hit> bases = twoBases(keys.get());
    if (bases.isPresent()) {
      return List.of(bases.get());
    }
    List<ConfigSection> old = keys.get().dictionaries("rope_scaling");
    List<ConfigSection> current = keys.get().dictionaries("rope_parameters");
    if (old.isEmpty()) {
      return current.stream()
          .filter(ConfigSection::scales)
          .findFirst()
          .map(block -> List.of(onlyNewName(subject, block)))
          .orElse(List.of());
    }
    if (old.size() == 1 && current.size() == 1) {
      return disagreement(old.getFirst(), current.getFirst(), keys.get()).stream().toList();
    }
    return List.of();
  }

  /// Transformers 5 goes by the base in the dictionary, older readers by the one beside it.
  private static Optional<Hit> twoBases(ConfigSection keys) {
    for (ConfigSection block : keys.dictionaries()) {
      double inner = block.number("rope_theta").orElse(0);
      double outer = keys.number("rope_theta").orElse(inner);
      if (inner != 0 && outer != inner && block.layerType().isEmpty()) {
        return Optional.of(
            Hit.of(
                    "rope_theta is "
                        + Figures.number(outer)
                        + " at the top level and "
                        + Figures.number(inner)
                        + " inside "
                        + block.name()
                        + ": Transformers 5 rotates with the second, older readers with the first",
                    List.of(keys.evidence("rope_theta"), block.evidence("rope_theta")),
                    "write the base that the model was trained with in both places")
                .as(Severity.ERROR));
      }
    }
    return Optional.empty();
  }

  private static Hit onlyNewName(Subject subject, ConfigSection block) {
    Hit hit =
        Hit.of(
            "the scaling \""
                + shown(block.ropeType())
                + "\" stands only under "
                + block.name()
                + ", so a reader older than Transformers 5 rotates unscaled",
            List.of(block.ropeTypeEvidence()),
            "for older readers repeat the object under rope_scaling, with rope_theta beside it at the"
                + " top level");
    return subject.runsOn(Engine.JLAMA) && block.ropeType().equals("linear")
        ? hit.as(Severity.ERROR)
        : hit;
  }

  /// Transformers puts a `rope_scaling` that holds anything in the place of `rope_parameters`.
  private static Optional<Hit> disagreement(
      ConfigSection old, ConfigSection current, ConfigSection keys) {
    List<Evidence> places = new ArrayList<>();
    if (!old.ropeType().equals(current.ropeType())) {
      places.add(old.ropeTypeEvidence());
      places.add(current.ropeTypeEvidence());
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

  private static List<Hit> defaultBlock(Subject subject) {
    for (ConfigSection block : ConfigSection.inFile(subject)) {
      if (!block.ropeType().equals("default")
          || block.factor().isPresent()
          || block.layerType().isPresent()
          || block.keys().containsKey("mrope_section")) {
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
    return plain.length() <= 60 ? plain : plain.substring(0, 59) + "…";
  }
}
