package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.Stated;
import rope4j.checkpoint.config.Dialect;
import rope4j.checkpoint.config.RopeReading;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.rules.Finding.Severity;
import rope4j.diagnosis.text.Figures;

/// Group B: lengths that contradict each other, in the files alone.
final class LengthRules {

  private static final String ORIGINAL = ConfigSection.ORIGINAL;

  private static final Rule SCALED_TWICE =
      new Rule(
          "B3-length-scaled-twice",
          Severity.WARNING,
          "the advertised length already holds the factor, and the engine multiplies by it again",
          "The server accepts requests far beyond what the rotation reaches: answers turn to nonsense,"
              + " and older versions read past their table.",
          List.of("vllm#56446", "vllm#53634", "vllm#55116"),
          Engines.only(Engine.VLLM, Engine.SGLANG),
          LengthRules::scaledTwice);

  private static final Rule WRONG_PUBLISHED =
      new Rule(
          "B7-wrong-published-length",
          Severity.WARNING,
          "`max_position_embeddings` isn't what the family was published with",
          "Engines allow too much or too little, and dynamic NTK starts at the wrong position.",
          List.of("transformers#24986", "meta-llama/llama#359"),
          Engines.HUGGING_FACE,
          LengthRules::wrongPublished);

  private static final Rule FILES_DISAGREE =
      new Rule(
          "B8-files-disagree",
          Severity.NOTE,
          "two files of the model give different lengths or bases",
          "Which one holds depends on the engine and its config format.",
          List.of("vllm#17747"),
          Engines.HUGGING_FACE,
          LengthRules::filesDisagree);

  private LengthRules() {}

  /// All of the group, in the catalogue's order.
  static List<Rule> all() {
    return List.of(
        TrainedLengthRules.FACTOR_NOT_USED,
        TrainedLengthRules.NO_ORIGINAL,
        TrainedLengthRules.ORIGINAL_TOO_LONG,
        SCALED_TWICE,
        LengthRequestRules.FORCED_UNSCALED,
        ServedLengthRules.LENGTH_NOT_RAISED,
        ServedLengthRules.THETA_RAISED_ALONE,
        WRONG_PUBLISHED,
        FILES_DISAGREE,
        ServedLengthRules.SLOT_CAPPED,
        ServedLengthRules.SERVED_SHORTER);
  }

  private static List<Hit> scaledTwice(Subject subject) {
    if (subject.folder().isEmpty()
        || subject.launch().filter(launch -> launch.contextLength().isPresent()).isPresent()) {
      return List.of();
    }
    Optional<Family> family = Families.of(subject);
    Stated<Integer> advertised = subject.facts().advertisedLength();
    for (ConfigSection block : ConfigSection.inFile(subject)) {
      OptionalDouble factor = block.factor();
      OptionalDouble original = block.originalLength();
      if (original.isEmpty() && family.isPresent()) {
        original = OptionalDouble.of(family.get().trainedLength());
      }
      if (factor.isEmpty() || original.isEmpty() || factor.getAsDouble() <= 1) {
        continue;
      }
      double reach = factor.getAsDouble() * original.getAsDouble();
      double derived = derived(subject, block, factor.getAsDouble());
      if (Math.abs(advertised.value() / reach - 1) <= 0.01 && derived > 1.01 * reach) {
        return List.of(
            Hit.of(
                (subject.runsOn(Engine.SGLANG) ? "SGLang" : "vLLM")
                    + " will accept "
                    + Figures.number(derived)
                    + " tokens: it multiplies max_position_embeddings "
                    + advertised.value()
                    + " by the factor it already holds",
                List.of(advertised.evidence(), block.evidence("factor"), block.ropeTypeEvidence()),
                (subject.runsOn(Engine.SGLANG) ? "--context-length " : "--max-model-len ")
                    + Figures.number(Math.rint(reach))));
      }
    }
    return List.of();
  }

  /// The length the engine works out when none is asked for.
  private static double derived(Subject subject, ConfigSection block, double factor) {
    if (subject.runsOn(Engine.SGLANG)) {
      boolean asItStands = block.number(ORIGINAL).isPresent() || block.ropeType().equals("llama3");
      return subject.facts().advertisedLength().value() * (asItStands ? 1 : factor);
    }
    try {
      return RopeReading.of(subject.folder().orElseThrow().config(), Dialect.VLLM).contextLength();
    } catch (CheckpointException e) {
      // An engine that refuses the file accepts no length.
      return 0;
    }
  }

  private static List<Hit> wrongPublished(Subject subject) {
    Optional<Family> family = Families.of(subject);
    Stated<Integer> advertised = subject.facts().advertisedLength();
    if (subject.folder().isEmpty()
        || family.isEmpty()
        || family.get().advertisedLengths().isEmpty()
        || advertised.evidence().origin() != Evidence.Origin.FILE
        || family.get().advertisedLengths().contains(advertised.value())
        || rescaled(subject, family.get())) {
      return List.of();
    }
    int published = family.get().advertisedLengths().getFirst();
    boolean more = advertised.value() > published;
    Hit hit =
        Hit.of(
            family.get().name()
                + " was published with "
                + published
                + " tokens, but the file gives "
                + advertised.value()
                + (more ? " and no scaling that would reach so far" : ""),
            List.of(
                advertised.evidence(),
                Evidence.derived("length of " + family.get().name(), String.valueOf(published))),
            "write \"max_position_embeddings\": "
                + published
                + (more ? ", or add a scaling for the rest" : ""));
    // Too short a length keeps text out, but rotates rightly.
    boolean harmless = !more && !subject.facts().ropeType().value().equals("dynamic");
    return List.of(harmless ? hit.as(Severity.NOTE) : hit);
  }

  /// Whether the file extends the model with a scaling that is not the family's own.
  private static boolean rescaled(Subject subject, Family family) {
    List<ConfigSection> blocks = ConfigSection.inFile(subject);
    return blocks.stream()
        .anyMatch(block ->
            block.scales()
                && !block.ropeType().equals("dynamic")
                && (!block.ropeType().equals(family.shippedType())
                    || (block.factor().isPresent()
                        && !family
                            .shippedFactor()
                            .equals(Optional.of(block.factor().getAsDouble())))));
  }

  private static List<Hit> filesDisagree(Subject subject) {
    List<Hit> hits = new ArrayList<>();
    subject
        .folder()
        .ifPresent(folder -> {
          OtherFiles others = new OtherFiles(subject, folder);
          others.params().ifPresent(hits::add);
          others.tokenizer().ifPresent(hits::add);
          others.generation().ifPresent(hits::add);
          others.secondLength().ifPresent(hits::add);
        });
    return hits;
  }
}
