package rope4j.rotation;

/// Another rule with its attention factor multiplied: llama.cpp's `rope.scaling.attn_factor`, and
/// `--yarn-attn-factor` where YaRN is not active.
///
/// @param scaling the rule that gives the frequencies
/// @param attentionFactor multiplies that rule's attention factor, finite
public record AttentionScaled(Scaling scaling, double attentionFactor) implements Scaling {

  public AttentionScaled {
    Checks.notStartTokens(scaling);
    Checks.finite("attention factor (attention_factor)", attentionFactor);
  }

  @Override
  public String name() {
    return scaling.name();
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    Frequencies inner = scaling.frequencies(parameters, contextLength);
    return inner.withAttentionFactor(inner.attentionFactor() * attentionFactor);
  }
}
