package rope4j.rotation.dialect;

import rope4j.rotation.LlamaCppOperator;

/// How llama.cpp arrives at the arguments of its rope operator: what the GGUF file says, overruled
/// by what the user says.
///
/// Source: llama.cpp `llama-context.cpp` (constructor of `llama_context`) and, for DeepSeek's
/// attention scale, `models/deepseek2.cpp`. An attention factor of the user has no effect while
/// YaRN is active, because the constructor overwrites it: kept as it is there.
public final class LlamaCppContext {

  private LlamaCppContext() {}

  /// How the frequencies are scaled (`rope.scaling.type`, `--rope-scaling`).
  public enum ScalingType {
    /// Not said.
    UNSPECIFIED,
    /// Frequency scale 1 whatever else is said.
    NONE,
    /// Every frequency times the frequency scale; the default of a file that says nothing.
    LINEAR,
    /// YaRN.
    YARN,
    /// LongRoPE, by factor tensors.
    LONGROPE;

    /// @param name as in GGUF files and on the command line
    public static ScalingType of(String name) {
      for (ScalingType type : values()) {
        if (type.name().equalsIgnoreCase(name)) {
          return type;
        }
      }
      throw new IllegalArgumentException(
          "rope.scaling.type \""
              + name
              + "\" is unknown; llama.cpp knows none, linear, yarn, longrope");
    }
  }

  /// What the model file says (`llama_hparams`).
  ///
  /// @param trainedLength `{arch}.context_length`
  /// @param dimensions `rope.dimension_count`, else the head size
  /// @param base `rope.freq_base`, default 10000
  /// @param frequencyScale 1 / `rope.scaling.factor`, 1 when that is 0 or absent
  /// @param attentionFactor `rope.scaling.attn_factor`, default 1
  /// @param yarnLogMultiplier `rope.scaling.yarn_log_multiplier` as the architecture scales it,
  ///   default 0
  /// @param yarnExtrapolationFactor `rope.scaling.yarn_ext_factor` where the architecture reads it,
  ///   else -1
  /// @param yarnAttentionFactor `rope.scaling.yarn_attn_factor` where the architecture reads it,
  ///   else 1
  /// @param yarnBetaFast `rope.scaling.yarn_beta_fast` where the architecture reads it, else 32
  /// @param yarnBetaSlow `rope.scaling.yarn_beta_slow` where the architecture reads it, else 1
  /// @param originalLength `rope.scaling.original_context_length`, else the trained length
  /// @param scalingType `rope.scaling.type`, default linear
  /// @param deepSeek whether the architecture is deepseek2, which reads its magnitudes otherwise
  public record Model(
      int trainedLength,
      int dimensions,
      float base,
      float frequencyScale,
      float attentionFactor,
      float yarnLogMultiplier,
      float yarnExtrapolationFactor,
      float yarnAttentionFactor,
      float yarnBetaFast,
      float yarnBetaSlow,
      int originalLength,
      ScalingType scalingType,
      boolean deepSeek) {

    /// A file that says nothing about scaling.
    public static Model plain(int trainedLength, int dimensions, float base) {
      return new Model(
          trainedLength,
          dimensions,
          base,
          1,
          1,
          0,
          -1,
          1,
          32,
          1,
          trainedLength,
          ScalingType.LINEAR,
          false);
    }
  }

  /// What the user says on the command line; 0, or a negative number where 0 has a meaning, is "not
  /// said".
  ///
  /// @param contextLength `--ctx-size`
  /// @param base `--rope-freq-base`
  /// @param frequencyScale `--rope-freq-scale`, or 1 / `--rope-scale`
  /// @param yarnExtrapolationFactor `--yarn-ext-factor`, negative for not said
  /// @param yarnAttentionFactor `--yarn-attn-factor`, negative for not said
  /// @param yarnBetaFast `--yarn-beta-fast`, negative for not said
  /// @param yarnBetaSlow `--yarn-beta-slow`, negative for not said
  /// @param yarnOriginalLength `--yarn-orig-ctx`
  /// @param scalingType `--rope-scaling`
  public record User(
      int contextLength,
      float base,
      float frequencyScale,
      float yarnExtrapolationFactor,
      float yarnAttentionFactor,
      float yarnBetaFast,
      float yarnBetaSlow,
      int yarnOriginalLength,
      ScalingType scalingType) {

    /// A user who says nothing.
    public static final User SILENT = new User(0, 0, 0, -1, -1, -1, -1, 0, ScalingType.UNSPECIFIED);
  }

