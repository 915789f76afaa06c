package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.LlamaCppRope;
import rope4j.checkpoint.RopeMetadata;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;
import rope4j.checkpoint.config.Dialect;
import rope4j.checkpoint.model.FolderCheckpoint;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.rules.Finding.Severity;
import rope4j.diagnosis.text.Figures;
import rope4j.rotation.Frequencies;
import rope4j.rotation.Pairing;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Yarn;

/// Group D, first part: YaRN's magnitude and bounds, read differently by engines.
final class FormulaRules {

  private static final Set<Engine> READERS = readers();

  static final Rule MSCALE =
      new Rule(
          "D1-mscale-ignored",
          Severity.NOTE,
          "Engines make different magnitudes of mscale and mscale_all_dim",
          "Attention is too sharp or too flat in every layer: fluent text that does not follow the"
              + " prompt.",
          List.of("vllm#48623", "llama.cpp#17945", "transformers#47435"),
          READERS,
          FormulaRules::mscale);

  static final Rule SOFTMAX_TWICE =
      new Rule(
          "D3-softmax-counted-twice",
          Severity.WARNING,
          "llama.cpp scales the softmax of a DeepSeek file without a log multiplier",
          "The correction is made although the model was not trained with it: attention is too sharp.",
          List.of("exllamav3#259", "llama.cpp src/models/deepseek2.cpp"),
          Engines.LLAMA_CPP,
          FormulaRules::softmaxTwice);

  static final Rule ATTENTION_KEY =
      new Rule(
          "D4-attn-factor-key",
          Severity.WARNING,
          "The attention factor has a name that not every engine reads",
          "One engine multiplies cosine and sine by it, the next passes over it: the same checkpoint"
              + " has sharper attention in one than in the other.",
          List.of("deepseek-ai/DeepSeek-R1#684", "mlx-lm#1507"),
          READERS,
          FormulaRules::attentionKey);

  static final Rule TRUNCATE =
      new Rule(
          "D5-truncate-false",
          Severity.NOTE,
          "YaRN's bounds are not to be rounded, but some engines round them",
          "A few pairs are blended differently from training.",
          List.of("vllm#27722", "vllm#28244", "sglang#14270", "transformers#42189"),
          readersAndGguf(),
          FormulaRules::truncate);

  private FormulaRules() {}

  static List<Rule> all() {
    return Stream.of(
            List.of(MSCALE, SOFTMAX_TWICE, ATTENTION_KEY, TRUNCATE),
            DynamicRules.all(),
            LongRopeRules.all(),
            ExtensionRules.all())
        .flatMap(List::stream)
        .toList();
  }

  private static Set<Engine> readers() {
    Set<Engine> engines = EnumSet.copyOf(Engines.PYTHON);
    engines.add(Engine.LLAMA_CPP);
    return engines;
  }

  private static Set<Engine> readersAndGguf() {
    Set<Engine> engines = readers();
    engines.addAll(Engines.LLAMA_CPP);
    return engines;
  }

  /// Whether the engine in question, or any when none is, differs from Transformers.
  private static boolean concerns(Subject subject, Readings readings) {
    return switch (subject.engine().orElse(Engine.TRANSFORMERS)) {
      case VLLM, SGLANG -> readings.differsFromTransformers(Dialect.VLLM);
      case LLAMA_CPP -> readings.differsFromTransformers(Dialect.LLAMA_CPP);
      default -> readings.magnitudesDiffer();
    };
  }

  private static List<Hit> mscale(Subject subject) {
    List<Hit> hits = new ArrayList<>();
    for (ConfigSection rope : fileInForce(subject)) {
      boolean named = rope.has("mscale") || rope.has("mscale_all_dim");
      if (!named || rope.has("attn_factor") || rope.has("attention_factor")) {
        continue;
      }
      Readings readings = Readings.of(folder(subject), subject.requestTokens());
      if (concerns(subject, readings)) {
        Hit hit =
            Hit.of(
                "mscale and mscale_all_dim together multiply queries and keys by "
                    + readings.magnitudes()
                    + ".",
                List.of(rope.evidence("mscale"), rope.evidence("mscale_all_dim")),
                "Transformers is right for its own files. Elsewhere take a version that reads both"
                    + " keys for this model, and compare a long answer.");
        hits.add(subject.runsOn(Engine.TRANSFORMERS) ? hit : raised(subject, hit));
      }
    }
    return hits;
  }

  private static Hit raised(Subject subject, Hit hit) {
    return Engines.chosen(subject, Severity.WARNING, hit);
  }

  /// The file's dictionaries, unless a launch replaces them.
  private static List<ConfigSection> fileInForce(Subject subject) {
    return ConfigSection.inForce(subject).stream().filter(rope -> !rope.launched()).toList();
  }

  private static FolderCheckpoint folder(Subject subject) {
    return subject.folder().orElseThrow();
  }

  private static List<Hit> softmaxTwice(Subject subject) {
    return GgufView.of(subject).stream()
        .filter(gguf -> gguf.architecture().equals("deepseek2"))
        .filter(gguf -> gguf.rope().yarnLogMultiplier().orElse(0) == 0)
        .flatMap(gguf -> softmaxTwice(subject, gguf).stream())
        .toList();
  }

