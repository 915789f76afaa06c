package rope4j.checkpoint;

import java.util.OptionalDouble;
import rope4j.rotation.LlamaCppOperator;
import rope4j.rotation.dialect.LlamaCppContext.Model;
import rope4j.rotation.dialect.LlamaCppContext.Resolved;
import rope4j.rotation.dialect.LlamaCppContext.ScalingType;
import rope4j.rotation.dialect.LlamaCppContext.User;

/// What llama.cpp settles on for a file and flags: hands both to the resolution in `rotation`, with
/// the keys that the architecture's loader reads and the defaults for those it does not.
///
/// Source: llama.cpp `llama-model.cpp`, `load_hparams`.
///
/// @param scalingType the type that is in force
/// @param operator the arguments of the rope operator
/// @param softmaxScaleMultiplier what multiplies the softmax scale; 1 but for deepseek2
record LlamaCppContext(
    RopeScalingType scalingType, LlamaCppOperator operator, double softmaxScaleMultiplier) {

  static LlamaCppContext of(ModelDescription model, RopeOverrides overrides) {
    Resolved resolved =
        rope4j.rotation.dialect.LlamaCppContext.resolve(file(model), user(overrides));
    return new LlamaCppContext(
        overrides.scalingType().or(() -> model.rope().scalingType()).orElse(RopeScalingType.LINEAR),
        resolved.operator(),
        resolved.softmaxScaleMultiplier());
  }

  /// The same for layers that a user's base and frequency scale do not reach.
  LlamaCppContext withFileFrequencies(ModelDescription model) {
    return new LlamaCppContext(
        scalingType,
        operator
            .withBase(model.rope().sliding().base().orElse(model.rope().base()))
            .withFrequencyScale(frequencyScale(model.rope())),
        softmaxScaleMultiplier);
  }

  private static float frequencyScale(RopeMetadata rope) {
    return rope.factor().isPresent() ? 1 / (float) rope.factor().getAsDouble() : 1;
  }

  private static Model file(ModelDescription model) {
    RopeMetadata rope = model.rope();
    boolean grok = model.architecture().equals("grok");
    boolean mistral = model.architecture().equals("mistral3");
    boolean deepSeek = model.architecture().equals("deepseek2");
    boolean betas = grok || mistral;
    double logMultiplier =
        deepSeek || mistral ? rope.yarnLogMultiplier().orElse(0) / (deepSeek ? 0.1f : 1) : 0;
    return new Model(
        model.contextLength(),
        model.rotaryDimension(),
        (float) rope.base(),
        frequencyScale(rope),
        (float) rope.attentionFactor(),
        (float) logMultiplier,
        (float) (grok ? rope.yarnExtFactor().orElse(-1) : -1),
        (float) (grok ? rope.yarnAttnFactor().orElse(1) : 1),
        (float) (betas ? rope.yarnBetaFast().orElse(32) : 32),
        (float) (betas ? rope.yarnBetaSlow().orElse(1) : 1),
        model.trainedLength(),
        rope.scalingType().map(LlamaCppContext::type).orElse(ScalingType.LINEAR),
        deepSeek);
  }

  private static User user(RopeOverrides overrides) {
    return new User(
        0,
        orUnset(overrides.frequencyBase(), 0),
        orUnset(overrides.frequencyScale(), 0),
        orUnset(overrides.yarnExtFactor(), -1),
        orUnset(overrides.yarnAttnFactor(), -1),
        orUnset(overrides.yarnBetaFast(), -1),
        orUnset(overrides.yarnBetaSlow(), -1),
        overrides.yarnOriginalContext().orElse(0),
        overrides.scalingType().map(LlamaCppContext::type).orElse(ScalingType.UNSPECIFIED));
  }

  private static ScalingType type(RopeScalingType type) {
    return ScalingType.of(type.label());
  }

  private static float orUnset(OptionalDouble value, float unset) {
    return (float) value.orElse(unset);
  }
}