  /// What the context runs with.
  ///
  /// @param contextLength tokens it has room for
  /// @param operator the arguments of the rope operator
  /// @param deepSeekMscale `mscale` of deepseek2's attention, 1 in every other architecture
  public record Resolved(int contextLength, LlamaCppOperator operator, float deepSeekMscale) {

    /// What multiplies the softmax scale `1/sqrt(D)`: deepseek2's `mscale` squared.
    public float softmaxScaleMultiplier() {
      return deepSeekMscale * deepSeekMscale;
    }
  }

  /// The arguments that llama.cpp would run with.
  public static Resolved resolve(Model model, User user) {
    ScalingType type =
        user.scalingType() == ScalingType.UNSPECIFIED ? model.scalingType() : user.scalingType();
    float base = user.base() == 0 ? model.base() : user.base();
    float frequencyScale =
        user.frequencyScale() == 0 ? model.frequencyScale() : user.frequencyScale();
    if (type == ScalingType.NONE) {
      frequencyScale = 1;
    }
    float extrapolation = orElse(user.yarnExtrapolationFactor(), model.yarnExtrapolationFactor());
    if (extrapolation < 0) {
      extrapolation = type == ScalingType.YARN ? 1 : 0;
    }
    float attention = orElse(user.yarnAttentionFactor(), model.yarnAttentionFactor());
    if (extrapolation != 0) {
      float factor = 1 / frequencyScale;
      attention = magnitudeAsked(model, factor);
      // The operator multiplies by this itself.
      attention *= 1.0f / (1.0f + 0.1f * (float) Math.log(factor));
    }
    attention *= model.attentionFactor();
    LlamaCppOperator operator =
        new LlamaCppOperator(
            model.dimensions(),
            originalLength(model, user),
            base,
            frequencyScale,
            extrapolation,
            attention,
            orElse(user.yarnBetaFast(), model.yarnBetaFast()),
            orElse(user.yarnBetaSlow(), model.yarnBetaSlow()));
    return new Resolved(
        user.contextLength() == 0 ? model.trainedLength() : user.contextLength(),
        operator,
        model.deepSeek() ? deepSeekMscale(model, operator) : 1);
  }

  private static int originalLength(Model model, User user) {
    if (user.yarnOriginalLength() != 0) {
      return user.yarnOriginalLength();
    }
    return model.originalLength() == 0 ? model.trainedLength() : model.originalLength();
  }

  private static float magnitudeAsked(Model model, float factor) {
    if (model.yarnLogMultiplier() == 0) {
      return magnitude(factor, 1);
    }
    // deepseek2 files do not carry mscale; llama.cpp takes it to be equal to mscale_all_dim.
    float mscale =
        model.deepSeek() && model.yarnLogMultiplier() != 1 ? model.yarnLogMultiplier() : 1;
    return magnitude(factor, mscale) / magnitude(factor, model.yarnLogMultiplier());
  }

  private static float deepSeekMscale(Model model, LlamaCppOperator operator) {
    float log = (float) Math.log(1.0f / operator.frequencyScale());
    float unscaled = operator.attentionFactor() * (1.0f + 0.1f * log);
    return unscaled * (1.0f + 0.1f * model.yarnLogMultiplier() * log);
  }

  private static float magnitude(float factor, float mscale) {
    return factor <= 1 ? 1 : 0.1f * mscale * (float) Math.log(factor) + 1;
  }

  private static float orElse(float said, float otherwise) {
    return said >= 0 ? said : otherwise;
  }
}
