package rope4j.checkpoint;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import rope4j.checkpoint.ModelFacts.CacheShape;

/// Which layers of a GGUF model keep every token, which a window, and how wide their cache is.
///
/// Source: llama.cpp `models/*.cpp` (`load_arch_hparams`), `llama-hparams.cpp`,
/// `llama-kv-cache.cpp`.
final class GgufLayers {

  /// Layers a model can have: a number from a stranger that sizes lists (llama.cpp allows 512).
  static final int MOST = 2048;

  private static final String FULL = "full_attention";
  private static final String SLIDING = "sliding_attention";
  private static final String CHUNKED = "chunked_attention";
  private static final String LINEAR = "linear_attention";
  private static final String NONE = "no_attention";

  /// How an architecture's sliding layers lie when the file has no pattern.
  ///
  /// @param period every so-manieth layer is full attention
  /// @param fullFirst whether it is the first of them rather than the last
  /// @param window tokens when the file does not say; 0 for an architecture that then has none
  private record Pattern(int period, boolean fullFirst, int window) {}

  /// Columns: architecture, period, which layer is full, window without a key.
  private static final String TABLE =
      """
      afmoe           4 last  0
      cohere2         4 last  0
      cohere2moe      4 last  0
      exaone-moe      4 last  0
      exaone4         4 last  4096
      gemma-embedding 6 last  0
      gemma2          2 last  4096
      gemma3          6 last  0
      gemma3n         5 last  0
      gemma4          6 last  0
      gpt-oss         2 last  0
      laguna          4 first 0
      llama4          4 last  8192
      modern-bert     3 first 0
      muse-glimmer    4 last  0
      olmo2           4 last  0
      plamo3          8 last  0
      smallthinker    4 first 0
      """;

  /// The one size of EXAONE 4 for which llama.cpp switches the window on.
  private static final int EXAONE4_SLIDING = 64;

  /// Architectures whose layers are sliding by a list in the file only.
  private static final List<String> LISTED = List.of("mimo2", "step35");

  /// Linear attention, and every so-manieth layer full attention.
  private static final Map<String, Integer> LINEAR_PERIOD =
      Map.of("qwen3next", 4, "qwen35", 4, "qwen35moe", 4);

  private static final Map<String, Pattern> PATTERNS = patterns();

  private final GgufFacts facts;
  private final int layers;
  private final int heads;
  private final int headDimension;
  private final int[] keyValueHeads;
  private final Optional<Stated<Integer>> window;
  private final List<String> types;

  GgufLayers(GgufFacts facts, int layers, int heads, int headDimension) {
    this.facts = facts;
    this.layers = layers;
    this.heads = heads;
    this.headDimension = headDimension;
    this.keyValueHeads = facts.perLayer("attention.head_count_kv");
    this.window = findWindow();
    this.types = findTypes();
  }

  private static Map<String, Pattern> patterns() {
    Map<String, Pattern> patterns = new HashMap<>();
    TABLE
        .lines()
        .forEach(line -> {
          String[] row = line.split(" +");
          patterns.put(
              row[0],
              new Pattern(
                  Integer.parseInt(row[1]), row[2].equals("first"), Integer.parseInt(row[3])));
        });
    return Map.copyOf(patterns);
  }

  /// Tokens of the sliding window.
  Optional<Stated<Integer>> window() {
    return window;
  }

  private Optional<Stated<Integer>> findWindow() {
    if (facts.architecture().equals("exaone4") && layers != EXAONE4_SLIDING) {
      return Optional.empty();
    }
    Optional<Stated<Integer>> stated = facts.count("attention.sliding_window");
    if (stated.isPresent()) {
      return stated.filter(tokens -> tokens.value() > 0);
    }
    Pattern pattern = PATTERNS.get(facts.architecture());
    return pattern == null || pattern.window == 0
        ? Optional.empty()
        : Optional.of(
            new Stated<>(
                pattern.window,
                Evidence.byDefault(
                    facts.key("attention.sliding_window"), String.valueOf(pattern.window))));
  }

  /// The type of every layer; empty when all are full attention.
  List<String> types() {
    return types;
  }

  boolean firstIsWindowed() {
    return !types.isEmpty()
        && (types.getFirst().equals(SLIDING) || types.getFirst().equals(CHUNKED));
  }

