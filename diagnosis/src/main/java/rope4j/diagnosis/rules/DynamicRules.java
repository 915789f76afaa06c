package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import rope4j.checkpoint.Stated;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.rules.Finding.Severity;
import rope4j.diagnosis.text.Figures;

/// Group D, second part: dynamic NTK, which is another thing in every engine.
final class DynamicRules {

  static final Rule CACHED_KEYS =
      new Rule(
          "D7-dynamic-cached-keys",
          Severity.NOTE,
          "Dynamic NTK changes the base while keys of the old base stay in the cache",
          "Queries and old keys no longer speak of the same angles, so generation differs from one"
              + " prefill of the same text.",
          List.of("transformers#25104", "transformers#27227"),
          Set.of(Engine.TRANSFORMERS),
          DynamicRules::cachedKeys);

  static final Rule DIFFERS =
      new Rule(
          "D8-dynamic-differs",
          Severity.NOTE,
          "The type dynamic means something else in every engine",
          "Transformers raises the base with the length, vLLM and llama.cpp leave it alone: beyond the"
              + " trained length they fall apart where Transformers holds.",
          List.of("vllm#3488"),
          Engines.BY_WINDOW,
          DynamicRules::differs);

  private DynamicRules() {}

  static List<Rule> all() {
    return List.of(CACHED_KEYS, DIFFERS);
  }

  /// HunYuan's alpha fixes the base for every length and every engine.
  private static List<ConfigSection> dynamic(Subject subject) {
    return ConfigSection.inForce(subject).stream()
        .filter(rope -> rope.ropeType().equals("dynamic") && !rope.has("alpha"))
        .filter(rope -> rope.number("factor").orElse(0) > 1)
        .toList();
  }

  private static List<Hit> cachedKeys(Subject subject) {
    List<Hit> hits = new ArrayList<>();
    int advertised = subject.facts().advertisedLength().value();
    boolean beyond = subject.requestTokens().orElse(0) > advertised;
    for (ConfigSection rope : dynamic(subject)) {
      Hit hit =
          Hit.of(
              "From token "
                  + (advertised + 1)
                  + " on every new token raises the base, and the keys before it stay as they are.",
              List.of(rope.ropeTypeEvidence(), subject.facts().advertisedLength().evidence()),
              "Use a fixed base or YaRN for generation; dynamic is safe for one prefill.");
      hits.add(beyond ? Engines.chosen(subject, Severity.WARNING, hit) : hit);
    }
    return hits;
  }

  private static List<Hit> differs(Subject subject) {
    List<Hit> hits = new ArrayList<>();
    double advertised = subject.facts().advertisedLength().value();
    for (ConfigSection rope : dynamic(subject)) {
      OptionalDouble base =
          subject
              .facts()
              .base()
              .map(Stated::value)
              .map(OptionalDouble::of)
              .orElse(OptionalDouble.empty());
      if (base.isEmpty()) {
        continue;
      }
      double factor = rope.number("factor").orElse(1);
      double length = subject.requestTokens().orElse((int) (advertised * factor));
      double d = subject.facts().rotaryDimension().value();
      double raised =
          base.getAsDouble()
              * Math.pow(factor * Math.max(1, length / advertised) - (factor - 1), d / (d - 2));
      if (Math.rint(raised) == Math.rint(base.getAsDouble())) {
        continue;
      }
      Hit hit =
          Hit.of(
              "At "
                  + (long) length
                  + " tokens the base is "
                  + Figures.number(Math.rint(raised))
                  + " in Transformers and "
                  + Figures.number(base.getAsDouble())
                  + " in vLLM and llama.cpp.",
              List.of(rope.ropeTypeEvidence(), rope.evidence("factor")),
              "Write the base you want as rope_theta and drop the scaling, or use YaRN.");
      hits.add(
          Engines.chosen(
              subject,
              subject.requestTokens().orElse(0) > advertised ? Severity.ERROR : Severity.WARNING,
              hit));
    }
    return hits;
  }
}
