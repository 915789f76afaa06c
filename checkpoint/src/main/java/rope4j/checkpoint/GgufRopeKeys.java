package rope4j.checkpoint;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The keys of a GGUF file that concern rotation and windows, also those of other writers.
///
/// Sources: llama.cpp `llama-arch.cpp` (what it reads); Ollama `convert/convert_*.go` and
/// `llama/compat` (what its own converter writes, and the names it is given for llama.cpp).
public final class GgufRopeKeys {

  /// What llama.cpp reads, without the architecture.
  private static final Set<String> READ =
      Set.of(
          "attention.compress_rope_freq_base",
          "attention.rope_pattern",
          "attention.sliding_window",
          "attention.sliding_window_pattern",
          "rope.dimension_count",
          "rope.dimension_count_swa",
          "rope.dimension_sections",
          "rope.freq_base",
          "rope.freq_base_swa",
          "rope.scale_linear",
          "rope.scaling.alpha",
          "rope.scaling.attn_factor",
          "rope.scaling.factor",
          "rope.scaling.finetuned",
          "rope.scaling.original_context_length",
          "rope.scaling.type",
          "rope.scaling.yarn_attn_factor",
          "rope.scaling.yarn_beta_fast",
          "rope.scaling.yarn_beta_slow",
          "rope.scaling.yarn_ext_factor",
          "rope.scaling.yarn_log_multiplier");

  /// What other writers call the same.
  private static final Map<String, String> DIALECTS =
      Map.ofEntries(
          Map.entry("rope.beta_fast", "rope.scaling.yarn_beta_fast"),
          Map.entry("rope.beta_slow", "rope.scaling.yarn_beta_slow"),
          Map.entry("rope.freq_base_local", "rope.freq_base_swa"),
          Map.entry("rope.global.freq_base", "rope.freq_base"),
          Map.entry("rope.local.freq_base", "rope.freq_base_swa"),
          Map.entry("rope.local_freq_base", "rope.freq_base_swa"),
          Map.entry("rope.partial_rotary_factor", "rope.dimension_count"),
          Map.entry("rope.scaling.attention_factor", "rope.scaling.attn_factor"),
          Map.entry("rope.scaling.beta_fast", "rope.scaling.yarn_beta_fast"),
          Map.entry("rope.scaling.beta_slow", "rope.scaling.yarn_beta_slow"),
          Map.entry("rope.scaling.extrapolation_factor", "rope.scaling.yarn_ext_factor"),
          Map.entry("rope.scaling.mscale_all_dim", "rope.scaling.yarn_log_multiplier"),
          Map.entry(
              "rope.scaling.original_max_position_embeddings",
              "rope.scaling.original_context_length"),
          Map.entry("rope.scaling.rope_type", "rope.scaling.type"),
          Map.entry("rope.scaling_beta", "attention.temperature_scale"),
          Map.entry("rope_theta", "rope.freq_base"));

  /// Elements of an array that are shown.
  private static final int SHOWN = 8;

  private GgufRopeKeys() {}

  /// Every such key that the file has, in its order.
  public static List<Evidence> all(GgufFile file) {
    return keys(file).map(key -> evidence(file, key)).toList();
  }

  /// Those among them that llama.cpp does not read, under whatever architecture.
  public static List<ForeignKey> foreign(GgufFile file, String architecture) {
    String own = architecture + ".";
    return keys(file)
        .filter(key -> !key.startsWith(own) || !READ.contains(key.substring(own.length())))
        .map(key ->
            new ForeignKey(
                evidence(file, key), llamaCppName(key.substring(prefix(key))).map(own::concat)))
        .toList();
  }

  /// Keys of a vision or audio tower are not the language model's.
  private static Stream<String> keys(GgufFile file) {
    return file.metadata().asMap().keySet().stream()
        .filter(key ->
            key.contains(".rope.")
                || key.contains("rope_")
                || key.contains("attention.sliding_window"))
        .filter(key -> !key.contains(".vision.") && !key.contains(".audio."))
        .filter(key -> !key.startsWith("general.") && !key.startsWith("tokenizer."));
  }

  private static Evidence evidence(GgufFile file, String key) {
    return Evidence.file(
        String.valueOf(file.path().getFileName()),
        key,
        written(file.metadata().get(key).orElseThrow()),
        OptionalInt.empty());
  }

  /// Where the name behind the architecture begins.
  private static int prefix(String key) {
    return key.indexOf('.') + 1;
  }

  private static Optional<String> llamaCppName(String suffix) {
    // A known name under another architecture only has to be renamed.
    return READ.contains(suffix) ? Optional.of(suffix) : Optional.ofNullable(DIALECTS.get(suffix));
  }

  /// A value as a person would write it; of an array the beginning.
  static String written(MetadataValue value) {
    return switch (value) {
      case MetadataValue.Int(MetadataType type, long number) ->
          type == MetadataType.UINT64 ? Long.toUnsignedString(number) : String.valueOf(number);
      case MetadataValue.Real(MetadataType type, double number) ->
          type == MetadataType.FLOAT32 ? String.valueOf((float) number) : String.valueOf(number);
      case MetadataValue.Bool(boolean bool) -> String.valueOf(bool);
      case MetadataValue.Text(String text) -> text;
      case MetadataValue.Array array -> array(array);
    };
  }

  private static String array(MetadataValue.Array array) {
    if (array.size() > GgufLayers.MOST) {
      return array.toString();
    }
    List<MetadataValue> values = array.values();
    String shown =
        values.stream().limit(SHOWN).map(GgufRopeKeys::written).collect(Collectors.joining(", "));
    return "[" + shown + (values.size() > SHOWN ? ", …]" : "]");
  }
}
