package rope4j.checkpoint;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/// What a GGUF file of any architecture says, also one that no engine here can run.
final class GgufFacts {

  /// Architectures that know positions otherwise, or not at all. Source: llama.cpp
  /// `llama-model.cpp` (`llama_model_rope_type`), and the graphs of those with learned positions or
  /// ALiBi.
  static final Set<String> UNROTATED =
      Set.of(
          "arwkv7",
          "bert",
          "bloom",
          "clip",
          "gpt2",
          "gptj",
          "jais",
          "jamba",
          "jina-bert-v2",
          "kimi-linear",
          "mamba",
          "mamba2",
          "mpt",
          "nemotron_h",
          "nemotron_h_moe",
          "refact",
          "rwkv6",
          "rwkv6qwen2",
          "rwkv7",
          "starcoder",
          "t5",
          "t5encoder",
          "wavtokenizer-dec");

  private final GgufFile file;
  private final Metadata metadata;
  private final String fileName;
  private final String architecture;

  GgufFacts(GgufFile file) {
    this(file, file.metadata());
  }

  /// @param metadata the file's, or what `--override-kv` makes of it
  GgufFacts(GgufFile file, Metadata metadata) {
    this.file = file;
    this.metadata = metadata;
    Path name = file.path().getFileName();
    this.fileName = name == null ? file.path().toString() : name.toString();
    this.architecture =
        metadata
            .string("general.architecture")
            .orElseThrow(() -> ModelDescription.absent("general.architecture"));
  }

  ModelFacts facts() {
    Stated<Integer> length =
        count("context_length").orElseThrow(() -> ModelDescription.absent(key("context_length")));
    Stated<Integer> layers =
        count("block_count").orElseThrow(() -> ModelDescription.absent(key("block_count")));
    if (layers.value() > GgufLayers.MOST) {
      throw new CheckpointException(
          key("block_count")
              + " is "
              + layers.value()
              + ", but a model has at most "
              + GgufLayers.MOST
              + " layers: the file is damaged; download it again");
    }
    Stated<Integer> heads =
        count("attention.head_count").orElseGet(() -> byDefault("attention.head_count", 0));
    Stated<Integer> keyValueHeads =
        count("attention.head_count_kv")
            .orElseGet(() -> byDefault("attention.head_count_kv", heads.value()));
    Stated<Integer> headDimension = headDimension(heads.value());
    Optional<Stated<Double>> base = base();
    GgufLayers cached = new GgufLayers(this, layers.value(), heads.value(), headDimension.value());
    return new ModelFacts(
        new Stated<>(architecture, inFile("general.architecture", architecture)),
        metadata
            .string("general.name")
            .map(name -> new Stated<>(name, inFile("general.name", name))),
        length,
        count("rope.scaling.original_context_length")
            .filter(original -> original.value() > 0)
            .orElse(length),
        base,
        ropeType(),
        factor(),
        layers,
        heads,
        keyValueHeads,
        headDimension,
        base.isEmpty()
            ? new Stated<>(0, Evidence.derived(key("rope.dimension_count"), "0"))
            : firstLayersRotaryDimension(layers.value(), heads.value(), headDimension.value())
                .or(() -> count("rope.dimension_count"))
                .orElseGet(() -> byDefault("rope.dimension_count", headDimension.value())),
        cached.window(),
        cached.types(),
        dataType(),
        cached.cache());
  }

  private Stated<Integer> headDimension(int heads) {
    return count("attention.key_length_mla")
        .or(() -> count("attention.key_length"))
        .orElseGet(() -> {
          int shared =
              heads == 0 ? 0 : count("embedding_length").map(Stated::value).orElse(0) / heads;
          return new Stated<>(
              shared,
              Evidence.derived(
                  key("attention.key_length"), shared + " (embedding_length / head_count)"));
        });
  }

  /// `rope.dimension_count_swa` where it counts for the whole model: llama.cpp asks the first layer
  /// how many channels rotate, and rotates as many in all, but for architectures that ask each.
  Optional<Stated<Integer>> firstLayersRotaryDimension(int layers, int heads, int headDimension) {
    return count("rope.dimension_count_swa")
        .filter(_ ->
            !LlamaCppArchitecture.asksEachLayer(architecture)
                && new GgufLayers(this, Math.min(layers, GgufLayers.MOST), heads, headDimension)
                    .firstIsWindowed());
  }

