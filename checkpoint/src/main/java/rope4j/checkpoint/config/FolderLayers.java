package rope4j.checkpoint.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import rope4j.checkpoint.ModelFacts.CacheShape;
import rope4j.checkpoint.Stated;

/// Which layers of a `config.json` keep every token, which a window, and how wide their cache is.
///
/// Source: Transformers `configuration_*.py` and `cache_utils.py`.
final class FolderLayers {

  private static final String FULL = RopeNormaliser.FULL;
  private static final String SLIDING = RopeNormaliser.SLIDING;
  private static final String LINEAR = "linear_attention";

  private static final String[] WINDOWS = {
    "sliding_window", "attention_chunk_size", "attention_window_size", "local_attention"
  };

  private final StatedKeys keys;
  private final TextConfig text;
  private final ClassShapes.Shape shape;
  private final int layers;
  private final int keyValueHeads;
  private final int headDimension;

  FolderLayers(
      StatedKeys keys,
      TextConfig text,
      ClassShapes.Shape shape,
      int layers,
      int keyValueHeads,
      int headDimension) {
    this.keys = keys;
    this.text = text;
    this.shape = shape;
    this.layers = layers;
    this.keyValueHeads = keyValueHeads;
    this.headDimension = headDimension;
  }

  /// Tokens of the sliding window, where one is in use.
  Optional<Stated<Integer>> window() {
    boolean qwen = text.modelClass().name().startsWith("qwen");
    if (keys.has("use_sliding_window") || qwen) {
      // Qwen's files name a window that only this switch brings to life.
      if (!keys.isTrue("use_sliding_window")) {
        return Optional.empty();
      }
    }
    for (String key : WINDOWS) {
      if (keys.has(key)) {
        return keys.count(key).filter(window -> window.value() > 0);
      }
    }
    return shape.window().stream()
        .mapToObj(window -> new Stated<>(window, keys.silent(WINDOWS[0], window)))
        .findFirst();
  }

  /// The type of every layer; empty when all are full attention.
  List<String> types() {
    List<String> known = text.layerTypes();
    if (!known.isEmpty()) {
      return known;
    }
    List<String> types = hybrid();
    if (types.isEmpty() && window().isPresent()) {
      types = by(sliding(), SLIDING, FULL);
    }
    return types.stream().allMatch(FULL::equals) ? List.of() : types;
  }

  private IntPredicate sliding() {
    String name = text.modelClass().name();
    if (name.equals("gemma2")) {
      return layer -> layer % 2 == 0;
    }
    if (name.startsWith("qwen")) {
      int first = keys.count("max_window_layers").map(Stated::value).orElse(28);
      return layer -> layer >= first;
    }
    return layer -> true;
  }

  /// Models that mix attention with layers that keep no tokens have each their own spelling.
  private List<String> hybrid() {
    if (keys.raw("layers_block_type").orElse(null) instanceof List<?> list) {
      return by(layer -> list.isEmpty() || named(list, layer, "attention"), FULL, LINEAR);
    }
    if (keys.raw("block_types").orElse(null) instanceof List<?> cycle && !cycle.isEmpty()) {
      return by(
          layer -> named(cycle, layer % cycle.size(), "attention"),
          window().isPresent() ? SLIDING : FULL,
          LINEAR);
    }
    if (keys.raw("hybrid_override_pattern").orElse(null) instanceof String letters) {
      return by(layer -> layer < letters.length() && letters.charAt(layer) == '*', FULL, LINEAR);
    }
    if (keys.raw("attn_layer_indices").isPresent()) {
      List<Integer> indices = keys.perLayer("attn_layer_indices");
      return by(indices::contains, FULL, LINEAR);
    }
    if (keys.raw("attn_type_list").isPresent()) {
      List<Integer> flags = keys.perLayer("attn_type_list");
      return by(layer -> layer < flags.size() && flags.get(layer) == 1, FULL, LINEAR);
    }
    Optional<Stated<Integer>> period = keys.count("attn_layer_period");
    if (period.isPresent() && period.get().value() > 0) {
      int offset = keys.count("attn_layer_offset").map(Stated::value).orElse(0);
      return by(layer -> layer % period.get().value() == offset, FULL, LINEAR);
    }
    return List.of();
  }

  private static boolean named(List<?> types, int layer, String word) {
    return layer < types.size() && String.valueOf(types.get(layer)).contains(word);
  }

  private List<String> by(IntPredicate test, String yes, String no) {
    List<String> types = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      types.add(test.test(i) ? yes : no);
    }
    return types;
  }

  /// What a token costs.
  CacheShape cache() {
    List<String> types = types();
    List<Integer> heads = keys.perLayer(FolderFacts.KEY_VALUE_HEADS);
    int sharing = keys.count("num_kv_shared_layers").map(Stated::value).orElse(sharedByDefault());
    List<CacheShape.Layers> kept = new ArrayList<>();
    for (int i = 0; i < layers - (long) sharing; i++) {
      String type = i < types.size() ? types.get(i) : FULL;
      if (keepsTokens(type)) {
        int own = heads.size() > 1 && i < heads.size() ? heads.get(i) : keyValueHeads;
        kept.add(layer(type, own));
      }
    }
    Optional<Stated<Integer>> window = window();
    return CacheShape.of(
        kept, window.isPresent() ? OptionalInt.of(window.get().value()) : OptionalInt.empty());
  }

  private int sharedByDefault() {
    return text.modelClass().name().equals("gemma3n") ? 15 : 0;
  }

  private static boolean keepsTokens(String type) {
    return type.contains("attention") && !type.startsWith("linear");
  }

  private static boolean keepsWindow(String type) {
    return type.startsWith("sliding") || type.startsWith("chunked") || type.startsWith("local");
  }

  private CacheShape.Layers layer(String type, int ownHeads) {
    boolean sliding = keepsWindow(type);
    Optional<Stated<Integer>> latent = latent();
    if (latent.isPresent()) {
      int rotated = keys.count("qk_rope_head_dim").map(Stated::value).orElse(64);
      return new CacheShape.Layers(1, sliding, saturated(latent.get().value(), 1, rotated), 0);
    }
    int key = headDimension;
    int number = ownHeads;
    if (text.modelClass().conversion() == ModelClass.Conversion.GEMMA4) {
      key = text.headDimension(type);
      if (!sliding && keys.isTrue("attention_k_eq_v")) {
        number = keys.count("num_global_key_value_heads").map(Stated::value).orElse(ownHeads);
      }
    }
    int value = keys.count("v_head_dim").map(Stated::value).orElse(key);
    return new CacheShape.Layers(
        1, sliding, saturated(key, number, 0), saturated(value, number, 0));
  }

  /// Channels of the latent vector that stands for keys and values.
  private Optional<Stated<Integer>> latent() {
    Optional<Stated<Integer>> stated = keys.count("kv_lora_rank");
    return stated.isPresent() || !text.modelClass().deepSeek()
        ? stated
        : Optional.of(new Stated<>(512, keys.silent("kv_lora_rank", 512)));
  }

  /// Numbers of a stranger may be anything.
  private static int saturated(int channels, int heads, int more) {
    return (int) Math.min((long) channels * heads + more, Integer.MAX_VALUE);
  }
}
