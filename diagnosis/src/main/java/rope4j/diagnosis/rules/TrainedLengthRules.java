package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.ModelFacts;
import rope4j.checkpoint.Stated;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.rules.Finding.Severity;
import rope4j.diagnosis.text.Figures;

/// The rules of group B about the trained length that a scaling starts from.
final class TrainedLengthRules {

  private static final String ORIGINAL = ConfigSection.ORIGINAL;

  private static final Set<String> WITH_ORIGINAL = Set.of("yarn", "llama3", "longrope");

  static final Rule FACTOR_NOT_USED =
      new Rule(
          "B1-factor-is-not-used",
          Severity.WARNING,
          "the factor isn't the ratio of the two lengths",
          "Transformers has worked the factor out of the lengths in some versions and read it in others,"
              + " so the same file rotates in two ways.",
          List.of("transformers#38224", "MiroTrain#5"),
          Engines.only(Engine.TRANSFORMERS),
          TrainedLengthRules::factorNotUsed);

  static final Rule NO_ORIGINAL =
      new Rule(
          "B2-no-original-length",
          Severity.WARNING,
          "the scaling doesn't say which length the model was trained on",
          "The advertised length is taken for the trained one. Where it was already raised, the scaling"
              + " starts at the wrong wavelengths and changes far too little.",
          List.of("transformers#33783", "NVIDIA/Megatron-LM#1418", "NVIDIA/NeMo#14686"),
          Engines.ALL,
          TrainedLengthRules::noOriginal);

  static final Rule ORIGINAL_TOO_LONG =
      new Rule(
          "B2-original-too-long",
          Severity.ERROR,
          "the scaling starts from a longer length than the model was trained on",
          "Often the target is given as the original length. YaRN then leaves pairs alone whose angles the"
              + " model never saw, so the text beyond the trained length falls apart.",
          List.of("transformers#33783", "NVIDIA/Megatron-LM#1418"),
          Engines.ALL,
          TrainedLengthRules::originalTooLong);

  private TrainedLengthRules() {}

  private static List<Hit> originalTooLong(Subject subject) {
    List<Hit> hits = new ArrayList<>();
    // In files the length may be one that the weights were tuned for.
    for (ConfigSection block : ConfigSection.launched(subject)) {
      OptionalDouble original = block.originalLength();
      if (Set.of("yarn", "llama3").contains(block.ropeType()) && original.isPresent()) {
        tooLong(subject, original.getAsDouble(), originalEvidence(block), "\"" + ORIGINAL + "\": ")
            .ifPresent(hits::add);
      }
    }
    LaunchedRope.of(subject)
        .filter(launched -> subject.gguf().isPresent() && launched.yarn())
        .ifPresent(launched -> {
          launched
              .launch()
              .rotation()
              .yarnOriginalContext()
              .ifPresent(given ->
                  tooLong(
                          subject,
                          given,
                          Evidence.launch("--yarn-orig-ctx", String.valueOf(given)),
                          "--yarn-orig-ctx ")
                      .ifPresent(hits::add));
          String key = "rope.scaling.original_context_length";
          OptionalDouble override = launched.keyOverride(key);
          if (override.isPresent()
              && launched.launch().rotation().yarnOriginalContext().isEmpty()) {
            String spelled = "--override-kv " + subject.facts().architecture().value() + "." + key;
            tooLong(
                    subject,
                    override.getAsDouble(),
                    Evidence.launch(spelled, Figures.number(override.getAsDouble())),
                    spelled + "=int:")
                .ifPresent(hits::add);
          }
        });
    return hits;
  }

  private static Optional<Hit> tooLong(
      Subject subject, double original, Evidence given, String remedy) {
    Stated<Integer> trained = subject.trainedLength();
    if (original <= 1.01 * trained.value()) {
      return Optional.empty();
    }
    Hit hit =
        Hit.of(
            "the scaling is told that the model was trained on "
                + Figures.number(original)
                + " tokens, but that is "
                + trained.value(),
            List.of(given, trained.evidence()),
            remedy + trained.value());
    // What the file advertises is not far from it.
    boolean advertised = original <= subject.facts().advertisedLength().value();
    return Optional.of(advertised ? hit.as(Severity.NOTE) : hit);
  }

