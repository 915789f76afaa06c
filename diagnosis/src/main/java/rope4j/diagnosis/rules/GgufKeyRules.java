package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.ForeignKey;
import rope4j.checkpoint.LlamaCppRope;
import rope4j.checkpoint.RopeScalingType;
import rope4j.checkpoint.model.FolderCheckpoint;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.rules.Finding.Severity;
import rope4j.diagnosis.text.Figures;

/// Group C, middle: keys of rotation that are missing, foreign, unread or of the wrong size.
final class GgufKeyRules {

  private static final int LONGEST_WITH_BASE_10000 = 8192;

  private static final Set<String> WHOLE_HEAD = Set.of("llama", "deci", "falcon");

  static final Rule FOREIGN_KEYS =
      new Rule(
          "C5-foreign-keys",
          Severity.NOTE,
          "The file has keys of rotation under names llama.cpp does not know",
          "The value is there, but nobody reads it: the default is used instead.",
          List.of("ollama llama/compat/llama-ollama-compat.cpp"),
          withoutOllama(),
          GgufKeyRules::foreignKeys);

  static final Rule UNREAD_YARN_KEYS =
      new Rule(
          "C5-unread-yarn-keys",
          Severity.WARNING,
          "llama.cpp reads YaRN's own numbers for two architectures only",
          "The converter writes them for every architecture, and the loader passes over them: other"
              + " pairs are interpolated than in training.",
          List.of("llama.cpp src/llama-model.cpp"),
          Engines.LLAMA_CPP,
          GgufKeyRules::unreadYarnKeys);

  static final Rule MISSING_BASE =
      new Rule(
          "C6-missing-base",
          Severity.WARNING,
          "The file does not say its base",
          "Engines take 10000, which a model of this length is not trained with: its slow pairs turn"
              + " too fast.",
          List.of("llama.cpp#3401", "koboldcpp#426"),
          Engines.GGUF,
          GgufKeyRules::missingBase);

  static final Rule PAIRING =
      new Rule(
          "C7-pairing",
          Severity.NOTE,
          "Which channels turn together is not known for this architecture",
          "Adjacent channels or two halves: the wrong choice gives no error, only text that breaks"
              + " down after some tokens.",
          List.of("karpathy/llama2.c#286", "llama.cpp#2376", "llama.cpp#3018"),
          Engines.GGUF,
          GgufKeyRules::pairing);

  static final Rule ROTARY_DIMENSION =
      new Rule(
          "C8-rotary-dimension",
          Severity.ERROR,
          "Rotary dimension, factors and sections do not fit each other",
          "A wrong part of each head turns, or an engine reads past the factors; shapes still agree,"
              + " so nothing complains.",
          List.of("AI-Hypercomputer/maxtext#4616", "vllm#41185", "apache/tvm#18102"),
          Engines.ALL,
          GgufKeyRules::rotaryDimension);

  private GgufKeyRules() {}

  static List<Rule> all() {
    return List.of(FOREIGN_KEYS, UNREAD_YARN_KEYS, MISSING_BASE, PAIRING, ROTARY_DIMENSION);
  }

  /// Ollama reads both spellings.
  private static Set<Engine> withoutOllama() {
    Set<Engine> engines = EnumSet.copyOf(Engines.GGUF);
    engines.remove(Engine.OLLAMA);
    return engines;
  }

  private static List<Hit> foreignKeys(Subject subject) {
    return subject.gguf().stream()
        .flatMap(file -> file.unknownRopeKeys().stream())
        .map(key -> foreign(subject, key))
        .toList();
  }

  private static Hit foreign(Subject subject, ForeignKey foreign) {
    String key = foreign.evidence().key();
    Optional<String> name = foreign.llamaCppKey();
    Hit hit =
        Hit.of(
            name.map(known -> key + " is not read; llama.cpp calls it " + known + ".")
                .orElse(key + " is no key that llama.cpp is known to read."),
            List.of(foreign.evidence()),
            name.map(known -> "Write " + known + " as well, with `rope patch`.")
                .orElse("Ask who wrote the file what it is for."));
    return name.isEmpty() ? hit : Engines.chosen(subject, Severity.ERROR, hit.as(Severity.WARNING));
  }

  private static List<Hit> unreadYarnKeys(Subject subject) {
    Optional<GgufView> view = GgufView.of(subject);
    if (view.isEmpty() || !view.get().isType(RopeScalingType.YARN)) {
      return List.of();
    }
    GgufView gguf = view.get();
    List<Hit> hits = new ArrayList<>();
    for (String unread : LlamaCppRope.unreadKeys(gguf.description())) {
      String key = unread.substring(0, unread.indexOf(' '));
      Hit hit =
          Hit.of(
              "llama.cpp does not read "
                  + gguf.key(unread)
                  + " in files of architecture "
                  + gguf.architecture()
                  + ".",
              List.of(gguf.evidence(key)),
              key.endsWith("yarn_attn_factor")
                  ? "Write the number that cosine and sine are to be multiplied by, over 1 + 0.1 ln(factor),"
                      + " as "
                      + gguf.key("rope.scaling.attn_factor")
                      + "."
                  : "Give it on the command line: --"
                      + key.substring(key.lastIndexOf('.') + 1).replace('_', '-')
                      + " "
                      + unread.substring(unread.lastIndexOf(' ') + 1)
                      + ".");
      hits.add(Engines.chosen(subject, Severity.ERROR, hit));
    }
    return hits;
  }

