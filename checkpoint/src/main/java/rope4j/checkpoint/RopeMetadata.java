package rope4j.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// What a GGUF file says about rotation, unresolved: use [LlamaCppRope] to turn it into what an
/// engine computes.
///
/// Source: llama.cpp `llama-arch.cpp` (names of keys and tensors), `llama-model.cpp`
/// (`load_hparams`).
///
/// @param base `rope.freq_base`, radians; 10000 when absent
/// @param scalingType `rope.scaling.type`
/// @param factor `rope.scaling.factor`, or `rope.scale_linear` of old files; empty when absent or 0
/// @param originalLength `rope.scaling.original_context_length`, tokens
/// @param attentionFactor `rope.scaling.attn_factor`; 1 when absent
/// @param yarnExtFactor `rope.scaling.yarn_ext_factor`
/// @param yarnAttnFactor `rope.scaling.yarn_attn_factor`
/// @param yarnBetaFast `rope.scaling.yarn_beta_fast`
/// @param yarnBetaSlow `rope.scaling.yarn_beta_slow`
/// @param yarnLogMultiplier `rope.scaling.yarn_log_multiplier`
/// @param factors divisors of the tensor `rope_freqs.weight`, one per pair; empty when absent
/// @param longFactors divisors of `rope_factors_long.weight`; empty when absent
/// @param shortFactors divisors of `rope_factors_short.weight`; empty when absent
/// @param sections whether the first two of `rope.dimension_sections` are above 0: positions have
///   several axes (M-RoPE), which are equal in a text
/// @param sliding what differs in layers with sliding-window attention
public record RopeMetadata(
    double base,
    Optional<RopeScalingType> scalingType,
    OptionalDouble factor,
    OptionalInt originalLength,
    double attentionFactor,
    OptionalDouble yarnExtFactor,
    OptionalDouble yarnAttnFactor,
    OptionalDouble yarnBetaFast,
    OptionalDouble yarnBetaSlow,
    OptionalDouble yarnLogMultiplier,
    List<Double> factors,
    List<Double> longFactors,
    List<Double> shortFactors,
    boolean sections,
    SlidingMetadata sliding) {

  /// Files name these tensors with or without a layer; the layers' copies are equal.
  private static final String[] PREFIXES = {"", "blk.0."};

  public RopeMetadata {
    factors = List.copyOf(factors);
    longFactors = List.copyOf(longFactors);
    shortFactors = List.copyOf(shortFactors);
  }

  static RopeMetadata of(GgufFile file, Metadata metadata, String architecture) {
    String rope = architecture + ".rope.";
    String scaling = rope + "scaling.";
    return new RopeMetadata(
        finite(metadata, rope + "freq_base").orElse(10000),
        metadata.string(scaling + "type").map(label -> type(scaling + "type", label)),
        factor(metadata, scaling + "factor", rope + "scale_linear"),
        metadata.count(scaling + "original_context_length"),
        finite(metadata, scaling + "attn_factor").orElse(1),
        finite(metadata, scaling + "yarn_ext_factor"),
        finite(metadata, scaling + "yarn_attn_factor"),
        finite(metadata, scaling + "yarn_beta_fast"),
        finite(metadata, scaling + "yarn_beta_slow"),
        finite(metadata, scaling + "yarn_log_multiplier"),
        divisors(file, "rope_freqs.weight"),
        divisors(file, "rope_factors_long.weight"),
        divisors(file, "rope_factors_short.weight"),
        sections(metadata, rope + "dimension_sections"),
        SlidingMetadata.of(metadata, architecture));
  }

  private static RopeScalingType type(String key, String label) {
    return RopeScalingType.of(label)
        .orElseThrow(() ->
            new CheckpointException(
                key
                    + " is '"
                    + label
                    + "', but none, linear, yarn or longrope was expected: llama.cpp can't"
                    + " load this file either"));
  }

  private static OptionalDouble factor(Metadata metadata, String key, String oldKey) {
    OptionalDouble factor = finite(metadata, key);
    if (factor.isEmpty()) {
      factor = finite(metadata, oldKey);
    }
    return factor.orElse(0) == 0 ? OptionalDouble.empty() : factor;
  }

  private static boolean sections(Metadata metadata, String key) {
    if (!(metadata.get(key).orElse(null) instanceof MetadataValue.Array array)) {
      return false;
    }
    long[] pairs = array.integers();
    return pairs.length > 1 && pairs[0] > 0 && pairs[1] > 0;
  }

  static OptionalDouble finite(Metadata metadata, String key) {
    OptionalDouble value = metadata.real(key);
    if (value.isPresent() && !Double.isFinite(value.getAsDouble())) {
      throw new CheckpointException(
          key + " is " + value.getAsDouble() + ", but a finite number was expected");
    }
    return value;
  }

  private static List<Double> divisors(GgufFile file, String name) {
    for (String prefix : PREFIXES) {
      Optional<TensorInfo> tensor = file.tensor(prefix + name);
      if (tensor.isPresent()) {
        List<Double> divisors = new ArrayList<>();
        for (float divisor : file.floats(tensor.get())) {
          divisors.add((double) divisor);
        }
        return divisors;
      }
    }
    return List.of();
  }
}
