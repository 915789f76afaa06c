package rope4j.diagnosis.rules;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.ModelFacts;
import rope4j.checkpoint.Stated;
import rope4j.checkpoint.model.FolderCheckpoint;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.rules.Finding.Severity;
import rope4j.diagnosis.text.Figures;

/// Group E, first part: layers that rotate differently from their neighbours, or not at all.
final class LayerRules {

  private static final double GEMMA_BASE = 1_000_000;
  private static final double GEMMA_SLIDING_BASE = 10_000;
  private static final double GEMMA_FACTOR = 8;

  /// Blocks of Gemma 3 with 4, 12 and 27 billion weights; the smaller ones have no scaling.
  private static final Set<Integer> GEMMA_SCALED = Set.of(34, 48, 62);

  /// They attend to every token, whatever the file says.
  private static final Set<Engine> WITHOUT_WINDOW =
      Set.of(Engine.JLAMA, Engine.LLAMA3_JAVA, Engine.GPULLAMA3);

  static final Rule GEMMA =
      new Rule(
          "E2-gemma3-layers",
          Severity.ERROR,
          "Gemma 3's two kinds of layers have the wrong base or scaling",
          "Global layers rotate with base 1000000 and, from 4B on, a linear factor of 8; sliding layers"
              + " with base 10000 and none. Anything else is fluent at first and lost after some"
              + " thousand tokens.",
          List.of("antonellof/ferrox#39", "ollama#13452", "stable-diffusion.cpp#1583"),
          withoutOllama(),
          LayerRules::gemma);

  static final Rule WINDOW =
      new Rule(
          "E3-sliding-window",
          Severity.NOTE,
          "Layers see only a window of the context",
          "A token further back than the window reaches a layer only through the layers below; an"
              + " engine without windows attends to distances those layers were never trained on.",
          List.of("vllm#5908", "vllm#17772", "transformers#40126"),
          Engines.ALL,
          LayerRules::window);

  static final Rule UNROTATED =
      new Rule(
          "E4-layers-without-rotation",
          Severity.NOTE,
          "Some layers do not rotate",
          "An engine that rotates them all the same gives fluent but wrong text. In no_rope_layers a 0"
              + " means no rotation, against what the name says.",
          List.of("TensorRT-LLM#3382", "transformers#37344"),
          Engines.HUGGING_FACE,
          LayerRules::unrotated);

  private LayerRules() {}

  static List<Rule> all() {
    return Stream.of(List.of(GEMMA, WINDOW, UNROTATED), PositionRules.all())
        .flatMap(List::stream)
        .toList();
  }

  /// Ollama puts the numbers of its own files right.
  private static Set<Engine> withoutOllama() {
    Set<Engine> engines = EnumSet.copyOf(Engines.GGUF);
    engines.remove(Engine.OLLAMA);
    return engines;
  }

  private static List<Hit> gemma(Subject subject) {
    List<Hit> hits = new ArrayList<>();
    GgufView.of(subject)
        .filter(gguf -> gguf.architecture().equals("gemma3"))
        .ifPresent(gguf -> gemma(gguf, hits));
    return hits;
  }

  private static void gemma(GgufView gguf, List<Hit> hits) {
    int layers = gguf.description().layers();
    expect(gguf, "rope.freq_base", gguf.rope().base(), GEMMA_BASE, hits);
    gguf.rope()
        .sliding()
        .base()
        .ifPresent(base -> expect(gguf, "rope.freq_base_swa", base, GEMMA_SLIDING_BASE, hits));
    if (GEMMA_SCALED.contains(layers)) {
      expect(gguf, "rope.scaling.factor", gguf.rope().factor().orElse(1), GEMMA_FACTOR, hits);
    }
  }

