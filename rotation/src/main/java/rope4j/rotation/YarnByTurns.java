package rope4j.rotation;

import java.util.OptionalDouble;

/// YaRN as the paper writes it: [NtkByParts], whose ramp is linear in the number of turns, and an
/// attention factor of `0.1 ln(factor) + 1`.
///
/// Source: Peng et al., arXiv 2309.00071, equations 17 to 22. No engine computes this one: [Yarn].
///
/// @param frequencies the ramp
/// @param attentionFactor multiplies cosine and sine; empty for `0.1 ln(factor) + 1`
public record YarnByTurns(NtkByParts frequencies, OptionalDouble attentionFactor)
    implements Scaling {

  public YarnByTurns {
    if (attentionFactor.isPresent()) {
      Checks.finite("yarn attention_factor", attentionFactor.getAsDouble());
    }
  }

  /// The paper's values: betas 32 and 1.
  public YarnByTurns(double factor, int originalLength) {
    this(new NtkByParts(factor, originalLength), OptionalDouble.empty());
  }

  @Override
  public String name() {
    return "yarn-by-turns";
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    return frequencies
        .frequencies(parameters, contextLength)
        .withAttentionFactor(attentionFactor.orElse(Yarn.magnitude(frequencies.factor(), 1)));
  }
}
