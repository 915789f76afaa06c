package rope4j.rotation;

/// Gemma 4's partial rotation: the fastest pairs of the *whole* head turn, the others stand still.
///
/// Pair `i` is the channels `(i, i + D/2)`, not `(i, i + d/2)`, so the rotary dimension of the
/// parameters is the head dimension `D`, which is also the denominator of the exponent.
///
/// Source: Transformers `_compute_proportional_rope_parameters`. vLLM ignores the factor; a GGUF
/// file says it by frequency factors of 1e30.
///
/// @param turningPairs pairs that turn: `int(partial_rotary_factor * D / 2)`
/// @param factor divides every frequency, above 0; default 1
public record Proportional(int turningPairs, double factor) implements Scaling {

  public Proportional {
    if (turningPairs < 0) {
      throw new IllegalArgumentException(
          "proportional scaling needs 0 or more turning pairs (partial_rotary_factor), but they are "
              + turningPairs);
    }
    Checks.factor("proportional", factor);
  }

  /// From the configuration's own words.
  ///
  /// @param partialRotaryFactor share of the head that turns, from 0 to 1
  public static Proportional of(int headDimension, double partialRotaryFactor, double factor) {
    if (!(partialRotaryFactor >= 0 && partialRotaryFactor <= 1)) {
      throw new IllegalArgumentException(
          "partial_rotary_factor must be from 0 to 1, but it is " + partialRotaryFactor);
    }
    return new Proportional((int) Math.floor(partialRotaryFactor * headDimension / 2), factor);
  }

  @Override
  public String name() {
    return "proportional";
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    double[] inverse = parameters.unscaledInverseFrequencies();
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] = i < turningPairs ? inverse[i] / factor : 0;
    }
    return new Frequencies(inverse, 1);
  }
}
