package rope4j.rotation;

/// Gives cosine and sine of every pair at a position, attention factor included.
sealed interface Angles permits ExactAngles, GgmlAngles {

  /// @param position token position
  /// @param cos receives `pairs` cosines from `offset` on
  /// @param sin receives `pairs` sines from `offset` on
  void fill(int position, float[] cos, float[] sin, int offset);

  static Angles of(RopeParameters parameters, int contextLength, Precision precision) {
    return switch (precision) {
      case EXACT -> new ExactAngles(parameters.frequencies(contextLength));
      case LLAMA_CPP -> GgmlAngles.of(parameters, contextLength);
    };
  }
}
