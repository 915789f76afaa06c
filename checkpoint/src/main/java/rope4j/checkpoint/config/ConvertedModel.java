package rope4j.checkpoint.config;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeMetadata;
import rope4j.checkpoint.RopeScalingType;
import rope4j.checkpoint.SlidingMetadata;
import rope4j.checkpoint.config.ModelClass.Conversion;
import rope4j.checkpoint.config.ModelClass.Unrotated;
import rope4j.rotation.dialect.GgufRope;
import rope4j.rotation.dialect.RopeSettings;

/// The GGUF file that llama.cpp's converter would make of a `config.json`, as far as rotation goes.
///
/// Source: llama.cpp `conversion/base.py`, `llama.py`, `phi.py`, `hunyuan.py`, `deepseek.py`,
/// `gemma.py`.
final class ConvertedModel {

  private static final String[] SLIDING_BASES = {
    "local_rope_theta", "swa_rope_theta", "rope_local_base_freq"
  };

  /// HunYuan's alpha where the file has none.
  private static final Map<String, Double> DEFAULT_ALPHA =
      Map.of("hunyuan_v1_dense", 50.0, "hunyuan_v1_moe", 1000.0);

  private static final int HUNYUAN_LENGTH = 256 * 1024;

  private final TextConfig text;
  private final ConfigKeys keys;
  private final Map<String, @Nullable Object> dictionary;

  private ConvertedModel(TextConfig text) {
    this.text = text;
    this.keys = text.keys();
    this.dictionary =
        keys.object(keys.isSet("rope_parameters") ? "rope_parameters" : "rope_scaling")
            .orElseGet(() -> DefaultDictionaries.of(text));
  }

  /// The file's description.
  ///
  /// @throws CheckpointException when llama.cpp has no such model
  static ModelDescription of(TextConfig text, String name) {
    String architecture =
        text.modelClass()
            .architecture()
            .orElseThrow(() ->
                new CheckpointException(
                    "llama.cpp's converter makes no rotating model of model_type \""
                        + text.modelType()
                        + "\", as far as is known here"));
    return new ConvertedModel(text).description(architecture, name);
  }

  /// What the converter writes.
  static GgufRope converted(TextConfig text) {
    return new ConvertedModel(text).converted();
  }

  private GgufRope converted() {
    RopeSettings settings = RopeSettings.of(mirrored());
    int length = text.maxPositionEmbeddings();
    if (text.modelClass().conversion() == Conversion.PHI3
        || text.modelClass().conversion() == Conversion.PHIMOE) {
      return GgufRope.phi3(
          settings,
          length,
          keys.count("hidden_size").orElse(text.headDimension("")),
          keys.count("num_attention_heads").orElse(1));
    }
    return settings.type().equals("llama3")
        ? GgufRope.llama(settings, slidingBase(), length, text.headDimension(RopeNormaliser.FULL))
        : GgufRope.text(settings, slidingBase(), length);
  }

  /// The full-attention dictionary with the legacy top-level keys mirrored into it.
  private Map<String, @Nullable Object> mirrored() {
    ConfigKeys inner = new ConfigKeys(dictionary);
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    if (dictionary.get(RopeNormaliser.FULL) instanceof Map<?, ?> full) {
      all.putAll(ConfigKeys.asObject(full));
      return all;
    }
    if (inner.isSet(RopeNormaliser.SLIDING)) {
      return all;
    }
    all.putAll(dictionary);
    for (String key : new String[] {"global_rope_theta", "rope_theta", "rotary_emb_base"}) {
      keys.number(key).ifPresent(base -> all.putIfAbsent("rope_theta", base));
    }
    for (String key : new String[] {RopeNormaliser.ORIGINAL, "partial_rotary_factor"}) {
      keys.number(key).ifPresent(value -> all.putIfAbsent(key, value));
    }
    return all;
  }

  private Optional<Double> slidingBase() {
    if (dictionary.get(RopeNormaliser.SLIDING) instanceof Map<?, ?> map) {
      OptionalDouble own = new ConfigKeys(ConfigKeys.asObject(map)).number("rope_theta");
      if (own.isPresent()) {
        return Optional.of(own.getAsDouble());
      }
    }
    return Arrays.stream(SLIDING_BASES)
        .filter(keys::isSet)
        .map(key -> keys.number(key).orElseThrow())
        .findFirst();
  }

  private ModelDescription description(String architecture, String name) {
    GgufRope gguf = converted();
    int head = text.headDimension(RopeNormaliser.FULL);
    int original = (int) number(gguf, "rope.scaling.original_context_length").orElse(0);
    // The converter knows no length for an alpha but that of the published models.
    int length = bakesAlpha() ? HUNYUAN_LENGTH : text.maxPositionEmbeddings();
    return new ModelDescription(
        architecture,
        Optional.of(name),
        length,
        original == 0 ? length : original,
        1,
        head,
        1,
        1,
        head,
        head,
        (int)
            number(gguf, "rope.dimension_count")
                .orElseGet(() -> rotaryDimension(architecture, head)),
        1,
        0,
        1,
        0,
        0,
        metadata(gguf));
  }

