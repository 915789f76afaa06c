package rope4j.lab.export;

import rope4j.lab.model.ModelConfig;
import rope4j.rotation.Frequencies;
import rope4j.rotation.Linear;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Scaling;
import rope4j.rotation.Unscaled;
import rope4j.rotation.Yarn;

/// A rotation in the words that model files have for it.
sealed interface ReleasedRope {

  /// A base and nothing else: unscaled, or a scaling that is another base.
  record Based(double base) implements ReleasedRope {}

  /// Linear scaling.
  record Interpolated(double base, double factor) implements ReleasedRope {}

  /// YaRN with its own ramp and attention factor.
  record Ramped(double base, Yarn yarn) implements ReleasedRope {}

  /// Anything else: what each pair's frequency is divided by, and the attention factor.
  record Divided(double base, float[] divisors, double attentionFactor) implements ReleasedRope {}

  static ReleasedRope of(Release release) {
    ModelConfig config = release.model().config();
    RopeParameters parameters = config.ropeParameters(release.rope());
    double base = parameters.base();
    return switch (parameters.scaling()) {
      case Unscaled _ -> new Based(base);
      case Linear(double factor) -> new Interpolated(base, factor);
      case Yarn yarn -> new Ramped(base, yarn);
      case Scaling _ -> general(parameters, release.contextLength());
    };
  }

  private static ReleasedRope general(RopeParameters parameters, int contextLength) {
    Frequencies frequencies = parameters.frequencies(contextLength);
    int pairs = frequencies.pairs();
    // The base that the second pair speaks of.
    double base =
        pairs == 1 ? parameters.base() : Math.pow(frequencies.inverse(1), -(double) pairs);
    boolean based = base > 1 && frequencies.attentionFactor() == 1;
    for (int i = 0; i < pairs; i++) {
      double expected = Math.pow(base, -(double) i / pairs);
      based &= Math.abs(frequencies.inverse(i) - expected) <= 1e-9 * expected;
    }
    return based ? new Based(base) : divided(parameters, contextLength);
  }

  /// Any rotation pair by pair.
  static Divided divided(Release release) {
    return divided(
        release.model().config().ropeParameters(release.rope()), release.contextLength());
  }

  private static Divided divided(RopeParameters parameters, int contextLength) {
    Frequencies frequencies = parameters.frequencies(contextLength);
    if (frequencies.softmaxScaleMultiplier() != 1) {
      throw new IllegalArgumentException(
          "files of llama models can't say the softmax scale of " + parameters.scaling().name());
    }
    double[] unscaled = parameters.unscaledInverseFrequencies();
    float[] divisors = new float[unscaled.length];
    for (int i = 0; i < divisors.length; i++) {
      divisors[i] = (float) (unscaled[i] / frequencies.inverse(i));
    }
    return new Divided(parameters.base(), divisors, frequencies.attentionFactor());
  }
}
