package rope4j.inference;

import java.util.Optional;

/// What a block does to the scores of queries and keys.
///
/// @param scale multiplies `q·k`
/// @param softCap scores become `softCap * tanh(score / softCap)`; 0 for none
/// @param slopes ALiBi: a head subtracts its slope times the distance; empty for none
/// @param temperature multiplies queries by their position
/// @param normAfterRotation epsilon of a weightless root-mean-square norm of rotated queries and
///   keys
record Scores(
    float scale,
    float softCap,
    float[] slopes,
    Optional<Temperature> temperature,
    Optional<Float> normAfterRotation) {

  static Scores scaled(double scale) {
    return new Scores((float) scale, 0, new float[0], Optional.empty(), Optional.empty());
  }

  Scores withSoftCap(float cap) {
    return new Scores(scale, cap, slopes, temperature, normAfterRotation);
  }

  Scores withSlopes(float[] perHead) {
    return new Scores(scale, softCap, perHead, temperature, normAfterRotation);
  }

  Scores withTemperature(Optional<Temperature> by) {
    return new Scores(scale, softCap, slopes, by, normAfterRotation);
  }

  Scores withNormAfterRotation(float epsilon) {
    return new Scores(scale, softCap, slopes, temperature, Optional.of(epsilon));
  }

  /// Queries grow with the logarithm of their position, in steps.
  ///
  /// Source: llama.cpp `llama-graph.cpp`, `llm_graph_input_attn_temp`.
  ///
  /// @param floor tokens of a step
  record Temperature(float scale, int floor, float offset) {

    float at(int position) {
      float step = (float) Math.floor((position + offset) / floor);
      return (float) (Math.log(step + 1.0) * scale + 1.0);
    }
  }

  /// Which keys a query sees of those before it.
  ///
  /// @param length tokens, the query's own included; 0 for all
  /// @param chunked whether windows begin at multiples of the length
  record Window(int length, boolean chunked) {

    static final Window ALL = new Window(0, false);

    /// The same, or less where it reached farther back than so many tokens.
    ///
    /// @throws IllegalArgumentException when windows are chunks that would have to be cut in two
    Window within(int tokens) {
      if (length > 0 && length <= tokens) {
        return this;
      }
      if (chunked) {
        throw new IllegalArgumentException(
            "this model attends within chunks of "
                + length
                + " tokens, which can't be cut at "
                + tokens
                + "; give at least "
                + length);
      }
      return new Window(tokens, false);
    }

    /// First key that a query at this position sees.
    int start(int position) {
      if (length == 0) {
        return 0;
      }
      return chunked ? position / length * length : Math.max(0, position - length + 1);
    }
  }
}
