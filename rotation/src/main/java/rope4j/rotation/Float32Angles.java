package rope4j.rotation;

/// Angles in float32 as PyTorch code forms them: one product of position and frequency.
///
/// Source: Transformers `modeling_llama.py`, `LlamaRotaryEmbedding.forward`; vLLM
/// `rotary_embedding/base.py`, `_compute_cos_sin_cache`.
final class Float32Angles implements Angles {

  private final float[] inverse;
  private final float positionDivisor;
  private final float attentionFactor;

  private Float32Angles(float[] inverse, float positionDivisor, double attentionFactor) {
    this.inverse = inverse;
    this.positionDivisor = positionDivisor;
    this.attentionFactor = (float) attentionFactor;
  }

  static Float32Angles transformers(RopeParameters parameters, int contextLength) {
    return new Float32Angles(
        Float32Frequencies.of(parameters, contextLength),
        1,
        parameters.frequencies(contextLength).attentionFactor());
  }

  static Float32Angles vllm(RopeParameters parameters, int contextLength) {
    if (parameters.scaling() instanceof Linear(double factor)) {
      return new Float32Angles(
          Float32Frequencies.of(parameters.withScaling(new Unscaled()), contextLength),
          (float) factor,
          1);
    }
    return transformers(parameters, contextLength);
  }

  @Override
  public void fill(int position, float[] cos, float[] sin, int offset) {
    float scaled = (float) position / positionDivisor;
    for (int i = 0; i < inverse.length; i++) {
      float angle = scaled * inverse[i];
      cos[offset + i] = (float) Math.cos(angle) * attentionFactor;
      sin[offset + i] = (float) Math.sin(angle) * attentionFactor;
    }
  }

  @Override
  public double attentionFactor() {
    return attentionFactor;
  }

  @Override
  public Angles withAttentionFactor(double factor) {
    return new Float32Angles(inverse, positionDivisor, factor);
  }
}