  /// `rope.dimension_count`; llama's converter writes the head dimension whatever the partial
  /// factor.
  private double rotaryDimension(String architecture, int head) {
    if (architecture.equals("llama") || text.modelClass().conversion() == Conversion.GEMMA4) {
      return head;
    }
    if (text.modelClass().conversion() == Conversion.MISTRAL4) {
      return (int) (head * text.rotatingShare());
    }
    double byClass = text.modelClass().partial().orElse(1);
    OptionalDouble given = new ConfigKeys(mirrored()).number("partial_rotary_factor");
    double partial = given.orElse(keys.number("rotary_pct").orElse(byClass));
    OptionalInt dimension = keys.count("rotary_dim");
    return given.isEmpty() && dimension.isPresent() ? dimension.getAsInt() : (int) (head * partial);
  }

  private RopeMetadata metadata(GgufRope gguf) {
    return new RopeMetadata(
        base(gguf),
        Optional.ofNullable((String) gguf.keys().get("rope.scaling.type"))
            .flatMap(RopeScalingType::of),
        number(gguf, "rope.scaling.factor"),
        OptionalInt.empty(),
        number(gguf, "rope.scaling.attn_factor").orElse(1),
        number(gguf, "rope.scaling.yarn_ext_factor"),
        number(gguf, "rope.scaling.yarn_attn_factor"),
        number(gguf, "rope.scaling.yarn_beta_fast"),
        number(gguf, "rope.scaling.yarn_beta_slow"),
        logMultiplier(),
        factors(gguf),
        tensor(gguf, "rope_factors_long.weight"),
        tensor(gguf, "rope_factors_short.weight"),
        gguf.keys().containsKey("rope.dimension_sections"),
        sliding(gguf));
  }

  /// The converter asks Transformers for the configuration, so that the class's default reaches the
  /// file. HunYuan's alpha is baked into the base.
  private double base(GgufRope gguf) {
    double base = number(gguf, "rope.freq_base").orElseGet(text::innerBase);
    if (!bakesAlpha()) {
      return base;
    }
    double d = text.headDimension("");
    double alpha =
        new ConfigKeys(dictionary)
            .number("alpha")
            .orElse(DEFAULT_ALPHA.getOrDefault(hunYuan(), 1.0));
    return (float) (base * Math.pow(alpha, d / (d - 2)));
  }

  private String hunYuan() {
    return text.modelClass().name();
  }

  private boolean bakesAlpha() {
    return DEFAULT_ALPHA.containsKey(hunYuan())
        && RopeNormaliser.type(dictionary).equals("dynamic");
  }

  private OptionalDouble logMultiplier() {
    OptionalDouble all = new ConfigKeys(dictionary).number("mscale_all_dim");
    return text.modelClass().deepSeek() && all.isPresent()
        ? OptionalDouble.of((float) (0.1 * all.getAsDouble()))
        : OptionalDouble.empty();
  }

  /// Gemma 4 stops the pairs beyond its partial factor by a divisor.
  private List<Double> factors(GgufRope gguf) {
    ConfigKeys full = new ConfigKeys(mirrored());
    if (text.modelClass().conversion() != Conversion.GEMMA4) {
      return tensor(gguf, "rope_freqs.weight");
    }
    int head = text.headDimension(RopeNormaliser.FULL);
    double partial = full.number("partial_rotary_factor").orElse(1);
    int turning = (int) Math.floor(partial * head / 2);
    return IntStream.range(0, head / 2).mapToObj(i -> i < turning ? 1.0 : 1e30).toList();
  }

  private SlidingMetadata sliding(GgufRope gguf) {
    boolean has =
        text.layerTypes().contains(RopeNormaliser.SLIDING)
            || (text.modelClass().unrotated() == Unrotated.FULL_ATTENTION
                && keys.isSet("sliding_window"));
    OptionalDouble slidingBase = number(gguf, "rope.freq_base_swa");
    return new SlidingMetadata(
        has ? OptionalInt.of(keys.count("sliding_window").orElse(4096)) : OptionalInt.empty(),
        slidingBase.isPresent() ? slidingBase : text.modelClass().localBase(),
        OptionalInt.of(text.headDimension(RopeNormaliser.SLIDING)),
        OptionalInt.empty());
  }

  private static List<Double> tensor(GgufRope gguf, String name) {
    float[] values = gguf.tensors().getOrDefault(name, new float[0]);
    return IntStream.range(0, values.length).mapToObj(i -> (double) values[i]).toList();
  }

  private static OptionalDouble number(GgufRope gguf, String key) {
    return gguf.keys().get(key) instanceof Number number
        ? OptionalDouble.of(number.doubleValue())
        : OptionalDouble.empty();
  }
}