  private static List<Hit> factorNotUsed(Subject subject) {
    List<Hit> hits = new ArrayList<>();
    for (ConfigSection block : ConfigSection.inFile(subject)) {
      OptionalDouble max = block.outside().number("max_position_embeddings");
      OptionalDouble original = block.originalLength();
      OptionalDouble factor = block.factor();
      if (!Set.of("yarn", "longrope").contains(block.ropeType())
          || max.isEmpty()
          || original.isEmpty()
          || factor.isEmpty()
          // Upside down: the business of another rule.
          || factor.getAsDouble() < 1
          // A length that was not raised at all is the business of another rule.
          || max.getAsDouble() <= original.getAsDouble()) {
        continue;
      }
      double ratio = max.getAsDouble() / original.getAsDouble();
      if (Math.abs(factor.getAsDouble() / ratio - 1) > 0.01) {
        long reached = Math.round(original.getAsDouble() * factor.getAsDouble());
        hits.add(
            Hit.of(
                "the factor is "
                    + Figures.number(factor.getAsDouble())
                    + ", but max_position_embeddings / "
                    + ORIGINAL
                    + " is "
                    + Figures.number(Math.round(100 * ratio) / 100.0)
                    + (block.ropeType().equals("yarn")
                        ? "; Transformers before September 2025 goes by that"
                        : "; Transformers before December 2025 goes by that"),
                List.of(
                    block.evidence("factor"),
                    block.outside().evidence("max_position_embeddings"),
                    originalEvidence(block)),
                "make the three agree: \"max_position_embeddings\": " + reached));
      }
    }
    return hits;
  }

  private static Evidence originalEvidence(ConfigSection block) {
    return block.number(ORIGINAL).isPresent()
        ? block.evidence(ORIGINAL)
        : block.outside().evidence(ORIGINAL);
  }

  private static List<Hit> noOriginal(Subject subject) {
    if (subject.gguf().isPresent()) {
      return noOriginalKey(subject);
    }
    List<Hit> hits = new ArrayList<>();
    Optional<Family> family = Families.of(subject);
    Stated<Integer> advertised = subject.facts().advertisedLength();
    for (ConfigSection block : ConfigSection.inFile(subject)) {
      if (!WITH_ORIGINAL.contains(block.ropeType()) || block.originalLength().isPresent()) {
        continue;
      }
      hits.add(
          missing(
              family,
              advertised,
              block.ropeType(),
              List.of(block.ropeTypeEvidence(), block.evidence(ORIGINAL), advertised.evidence()),
              "add \"" + ORIGINAL + "\": "));
    }
    return hits;
  }

  private static List<Hit> noOriginalKey(Subject subject) {
    ModelFacts facts = subject.facts();
    String key = facts.architecture().value() + ".rope.scaling.original_context_length";
    if (!facts.ropeType().value().equals("yarn")
        || subject.gguf().orElseThrow().file().metadata().get(key).isPresent()
        || subject.keyOverrides().containsKey(key)
        || LaunchedRope.of(subject)
            .filter(launched -> launched.launch().rotation().yarnOriginalContext().isPresent())
            .isPresent()) {
      return List.of();
    }
    return List.of(
        missing(
            Families.of(subject),
            facts.advertisedLength(),
            "yarn",
            List.of(
                facts.ropeType().evidence(),
                Evidence.byDefault(key, String.valueOf(facts.advertisedLength().value())),
                facts.advertisedLength().evidence()),
            "pass --yarn-orig-ctx "));
  }

  private static Hit missing(
      Optional<Family> family,
      Stated<Integer> advertised,
      String type,
      List<Evidence> places,
      String remedy) {
    int taken = advertised.value();
    String start = "the scaling \"" + type + "\" does not say the trained length, so " + taken;
    if (family.isEmpty()) {
      return Hit.of(
          start + " is taken for it",
          places,
          remedy + "the length the model was trained on, from its model card");
    }
    int trained = family.get().trainedLength();
    Hit hit =
        Hit.of(
            start
                + " is taken for it"
                + (taken == trained
                    ? ", which is right for " + family.get().name()
                    : "; " + family.get().name() + " was trained on " + trained),
            places,
            remedy + trained);
    return hit.as(taken == trained ? Severity.NOTE : Severity.ERROR);
  }
}
