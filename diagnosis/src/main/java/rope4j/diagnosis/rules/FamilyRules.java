package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.ModelFacts;
import rope4j.checkpoint.Stated;
import rope4j.checkpoint.json.JsonWriter;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.rules.Finding.Severity;
import rope4j.diagnosis.text.Figures;

/// The rules of group A about what a model of this family, or an engine of this name, is known to
/// need.
final class FamilyRules {

  /// What each engine in Java makes of a scaling. Jlama divides by a linear factor in models of
  /// Llama and Gemma alone.
  static final Rule NOT_CONSUMED =
      new Rule(
          "A6-not-consumed",
          Severity.NOTE,
          "an engine parses the scaling and never applies it",
          "The model rotates unscaled beyond the length it was trained on: repetition loops and lost"
              + " facts in long text, nothing wrong in short text.",
          List.of(
              "Jlama LlamaConfig.java",
              "llama3.java",
              "GPULlama3.java",
              "lablup/mlxcel#1355",
              "sbryngelson/ANEForge#58"),
          Engines.only(Engine.JLAMA, Engine.LLAMA3_JAVA, Engine.GPULLAMA3),
          FamilyRules::notConsumed);

  static final Rule NATIVE_REPLACED =
      new Rule(
          "A8-native-block-replaced",
          Severity.WARNING,
          "the scaling that a model was trained with is gone or was replaced",
          "The frequencies differ from those the weights were trained on, from the first long prompt"
              + " on.",
          List.of("meta-llama/llama3#299", "runpod-workers/worker-vllm#89", "vllm#10537"),
          Engines.HUGGING_FACE,
          FamilyRules::nativeReplaced);

  static final Rule THETA_LOST =
      new Rule(
          "A11-theta-lost",
          Severity.ERROR,
          "the file has base 10000 although its family has another",
          "Every pair but the first turns at another speed than in training: the output is broken at any"
              + " length, worse the longer it gets.",
          List.of("lyogavin/airllm#369", "huggingface/nanotron#173", "koboldcpp#487"),
          Engines.ALL,
          FamilyRules::thetaLost);

  private static final Set<String> UNSCALED =
      Set.of("default", "none", "mrope", "proportional", "");

  private FamilyRules() {}

  private static List<Hit> notConsumed(Subject subject) {
    List<Engine> deaf = deaf(subject);
    if (deaf.isEmpty()) {
      return List.of();
    }
    ModelFacts facts = subject.facts();
    String names = String.join(", ", deaf.stream().map(Engine::title).toList());
    // Without its own key the trained length is only what the file advertises.
    int safe =
        Families.of(subject)
            .map(Family::trainedLength)
            .filter(trained -> trained < facts.trainedLength().value())
            .orElse(facts.trainedLength().value());
    if (facts.ropeType().value().equals("linear")) {
      return List.of(withoutLinear(subject, names));
    }
    Hit hit =
        Hit.of(
            names
                + (deaf.size() == 1 ? " does" : " do")
                + " not apply the scaling \""
                + ConfigKeyRules.shown(facts.ropeType().value())
                + "\": positions are right up to "
                + safe
                + " tokens",
            List.of(facts.ropeType().evidence(), facts.trainedLength().evidence()),
            "with " + names + " stay within " + safe + " tokens, or use another engine");
    return List.of(subject.engine().isPresent() ? hit.as(Severity.ERROR) : hit);
  }

  private static Hit withoutLinear(Subject subject, String names) {
    Stated<String> type = subject.facts().ropeType();
    Hit hit =
        Hit.of(
            names
                + " does not divide positions by the linear factor: they are wrong from the start",
            List.of(
                type.evidence(),
                subject.facts().factor().map(Stated::evidence).orElse(type.evidence())),
            "use another engine for this model");
    return subject.engine().isPresent() ? hit.as(Severity.ERROR) : hit;
  }

  /// The engines that pass over the model's scaling. `rope_freqs.weight` is the business of another
  /// rule.
  private static List<Engine> deaf(Subject subject) {
    String type = subject.facts().ropeType().value();
    List<Engine> deaf = new ArrayList<>();
    if (UNSCALED.contains(type)) {
      return deaf;
    }
    if (subject.folder().isPresent()) {
      boolean dividesByFactor = subject.facts().architecture().value().matches("llama|gemma.*");
      if (!(type.equals("linear") && dividesByFactor)) {
        deaf.add(Engine.JLAMA);
      }
    } else if (type.equals("yarn") || type.equals("longrope")) {
      deaf.add(Engine.LLAMA3_JAVA);
      if (type.equals("longrope")) {
        deaf.add(Engine.GPULLAMA3);
      }
    }
    subject.engine().ifPresent(engine -> deaf.removeIf(other -> other != engine));
    return deaf;
  }

  private static List<Hit> nativeReplaced(Subject subject) {
    Optional<Family> family = Families.of(subject);
    Optional<ConfigSection> keys = ConfigSection.text(subject);
    if (family.isEmpty()
        || keys.isEmpty()
        || !Set.of("llama3", "longrope").contains(family.get().shippedType())) {
      return List.of();
    }
    Stated<String> type = subject.facts().ropeType();
    boolean gone =
        UNSCALED.contains(type.value())
            && subject.facts().advertisedLength().value() > 1.01 * family.get().trainedLength();
    if (!gone && !Set.of("linear", "dynamic").contains(type.value())) {
      return List.of();
    }
    String shipped = family.get().shippedType();
    List<Evidence> places = new ArrayList<>();
    places.add(type.evidence());
    places.add(subject.facts().advertisedLength().evidence());
    subject.facts().title().map(Stated::evidence).ifPresent(places::add);
    return List.of(
        Hit.of(
            family.get().name()
                + " was trained with the scaling \""
                + shipped
                + "\", but the file has "
                + (gone ? "none" : "\"" + type.value() + "\""),
            places,
            shipped.equals("longrope")
                ? "copy rope_scaling from the original model's config.json, factor lists included"
                : "put the original object back: \"rope_scaling\": "
                    + JsonWriter.line(family.get().shipped())
                    + "; Transformers takes it since 4.43"));
  }

  private static List<Hit> thetaLost(Subject subject) {
    Optional<Family> family = Families.of(subject);
    Optional<Stated<Double>> base = subject.facts().base();
    if (family.isEmpty()
        || base.isEmpty()
        || base.get().value() != 10000
        || family.get().hasBase(10000)
        || (subject.gguf().isPresent() && !isStated(base.get()))) {
      return List.of();
    }
    double own = family.get().bases().getFirst();
    return List.of(
        Hit.of(
            family.get().name()
                + " has base "
                + Figures.number(own)
                + ", but the file rotates with 10000",
            List.of(
                base.get().evidence(),
                Evidence.derived("base of " + family.get().name(), Figures.number(own))),
            subject.gguf().isPresent()
                ? "pass --rope-freq-base "
                    + Figures.number(own)
                    + ", or write "
                    + subject.facts().architecture().value()
                    + ".rope.freq_base into the file"
                : "write " + JsonWriter.line(Map.of("rope_theta", own)) + " into the config.json"));
  }

  /// A GGUF file without the key is the business of another rule.
  private static boolean isStated(Stated<Double> base) {
    return base.evidence().origin() == Evidence.Origin.FILE;
  }
}
