package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.Stated;
import rope4j.checkpoint.config.Dialect;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.rules.Finding.Severity;
import rope4j.rotation.Frequencies;

/// Group D, third part: LongRoPE's two tables of factors and its magnitude.
final class LongRopeRules {

  private static final Set<String> NAMES = Set.of("longrope", "su");

  static final Rule SWITCH =
      new Rule(
          "D10-longrope-switch",
          Severity.NOTE,
          "LongRoPE changes its factors in the middle of a conversation",
          "Keys in the cache were turned with the short factors. Current versions throw the cache away"
              + " at that token, older ones go on with keys that no longer fit.",
          List.of("transformers#33129", "onnxruntime-genai#1161", "optimum-intel#1504"),
          Set.of(Engine.TRANSFORMERS),
          LongRopeRules::switches);

  static final Rule LONG_FOR_SHORT =
      new Rule(
          "D11-long-factors-for-short",
          Severity.NOTE,
          "A large window gives short prompts the long factors",
          "The engine chooses the factors by the size of the window, not by the prompt: short prompts"
              + " get worse as soon as the window is large.",
          List.of("llama.cpp#8995", "vllm#27431", "mlxcel#1358"),
          Engines.BY_WINDOW,
          LongRopeRules::longForShort);

  static final Rule MAGNITUDE =
      new Rule(
          "D13-longrope-magnitude",
          Severity.NOTE,
          "LongRoPE's magnitude is read from different keys",
          "Cosine and sine are multiplied by another number than in training.",
          List.of("mlxcel#1358"),
          Engines.PYTHON,
          LongRopeRules::magnitude);

  private LongRopeRules() {}

  static List<Rule> all() {
    return List.of(SWITCH, LONG_FOR_SHORT, MAGNITUDE);
  }

  private static List<ConfigSection> longRope(Subject subject) {
    return ConfigSection.inForce(subject).stream()
        .filter(rope -> NAMES.contains(rope.ropeType()))
        .toList();
  }

  private static boolean isBeyond(Subject subject) {
    return subject.requestTokens().orElse(0) > subject.facts().trainedLength().value();
  }

  private static List<Hit> switches(Subject subject) {
    List<Hit> hits = new ArrayList<>();
    if (!isBeyond(subject)) {
      return hits;
    }
    int trained = subject.facts().trainedLength().value();
    for (ConfigSection rope : longRope(subject)) {
      hits.add(
          Engines.chosen(
              subject,
              Severity.WARNING,
              Hit.of(
                  "At token " + (trained + 1) + " the long factors replace the short ones.",
                  List.of(rope.ropeTypeEvidence(), subject.facts().trainedLength().evidence()),
                  "Keep prompt and answer together below "
                      + trained
                      + " tokens, or start beyond it; use Transformers 4.45 or later.")));
    }
    return hits;
  }

  private static List<Hit> longForShort(Subject subject) {
    if (!isBeyond(subject)) {
      return List.of();
    }
    Stream<Hit> folder =
        longRope(subject).stream()
            .flatMap(rope ->
                hit(
                    subject,
                    rope.numbers("short_factor"),
                    rope.numbers("long_factor"),
                    rope.evidence("long_factor"))
                    .stream());
    Stream<Hit> gguf =
        GgufView.of(subject).stream()
            .filter(view -> !view.rope().longFactors().isEmpty())
            .flatMap(view ->
                hit(
                    subject,
                    view.rope().shortFactors(),
                    view.rope().longFactors(),
                    view.tensor("rope_factors_long.weight"))
                    .stream());
    return Stream.concat(folder, gguf)
        .map(hit -> Engines.chosen(subject, Severity.WARNING, hit))
        .toList();
  }

  private static Optional<Hit> hit(
      Subject subject, List<Double> shorts, List<Double> longs, Evidence evidence) {
    Optional<Stated<Double>> base = subject.facts().base();
    int rotary = subject.facts().rotaryDimension().value();
    if (base.isEmpty()
        || rotary < 2
        || shorts.size() != rotary / 2
        || longs.size() != shorts.size()) {
      return Optional.empty();
    }
    int trained = subject.facts().trainedLength().value();
    double[] plain = Frequencies.unscaled(base.get().value(), rotary).inverse();
    PhaseError error = PhaseError.at(trained, divided(plain, shorts), divided(plain, longs));
    return Optional.of(
        Hit.of(
            "With a window of "
                + subject.requestTokens().orElse(0)
                + " tokens the long factors hold for every prompt: "
                + error
                + " from the short ones.",
            List.of(evidence, subject.facts().trainedLength().evidence()),
            "Serve short prompts from a second endpoint with a window of "
                + trained
                + " tokens: -c "
                + trained
                + " or --max-model-len "
                + trained
                + "."));
  }

  private static double[] divided(double[] plain, List<Double> factors) {
    double[] result = plain.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] /= factors.get(i);
    }
    return result;
  }

  private static List<Hit> magnitude(Subject subject) {
    List<Hit> hits = new ArrayList<>();
    for (ConfigSection rope : longRope(subject)) {
      List<Evidence> named =
          Stream.of("short_mscale", "long_mscale", "attention_factor", "factor")
              .filter(rope::has)
              .map(rope::evidence)
              .toList();
      if (named.isEmpty() || rope.launched()) {
        continue;
      }
      Readings readings = Readings.of(subject.folder().orElseThrow(), subject.requestTokens());
      if (readings.differsFromTransformers(Dialect.VLLM)) {
        hits.add(
            Engines.chosen(
                subject,
                subject.runsOn(Engine.TRANSFORMERS) ? Severity.NOTE : Severity.WARNING,
                Hit.of(
                    "Engines multiply cosine and sine by " + readings.magnitudes() + ".",
                    named,
                    "Keep only the keys of the original config.json: sqrt(1 + ln(max/original) /"
                        + " ln(original)) is what all engines work out by themselves.")));
      }
    }
    return hits;
  }
}
