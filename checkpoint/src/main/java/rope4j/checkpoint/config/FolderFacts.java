package rope4j.checkpoint.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.ModelFacts;
import rope4j.checkpoint.Stated;
import rope4j.checkpoint.json.JsonFile;

/// What a `config.json` says about position and length, with the key that says so. Values are those
/// Transformers arrives at; the file is asked even where Transformers would refuse it, as
/// inspection is for such files too.
final class FolderFacts {

  static final String[] LAYERS = {"num_hidden_layers", "n_layer", "n_layers", "num_layers"};
  static final String[] HEADS = {"num_attention_heads", "n_head", "n_heads", "num_heads"};
  static final String[] KEY_VALUE_HEADS = {
    "num_key_value_heads", "num_kv_heads", "n_head_kv", "attn_config.kv_n_heads"
  };
  static final String[] HIDDEN = {"hidden_size", "n_embd", "d_model", "n_embed"};

  private static final int MAX_LAYERS = 10_000;

  private final JsonFile json;
  private final TextConfig text;
  private final StatedKeys keys;
  private final ClassShapes.Shape shape;
  private final FolderRope rope;

  FolderFacts(JsonFile json, TextConfig text) {
    this.json = json;
    this.text = text;
    this.keys = new StatedKeys(json, text.path());
    this.shape = ClassShapes.of(text.modelClass().name());
    this.rope = new FolderRope(keys, text);
  }

  ModelFacts facts() {
    requireModel();
    Stated<Integer> layers = layers();
    Stated<Integer> heads = count(shape.heads(), HEADS);
    Stated<Integer> keyValueHeads = keyValueHeads(heads);
    Stated<Integer> headDimension = headDimension(heads);
    Stated<Integer> length = length();
    Optional<Stated<Double>> base = rope.base();
    FolderLayers cached =
        new FolderLayers(
            keys, text, shape, layers.value(), keyValueHeads.value(), headDimension.value());
    return new ModelFacts(
        architecture(),
        new StatedKeys(json, List.of())
            .text("_name_or_path")
            .filter(name -> !name.value().isBlank()),
        length,
        rope.trainedLength(length),
        base,
        rope.type(),
        rope.factor(),
        layers,
        heads,
        keyValueHeads,
        headDimension,
        base.isEmpty()
            ? new Stated<>(0, Evidence.derived("partial_rotary_factor", "0"))
            : rope.rotaryDimension(headDimension),
        cached.window(),
        cached.types(),
        keys.text("dtype", "torch_dtype")
            .or(() -> new StatedKeys(json, List.of()).text("dtype", "torch_dtype")),
        cached.cache());
  }

  /// A file with none of these is a tokenizer's, a pipeline's or an adapter's.
  private void requireModel() {
    List<String> any = new ArrayList<>(List.of("model_type", "architectures"));
    any.addAll(List.of(LAYERS));
    any.addAll(List.of(HEADS));
    any.addAll(List.of(HIDDEN));
    if (any.stream().noneMatch(key -> keys.has(key) || json.has(key))) {
      throw new CheckpointException(
          "there is neither model_type nor hidden_size, so this is not the config.json of a language"
              + " model");
    }
  }

  private Stated<String> architecture() {
    return keys.text("model_type")
        .or(() -> new StatedKeys(json, List.of()).text("model_type"))
        .orElseGet(() -> new Stated<>("", Evidence.byDefault("model_type", "absent")));
  }

  private Stated<Integer> length() {
    for (String key : TextConfig.LENGTHS) {
      OptionalInt stated = text.keys().count(key);
      if (stated.isPresent()) {
        return new Stated<>(stated.getAsInt(), keys.evidence(key));
      }
    }
    int length = text.maxPositionEmbeddings();
    return new Stated<>(length, keys.silent("max_position_embeddings", length));
  }

  private Stated<Integer> layers() {
    int pattern = text.modelClass().layers().layers();
    Stated<Integer> layers =
        count(
            shape.layers().isPresent() || pattern == 0 ? shape.layers() : OptionalInt.of(pattern),
            LAYERS);
    if (layers.value() > MAX_LAYERS) {
      throw ConfigKeys.wrong(layers.evidence().key(), layers.value(), "at most " + MAX_LAYERS);
    }
    return layers;
  }

  private Stated<Integer> keyValueHeads(Stated<Integer> heads) {
    // Falcon and StarCoder: one head for all, whatever else the file says; but in Falcon's newer
    // layout the number below.
    if (keys.isTrue("multi_query") && !keys.isTrue("new_decoder_architecture")) {
      return new Stated<>(1, keys.evidence("multi_query"));
    }
    Optional<Stated<Integer>> stated = keys.count(KEY_VALUE_HEADS);
    if (stated.isPresent()) {
      return stated.get();
    }
    if (keys.isTrue("multi_query_attention") && keys.count("multi_query_group_num").isPresent()) {
      return keys.count("multi_query_group_num").get();
    }
    int otherwise =
        keys.count(HEADS).isPresent() && shape.keyValueHeads().orElse(0) > heads.value()
            ? heads.value()
            : shape.keyValueHeads().orElse(heads.value());
    return new Stated<>(otherwise, keys.silent("num_key_value_heads", otherwise));
  }

  private Stated<Integer> headDimension(Stated<Integer> heads) {
    if (text.modelClass().deepSeek()) {
      int rotated = text.headDimension("");
      int still = keys.count("qk_nope_head_dim").map(Stated::value).orElse(128);
      return new Stated<>(
          rotated + still,
          Evidence.derived(
              "head_dim", (rotated + still) + " (qk_nope_head_dim + qk_rope_head_dim)"));
    }
    OptionalInt declared = text.headDimensionAttribute(RopeNormaliser.FULL);
    for (String key : new String[] {"head_dim", "kv_channels", "d_kv", "global_head_dim"}) {
      Optional<Stated<Integer>> stated = keys.count(key);
      if (stated.isPresent()
          && (declared.isEmpty() || declared.getAsInt() == stated.get().value())) {
        return stated.get();
      }
    }
    if (declared.isPresent()) {
      return new Stated<>(declared.getAsInt(), keys.silent("head_dim", declared.getAsInt()));
    }
    int hidden = count(shape.hidden(), HIDDEN).value();
    int shared = heads.value() == 0 ? 0 : hidden / heads.value();
    return new Stated<>(
        shared, Evidence.derived("head_dim", shared + " (hidden_size / num_attention_heads)"));
  }

  private Stated<Integer> count(OptionalInt otherwise, String... spellings) {
    return keys.count(spellings)
        .orElseGet(() ->
            new Stated<>(
                otherwise.orElse(0),
                keys.silent(
                    spellings[0], otherwise.isPresent() ? otherwise.getAsInt() : "not stated")));
  }
}