  private static void expect(
      GgufView gguf, String key, double found, double right, List<Hit> hits) {
    if (found != right) {
      hits.add(
          Hit.of(
              gguf.key(key)
                  + " must be "
                  + Figures.number(right)
                  + " in a Gemma 3 of "
                  + gguf.description().layers()
                  + " layers; here it works out as "
                  + Figures.number(found)
                  + ".",
              List.of(gguf.evidence(key), gguf.evidence("block_count")),
              "Write "
                  + gguf.key(key)
                  + " = "
                  + Figures.number(right)
                  + " with `rope patch`"
                  + (key.endsWith("factor")
                      ? ", and " + gguf.key("rope.scaling.type") + " = linear."
                      : ".")));
    }
  }

  private static List<Hit> window(Subject subject) {
    ModelFacts facts = subject.facts();
    Optional<Stated<Integer>> window = facts.slidingWindow();
    int length = subject.requestTokens().orElse(facts.advertisedLength().value());
    if (window.isEmpty() || window.get().value() < 1 || window.get().value() >= length) {
      return List.of();
    }
    int full = facts.cache().fullLayers();
    List<Evidence> evidence = List.of(window.get().evidence(), facts.advertisedLength().evidence());
    if (subject.engine().filter(WITHOUT_WINDOW::contains).isPresent()) {
      return List.of(
          Hit.of(
                  subject.engine().get().title()
                      + " has no sliding windows: layers trained on "
                      + window.get().value()
                      + " tokens attend to all of them.",
                  evidence,
                  "Stay below " + window.get().value() + " tokens there.")
              .as(Severity.WARNING));
    }
    boolean flagged =
        subject.launch().filter(launch -> launch.has("disable-sliding-window")).isPresent();
    if (flagged) {
      return List.of(
          Hit.of(
                  "--disable-sliding-window limits the length to the window of "
                      + window.get().value()
                      + " tokens.",
                  List.of(Evidence.launch("--disable-sliding-window", ""), window.get().evidence()),
                  "Leave the flag out.")
              .as(Severity.WARNING));
    }
    return full > 0
        ? List.of()
        : List.of(
            Hit.of(
                "Every layer sees only the last " + window.get().value() + " tokens.",
                evidence,
                "Do not count on details further back than " + window.get().value() + " tokens."));
  }

  private static List<Hit> unrotated(Subject subject) {
    return subject.folder().stream()
        .flatMap(folder -> unrotated(subject, folder).stream())
        .toList();
  }

  private static Optional<Hit> unrotated(Subject subject, FolderCheckpoint folder) {
    ConfigSection text = ConfigSection.text(folder);
    int layers = subject.facts().layers().value();
    List<Double> listed = text.numbers("no_rope_layers");
    String key =
        Stream.of("no_rope_layers", "no_rope_layer_interval", "nope_layer_interval")
            .filter(text::has)
            .findFirst()
            .orElse("");
    if (key.isEmpty()) {
      return Optional.empty();
    }
    int interval = (int) text.number(key).orElse(0);
    List<Integer> standing =
        listed.isEmpty()
            ? IntStream.range(0, layers)
                .filter(i -> interval > 0 && (i + 1) % interval == 0)
                .boxed()
                .toList()
            : IntStream.range(0, listed.size()).filter(i -> listed.get(i) == 0).boxed().toList();
    if (standing.isEmpty()) {
      return Optional.empty();
    }
    boolean inverted = !listed.isEmpty() && 2 * standing.size() > listed.size();
    Hit hit =
        Hit.of(
            standing.size()
                + " of "
                + layers
                + " layers do not rotate: "
                + standing.stream().limit(16).map(String::valueOf).collect(Collectors.joining(", "))
                + (standing.size() > 16 ? ", …" : "")
                + (inverted ? ". That is most of them: 0 and 1 may be the wrong way round." : "."),
            List.of(text.evidence(key)),
            inverted
                ? "Write 1 for a layer that rotates and 0 for one that does not."
                : "Check that the engine knows this architecture; a generic Llama loader rotates every"
                    + " layer.");
    if (inverted) {
      return Optional.of(hit.as(Severity.WARNING));
    }
    return Optional.of(subject.runsOn(Engine.JLAMA) ? hit.as(Severity.ERROR) : hit);
  }
}