  private List<String> findTypes() {
    IntPredicate other = otherLayers();
    String otherType =
        LINEAR_PERIOD.containsKey(facts.architecture())
            ? LINEAR
            : facts.architecture().equals("llama4") ? CHUNKED : SLIDING;
    List<String> found = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      found.add(at(keyValueHeads, i, heads) == 0 ? NONE : other.test(i) ? otherType : FULL);
    }
    return found.stream().allMatch(FULL::equals) ? List.of() : List.copyOf(found);
  }

  /// Which layers are not full attention.
  private IntPredicate otherLayers() {
    Integer linear = LINEAR_PERIOD.get(facts.architecture());
    if (linear != null) {
      int period =
          Math.max(1, facts.count("full_attention_interval").map(Stated::value).orElse(linear));
      return layer -> (layer + 1) % period != 0;
    }
    Pattern pattern = PATTERNS.get(facts.architecture());
    if (window.isEmpty() || (pattern == null && !LISTED.contains(facts.architecture()))) {
      // Other architectures don't read the window, or have switched it off (Phi-3).
      return layer -> false;
    }
    return switch (facts.value("attention.sliding_window_pattern").orElse(null)) {
      case MetadataValue.Array array -> {
        List<MetadataValue> listed = array.size() > MOST ? List.of() : array.values();
        yield layer -> layer < listed.size() && isTrue(listed.get(layer));
      }
      case MetadataValue.Int(MetadataType _, long period) ->
          every((int) Math.clamp(period, 0, MOST), pattern != null && pattern.fullFirst);
      case null, default ->
          pattern == null ? layer -> false : every(pattern.period, pattern.fullFirst);
    };
  }

  private static IntPredicate every(int period, boolean fullFirst) {
    return layer -> period == 0 || (fullFirst ? layer % period != 0 : layer % period < period - 1);
  }

  private static boolean isTrue(MetadataValue value) {
    return switch (value) {
      case MetadataValue.Bool bool -> bool.value();
      case MetadataValue.Int integer -> integer.value() != 0;
      default -> false;
    };
  }

  /// What a token costs. Layers behind the decoder's own (multi-token prediction) and those that
  /// share another layer's keys keep nothing.
  CacheShape cache() {
    if (facts.value("attention.causal").orElse(null) instanceof MetadataValue.Bool(boolean causal)
        && !causal) {
      return new CacheShape(0, 0, OptionalInt.empty(), 0, 0);
    }
    int behind = number("nextn_predict_layers");
    int sharing = number("attention.shared_kv_layers");
    int[] keys = facts.perLayer("attention.key_length");
    int[] values = facts.perLayer("attention.value_length");
    int[] slidingKeys = facts.perLayer("attention.key_length_swa");
    int[] slidingValues = facts.perLayer("attention.value_length_swa");
    int latent =
        facts.count("attention.key_length_mla").isPresent() ? number("attention.kv_lora_rank") : 0;
    int shared = heads == 0 ? 0 : number("embedding_length") / heads;
    List<CacheShape.Layers> kept = new ArrayList<>();
    for (int i = 0; i < layers - (long) behind - sharing; i++) {
      String type = types.isEmpty() ? FULL : types.get(i);
      if (type.equals(LINEAR) || type.equals(NONE)) {
        continue;
      }
      boolean sliding = !type.equals(FULL);
      if (latent > 0) {
        kept.add(layer(sliding, saturated(latent, 1, number("rope.dimension_count")), 0));
        continue;
      }
      int key = at(keys, i, headDimension);
      int value = at(values, i, shared);
      if (sliding) {
        key = at(slidingKeys, i, key);
        value = at(slidingValues, i, value);
      }
      int groups = at(keyValueHeads, i, heads);
      kept.add(layer(sliding, saturated(key, groups, 0), saturated(value, groups, 0)));
    }
    return CacheShape.of(
        kept, window.isPresent() ? OptionalInt.of(window.get().value()) : OptionalInt.empty());
  }

  private static CacheShape.Layers layer(boolean sliding, int key, int value) {
    return new CacheShape.Layers(1, sliding, key, value);
  }

  private int number(String suffix) {
    return facts.count(suffix).map(Stated::value).orElse(0);
  }

  private static int at(int[] perLayer, int layer, int otherwise) {
    return switch (perLayer.length) {
      case 0 -> otherwise;
      case 1 -> perLayer[0];
      default -> layer < perLayer.length ? perLayer[layer] : otherwise;
    };
  }

  /// Numbers of a stranger may be anything.
  private static int saturated(int channels, int heads, int more) {
    return (int) Math.min((long) channels * heads + more, Integer.MAX_VALUE);
  }
}
