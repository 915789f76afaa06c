package rope4j.checkpoint;

/// What llama.cpp settles on for a context, in its own float32 arithmetic: the rope fields of
/// `llama_cparams`.
///
/// Source: llama.cpp `llama-context.cpp`, constructor of `llama_context`; `llama-model.cpp`,
/// `load_hparams` and `get_rope_factors`.
///
/// @param yarnAttnFactor what ggml's operator is handed; the operator multiplies it by its own `1 +
///   0.1 ln(1/frequencyScale)` when the extrapolation factor is not 0
record LlamaCppContext(
    RopeScalingType scalingType,
    float frequencyBase,
    float frequencyScale,
    float yarnExtFactor,
    float yarnAttnFactor,
    float yarnBetaFast,
    float yarnBetaSlow,
    int yarnOriginalContext) {

  static LlamaCppContext of(ModelDescription model, RopeOverrides overrides) {
    RopeMetadata rope = model.rope();
    boolean grok = model.architecture().equals("grok");
    boolean betasFromFile = grok || model.architecture().equals("mistral3");

    RopeScalingType type =
        overrides.scalingType().or(rope::scalingType).orElse(RopeScalingType.LINEAR);
    float trainedScale = rope.factor().isPresent() ? 1 / (float) rope.factor().getAsDouble() : 1;
    float scale =
        type == RopeScalingType.NONE ? 1 : (float) overrides.frequencyScale().orElse(trainedScale);
    float ext =
        (float) overrides.yarnExtFactor().orElse(grok ? rope.yarnExtFactor().orElse(-1) : -1);
    if (ext < 0) {
      ext = type == RopeScalingType.YARN ? 1 : 0;
    }
    float attention =
        (float) overrides.yarnAttnFactor().orElse(grok ? rope.yarnAttnFactor().orElse(1) : 1);
    if (ext != 0) {
      // A given attention factor is discarded, and the operator's own one cancelled beforehand.
      float factor = 1 / scale;
      attention = magnitude(model, factor) * (1 / (1 + 0.1f * (float) Math.log(factor)));
    }
    return new LlamaCppContext(
        type,
        (float) overrides.frequencyBase().orElse(rope.base()),
        scale,
        ext,
        attention * (float) rope.attentionFactor(),
        (float)
            overrides.yarnBetaFast().orElse(betasFromFile ? rope.yarnBetaFast().orElse(32) : 32),
        (float) overrides.yarnBetaSlow().orElse(betasFromFile ? rope.yarnBetaSlow().orElse(1) : 1),
        overrides.yarnOriginalContext().orElse(model.trainedLength()));
  }

  private static float magnitude(ModelDescription model, float factor) {
    boolean deepseek = model.architecture().startsWith("deepseek2");
    if (!deepseek && !model.architecture().equals("mistral3")) {
      return magnitude(factor, 1);
    }
    // The converter writes 0.1 x mscale_all_dim; mistral3 is read as it stands.
    float all = (float) model.rope().yarnLogMultiplier().orElse(0) / (deepseek ? 0.1f : 1);
    if (all == 0) {
      return magnitude(factor, 1);
    }
    return magnitude(factor, deepseek && all != 1 ? all : 1) / magnitude(factor, all);
  }

  private static float magnitude(float factor, float scale) {
    return factor <= 1 ? 1 : 0.1f * scale * (float) Math.log(factor) + 1;
  }
}