  private static Optional<Hit> softmaxTwice(Subject subject, GgufView gguf) {
    int length = subject.requestTokens().orElse(gguf.description().contextLength());
    Frequencies frequencies;
    try {
      frequencies =
          LlamaCppRope.layers(gguf.description(), RopeOverrides.NONE, length)
              .getFirst()
              .parameters()
              .frequencies(length);
    } catch (CheckpointException e) {
      return Optional.empty();
    }
    double multiplier = frequencies.softmaxScaleMultiplier();
    if (Math.abs(multiplier - 1) < 1e-4) {
      return Optional.empty();
    }
    return Optional.of(
        Engines.chosen(
            subject,
            Severity.ERROR,
            Hit.of(
                "llama.cpp multiplies the softmax scale by "
                    + Figures.fixed(multiplier, 3)
                    + " on top of the rotation's own factor.",
                List.of(
                    gguf.evidence("rope.scaling.yarn_log_multiplier"),
                    gguf.evidence("rope.scaling.factor")),
                "Write "
                    + gguf.key("rope.scaling.yarn_log_multiplier")
                    + " = a tenth of the config's mscale_all_dim, or convert the model again.")));
  }

  private static List<Hit> attentionKey(Subject subject) {
    List<Hit> hits = new ArrayList<>();
    for (ConfigSection rope : ConfigSection.inForce(subject)) {
      String key = rope.has("attn_factor") ? "attn_factor" : "attention_factor";
      if (!rope.ropeType().equals("yarn") || rope.number(key).isEmpty()) {
        continue;
      }
      boolean honoured = key.equals("attention_factor");
      if (rope.launched()) {
        launchedKey(subject, rope, key, honoured).ifPresent(hits::add);
        continue;
      }
      Readings readings = Readings.of(folder(subject), subject.requestTokens());
      if (concerns(subject, readings)) {
        Hit hit =
            Hit.of(
                key
                    + " is read by "
                    + (honoured ? "Transformers" : "vLLM")
                    + " only: queries and keys are multiplied by "
                    + readings.magnitudes()
                    + ".",
                List.of(rope.evidence(key), rope.evidence("factor")),
                "Find out which was meant, write it as attention_factor for Transformers, and as"
                    + " attn_factor, divided by 1 + 0.1 ln(factor), for vLLM.");
        hits.add(honoured ? raised(subject, hit.as(Severity.NOTE)) : hit);
      }
    }
    return hits;
  }

  private static Optional<Hit> launchedKey(
      Subject subject, ConfigSection rope, String key, boolean honoured) {
    boolean readHere = honoured == subject.runsOn(Engine.TRANSFORMERS);
    OptionalDouble factor = rope.number(key);
    if (readHere || factor.orElse(1) == 1) {
      return Optional.empty();
    }
    return Optional.of(
        Hit.of(
            key
                + " has no effect here: the engine reads "
                + (honoured ? "attn_factor" : "attention_factor")
                + ".",
            List.of(rope.evidence(key)),
            "Leave it out: YaRN's own factor is 1 + 0.1 ln(factor)."));
  }

  private static List<Hit> truncate(Subject subject) {
    List<Hit> hits = new ArrayList<>();
    for (ConfigSection rope : fileInForce(subject)) {
      if (Boolean.FALSE.equals(rope.get("truncate").orElse(true))) {
        hits.add(truncate(subject, rope));
      }
    }
    GgufView.of(subject).flatMap(gguf -> truncate(subject, gguf)).ifPresent(hits::add);
    return hits;
  }

  private static Hit truncate(Subject subject, ConfigSection rope) {
    Readings readings = Readings.of(folder(subject), subject.requestTokens());
    double worst = readings.worstFrequency(Dialect.TRANSFORMERS, Dialect.LLAMA_CPP);
    boolean dropped = rope.layerType().isPresent() && subject.runsOn(Engine.TRANSFORMERS);
    Hit hit =
        Hit.of(
            dropped
                ? "Transformers rounds the bounds all the same when the rotation is given layer type by"
                    + " layer type."
                : "llama.cpp, and vLLM and SGLang before the end of 2025, round the bounds"
                    + (worst > 0
                        ? ": frequencies up to " + Figures.fixed(100 * worst, 1) + " % off."
                        : "."),
            List.of(rope.evidence("truncate")),
            dropped
                ? "Give one dictionary for all layers."
                : "Use a current vLLM, SGLang or Transformers where it matters.");
    return dropped ? hit.as(Severity.WARNING) : hit;
  }

  private static Optional<Hit> truncate(Subject subject, GgufView gguf) {
    boolean whole =
        Families.of(subject)
            .filter(family -> Boolean.FALSE.equals(family.shipped().get("truncate")))
            .isPresent();
    RopeMetadata rope = gguf.rope();
    if (!whole
        || !gguf.rotates()
        || !gguf.isType(RopeScalingType.YARN)
        || rope.factor().orElse(1) <= 1) {
      return Optional.empty();
    }
    double worst = Readings.worst(yarn(gguf, false), yarn(gguf, true));
    return Optional.of(
        Hit.of(
            "The family's YaRN does not round its bounds, llama.cpp does: frequencies up to "
                + Figures.fixed(100 * worst, 1)
                + " % off.",
            List.of(gguf.evidence("rope.scaling.type"), gguf.evidence("rope.scaling.factor")),
            "Nothing in the file can change it; compare with another engine where it matters."));
  }

  private static double[] yarn(GgufView gguf, boolean truncate) {
    int rotary = gguf.description().rotaryDimension();
    Yarn yarn =
        new Yarn(
            gguf.rope().factor().orElse(1),
            gguf.description().trainedLength(),
            32,
            1,
            truncate,
            1,
            OptionalDouble.empty());
    return new RopeParameters(
            rotary,
            rotary,
            gguf.rope().base(),
            gguf.description().trainedLength(),
            Pairing.HALF,
            yarn)
        .frequencies(gguf.description().contextLength())
        .inverse();
  }
}
