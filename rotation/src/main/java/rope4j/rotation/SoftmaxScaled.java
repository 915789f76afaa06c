package rope4j.rotation;

/// Another rule, together with the factor by which the same configuration multiplies the softmax
/// scale: DeepSeek's `mscale_all_dim`.
///
/// Source: Transformers `models/deepseek_v3/modeling_deepseek_v3.py` and vLLM
/// `models/deepseek_v2.py`: the softmax scale is `(D)^(-1/2) * g(factor, mscale_all_dim)^2` with
/// `g` of [Yarn#magnitude]; the rotation itself gets `g(factor, mscale) / g(factor,
/// mscale_all_dim)`.
///
/// @param scaling the rule that gives the frequencies
/// @param multiplier multiplies the softmax scale, above 0
public record SoftmaxScaled(Scaling scaling, double multiplier) implements Scaling {

  public SoftmaxScaled {
    Checks.notStartTokens(scaling);
    Checks.positive("softmax scale multiplier (mscale_all_dim)", multiplier);
  }

  @Override
  public String name() {
    return scaling.name();
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    Frequencies inner = scaling.frequencies(parameters, contextLength);
    return new Frequencies(
        inner.inverse(), inner.attentionFactor(), inner.softmaxScaleMultiplier() * multiplier);
  }
}
