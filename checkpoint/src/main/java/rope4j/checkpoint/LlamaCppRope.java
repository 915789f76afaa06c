package rope4j.checkpoint;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import rope4j.rotation.AttentionScaled;
import rope4j.rotation.FrequencyFactors;
import rope4j.rotation.Linear;
import rope4j.rotation.Pairing;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Scaling;
import rope4j.rotation.Unscaled;
import rope4j.rotation.Yarn;

/// llama.cpp's reading of a model file and its own flags: which rotation a context really gets.
///
/// - A file without a scaling type means `linear` with its factor, or 1.
/// - Type `none` switches the frequency scale off, but not a given base, the frequency factors
///   stored as tensors, or the file's `rope.scaling.attn_factor`.
/// - YaRN is active when the extrapolation factor is not 0; it is 1 for type `yarn` and 0 for the
///   others unless it is given. Then the attention factor is `1 + 0.1 ln(factor)`, and a given one
///   is discarded; it acts only where YaRN is not active.
/// - YaRN's betas in a file are read for two architectures only (`mistral3`, `grok`).
/// - Long frequency factors replace the short ones when the context, rounded up to a multiple of
///   256, is longer than the file's original length; for all positions, and under every type.
///
/// Source: llama.cpp `llama-context.cpp` and `llama-model.cpp`.
public final class LlamaCppRope {

  /// Contexts are rounded up to a multiple of this (`GGML_PAD(n_ctx, 256)`).
  private static final int CONTEXT_STEP = 256;

  /// Architectures all of whose layers rotate alike, with llama.cpp's `llama_model_rope_type`.
  private static final Map<String, Pairing> PAIRINGS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("chatglm", Pairing.INTERLEAVED),
              Map.entry("gptneox", Pairing.HALF),
              Map.entry("grok", Pairing.HALF),
              Map.entry("llama", Pairing.INTERLEAVED),
              Map.entry("mistral3", Pairing.INTERLEAVED),
              Map.entry("olmo", Pairing.INTERLEAVED),
              Map.entry("phi2", Pairing.HALF),
              Map.entry("phi3", Pairing.HALF),
              Map.entry("qwen2", Pairing.HALF),
              Map.entry("qwen3", Pairing.HALF),
              Map.entry("qwen3moe", Pairing.HALF),
              Map.entry("stablelm", Pairing.HALF),
              Map.entry("starcoder2", Pairing.HALF)));

  private LlamaCppRope() {}

  /// The rotation of every layer.
  ///
  /// @param model the file's description
  /// @param overrides flags that were given
  /// @param contextLength tokens of the context (`--ctx-size`), at least 1
  /// @throws CheckpointException when the architecture's rotation is not known, or file and flags
  ///   together make no rotation
  public static RopeParameters resolve(
      ModelDescription model, RopeOverrides overrides, int contextLength) {
    if (contextLength < 1) {
      throw new IllegalArgumentException(
          "the context length must be at least 1 token, but it is " + contextLength);
    }
    Pairing pairing = PAIRINGS.get(model.architecture());
    if (pairing == null) {
      throw new CheckpointException(
          "the rotation of architecture '"
              + model.architecture()
              + "' is not known; known are "
              + String.join(", ", PAIRINGS.keySet()));
    }
    if (model.architecture().equals("llama") && model.rotaryDimension() != model.headDimension()) {
      throw new CheckpointException(
          "llama.rope.dimension_count is "
              + model.rotaryDimension()
              + ", but in a llama model it must equal the head dimension "
              + model.headDimension()
              + ": llama.cpp can't load this file either");
    }
    LlamaCppContext context = LlamaCppContext.of(model, overrides);
    try {
      return new RopeParameters(
          model.headDimension(),
          model.rotaryDimension(),
          context.frequencyBase(),
          model.trainedLength(),
          pairing,
          scaling(context, factors(model, contextLength), model.rotaryDimension() / 2));
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("the rotation makes no sense: " + e.getMessage(), e);
    }
  }

  private static Scaling scaling(LlamaCppContext context, List<Double> factors, int pairs) {
    // float32 to here; the inverse in float64 rounds back to the same float32.
    double factor = 1 / (double) context.frequencyScale();
    double attention = context.yarnAttnFactor();
    Scaling scaling;
    if (context.yarnExtFactor() != 0) {
      Yarn yarn =
          new Yarn(
              factor,
              context.yarnOriginalContext(),
              context.yarnBetaFast(),
              context.yarnBetaSlow(),
              true,
              context.yarnExtFactor(),
              OptionalDouble.empty());
      scaling = yarn;
      // The record's own factor is the whole of what plain YaRN multiplies by.
      attention =
          settle(attention * (1 + 0.1 * Math.log(factor)) / yarn.effectiveAttentionFactor());
    } else {
      scaling = factor == 1 ? new Unscaled() : new Linear(factor);
    }
    if (!factors.isEmpty()) {
      if (factors.size() != pairs) {
        throw new IllegalArgumentException(
            "there are " + factors.size() + " frequency factors, but " + pairs + " pairs rotate");
      }
      scaling =
          new FrequencyFactors(
              factors.stream().mapToDouble(Double::doubleValue).toArray(), scaling);
    }
    return attention == 1 ? scaling : new AttentionScaled(scaling, attention);
  }

  /// Dividing float32 logarithms leaves 1 as 1 ± 1e-7.
  private static double settle(double ratio) {
    return Math.abs(ratio - 1) < 1e-6 ? 1 : ratio;
  }

  private static List<Double> factors(ModelDescription model, int contextLength) {
    RopeMetadata rope = model.rope();
    if (!rope.factors().isEmpty()) {
      return rope.factors();
    }
    long padded = Math.ceilDiv((long) contextLength, CONTEXT_STEP) * CONTEXT_STEP;
    return padded > model.trainedLength() ? rope.longFactors() : rope.shortFactors();
  }
}
