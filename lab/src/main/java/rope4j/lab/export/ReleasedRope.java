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

  /// Divides the frequency of a pair that does not turn: no position is so large that it would.
  float STILL = 1e30f;

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
    if (parameters.rotaryDimension() < parameters.headDimension()) {
      // A llama model always rotates whole heads.
      return divided(release);
    }
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
    boolean partial = parameters.rotaryDimension() < parameters.headDimension();
    if (frequencies.softmaxScaleMultiplier() != 1
        || partial && frequencies.attentionFactor() != 1) {
      throw new IllegalArgumentException(
          "files of llama models have no words for "
              + parameters.scaling().name()
              + (partial ? " on a part of the head" : " with a softmax scale of its own"));
    }
    float[] divisors = new float[parameters.headDimension() / 2];
    for (int i = 0; i < divisors.length; i++) {
      double whole = Math.pow(parameters.base(), -(double) i / divisors.length);
      double wanted = i < frequencies.pairs() ? frequencies.inverse(i) : 0;
      divisors[i] = wanted == 0 ? STILL : (float) (whole / wanted);
    }
    return new Divided(parameters.base(), divisors, frequencies.attentionFactor());
  }
}