  private static List<Hit> missingBase(Subject subject) {
    Optional<GgufView> view = GgufView.of(subject);
    if (view.isEmpty()
        || subject.facts().base().isEmpty()
        || view.get().has("rope.freq_base")
        || view.get().isScaled()
        || view.get().lengthInFile().value() <= LONGEST_WITH_BASE_10000) {
      return List.of();
    }
    String base =
        Families.of(subject)
            .filter(family -> !family.bases().isEmpty())
            .map(family -> Figures.number(family.bases().getFirst()))
            .orElse("<rope_theta of its config.json>");
    return List.of(
        Hit.of(
            "Without rope.freq_base engines take 10000, which is rarely meant in a model of "
                + view.get().lengthInFile().value()
                + " tokens.",
            List.of(view.get().evidence("rope.freq_base"), view.get().lengthInFile().evidence()),
            "llama-server: --rope-freq-base "
                + base
                + "; for good: write the key with `rope patch`."));
  }

  private static List<Hit> pairing(Subject subject) {
    return GgufView.of(subject).stream()
        .filter(gguf -> subject.facts().base().isPresent())
        .filter(gguf -> !LlamaCppRope.knows(gguf.architecture()))
        .map(gguf ->
            Hit.of(
                "rope4j does not know whether architecture "
                    + gguf.architecture()
                    + " turns adjacent channels or two halves.",
                List.of(gguf.evidenceOfKey("general.architecture")),
                "Compare a long answer with the original model's in Transformers."))
        .toList();
  }

  private static List<Hit> rotaryDimension(Subject subject) {
    List<Hit> hits = new ArrayList<>();
    GgufView.of(subject).ifPresent(gguf -> ofGguf(gguf, hits));
    subject.folder().ifPresent(folder -> ofFolder(subject, folder, hits));
    return hits;
  }

  private static void ofGguf(GgufView gguf, List<Hit> hits) {
    int head = gguf.description().headDimension();
    int rotary = gguf.description().rotaryDimension();
    boolean whole = WHOLE_HEAD.contains(gguf.architecture());
    if (rotary > head || (whole && rotary != head) || rotary % 2 != 0) {
      hits.add(
          Hit.of(
              rotary
                  + " channels are to rotate in a head of "
                  + head
                  + (whole ? "; architecture " + gguf.architecture() + " needs both alike." : "."),
              List.of(gguf.evidence("rope.dimension_count"), gguf.evidence("attention.key_length")),
              "Convert the model again"
                  + (whole ? ", or set " + gguf.key("rope.dimension_count") + " to " + head : "")
                  + "."));
      return;
    }
    tooFew(gguf, "rope_freqs.weight", gguf.rope().factors(), hits);
    tooFew(gguf, "rope_factors_long.weight", gguf.rope().longFactors(), hits);
    tooFew(gguf, "rope_factors_short.weight", gguf.rope().shortFactors(), hits);
  }

  private static void tooFew(GgufView gguf, String name, List<Double> factors, List<Hit> hits) {
    int pairs = gguf.description().rotaryDimension() / 2;
    if (!factors.isEmpty() && factors.size() < pairs) {
      hits.add(
          Hit.of(
              "The tensor has " + factors.size() + " factors, but " + pairs + " pairs rotate.",
              List.of(gguf.tensor(name), gguf.evidence("rope.dimension_count")),
              "Convert the model again."));
    }
  }

  private static void ofFolder(Subject subject, FolderCheckpoint folder, List<Hit> hits) {
    int pairs = subject.facts().rotaryDimension().value() / 2;
    Evidence rotary = subject.facts().rotaryDimension().evidence();
    for (ConfigSection rope : ConfigSection.text(folder).dictionaries()) {
      if (rope.layerType().isPresent()) {
        continue;
      }
      for (String key : List.of("short_factor", "long_factor")) {
        List<Double> factors = rope.numbers(key);
        if (!factors.isEmpty() && factors.size() != pairs) {
          hits.add(
              Hit.of(
                  key + " has " + factors.size() + " entries, but " + pairs + " pairs rotate.",
                  List.of(rope.evidence(key), rotary),
                  "Take the list from the original config.json; it needs one entry a pair."));
        }
      }
      List<Double> sections = rope.numbers("mrope_section");
      double sum = sections.stream().mapToDouble(Double::doubleValue).sum();
      if (!sections.isEmpty() && sum != pairs) {
        hits.add(
            Hit.of(
                    "The sections of mrope_section add up to "
                        + Figures.number(sum)
                        + ", but "
                        + pairs
                        + " pairs rotate.",
                    List.of(rope.evidence("mrope_section"), rotary),
                    "Take mrope_section from the original config.json.")
                .as(Severity.WARNING));
      }
    }
  }
}