  private Optional<Stated<Double>> base() {
    Optional<Stated<Double>> stated = real("rope.freq_base");
    if (stated.isPresent()) {
      return stated;
    }
    boolean rotates =
        !UNROTATED.contains(architecture)
            && (LlamaCppArchitecture.isKnown(architecture)
                || metadata.asMap().keySet().stream()
                    .anyMatch(key -> key.startsWith(key("rope."))));
    return rotates
        ? Optional.of(new Stated<>(10000.0, Evidence.byDefault(key("rope.freq_base"), "10000")))
        : Optional.empty();
  }

  private Stated<String> ropeType() {
    String key = key("rope.scaling.type");
    Optional<String> stated = metadata.string(key);
    if (stated.isPresent()) {
      return new Stated<>(stated.get(), inFile(key, stated.get()));
    }
    for (String prefix : new String[] {"", "blk.0."}) {
      Optional<Stated<String>> stored =
          storedFactors(prefix + "rope_factors_long.weight", "longrope")
              .or(() ->
                  storedFactors(
                      prefix + "rope_freqs.weight",
                      architecture.equals("gemma4") ? "proportional" : "llama3"));
      if (stored.isPresent()) {
        return stored.get();
      }
    }
    String otherwise = factor().isPresent() ? "linear" : "none";
    return new Stated<>(otherwise, Evidence.byDefault(key, otherwise));
  }

  private Optional<Stated<String>> storedFactors(String tensor, String meaning) {
    return file.tensor(tensor)
        .map(found ->
            new Stated<>(
                meaning, Evidence.derived(tensor, found.elements() + " frequency factors")));
  }

  private Optional<Stated<Double>> factor() {
    return real("rope.scaling.factor")
        .or(() -> real("rope.scale_linear"))
        .filter(factor -> factor.value() != 0);
  }

  private Optional<Stated<String>> dataType() {
    return metadata.integer("general.file_type").isEmpty()
        ? Optional.empty()
        : FileType.name(metadata.integer("general.file_type").getAsLong())
            .map(name ->
                new Stated<>(
                    name,
                    inFile(
                        "general.file_type",
                        String.valueOf(metadata.integer("general.file_type").getAsLong()))));
  }

  /// A finite number.
  Optional<Stated<Double>> real(String suffix) {
    OptionalDouble value = RopeMetadata.finite(metadata, key(suffix));
    return value.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Stated<>(value.getAsDouble(), inFile(key(suffix), shortest(value.getAsDouble()))));
  }

  /// Files hold float32: 0.1 rather than its 17 digits.
  private static String shortest(double value) {
    return (float) value == value ? String.valueOf((float) value) : String.valueOf(value);
  }

  /// A count; the largest where the file has one a layer.
  Optional<Stated<Integer>> count(String suffix) {
    OptionalInt most = Arrays.stream(perLayer(suffix)).max();
    return most.isEmpty()
        ? Optional.empty()
        : Optional.of(new Stated<>(most.getAsInt(), inFile(key(suffix), asWritten(key(suffix)))));
  }

  /// A count that is one number for the whole model or one a layer; empty when the file is silent.
  int[] perLayer(String suffix) {
    String key = key(suffix);
    if (!(metadata.get(key).orElse(null) instanceof MetadataValue.Array array)) {
      OptionalInt one = metadata.count(key);
      return one.isPresent() ? new int[] {one.getAsInt()} : new int[0];
    }
    if (array.size() > GgufLayers.MOST) {
      throw new CheckpointException(
          key
              + " has "
              + array.size()
              + " elements, more than a model has layers: convert it again");
    }
    return Arrays.stream(array.integers())
        .mapToInt(value -> Metadata.asCount(key, value))
        .toArray();
  }

  /// A value as a person would write it.
  private String asWritten(String key) {
    return GgufRopeKeys.written(metadata.get(key).orElseThrow());
  }

  Optional<MetadataValue> value(String suffix) {
    return metadata.get(key(suffix));
  }

  String architecture() {
    return architecture;
  }

  String key(String suffix) {
    return architecture + "." + suffix;
  }

  private Stated<Integer> byDefault(String suffix, int value) {
    return new Stated<>(value, Evidence.byDefault(key(suffix), String.valueOf(value)));
  }

  private Evidence inFile(String key, String value) {
    return Evidence.file(fileName, key, value, OptionalInt.empty());
  }
}
