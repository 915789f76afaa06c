package rope4j.rotation;

/// Gives cosine and sine of every pair at a position, attention factor included.
sealed interface Angles permits ExactAngles, Float32Angles, GgmlAngles, StartTokenAngles {

  /// @param position token position
  /// @param cos receives `pairs` cosines from `offset` on
  /// @param sin receives `pairs` sines from `offset` on
  void fill(int position, float[] cos, float[] sin, int offset);

  /// The factor that multiplies cosine and sine.
  double attentionFactor();

  /// The same angles under another factor.
  Angles withAttentionFactor(double factor);

  static Angles of(RopeParameters parameters, int contextLength, Precision precision) {
    if (parameters.scaling() instanceof StartTokensUnscaled(Scaling scaling, int startTokens)) {
      Angles then = of(parameters.withScaling(scaling), contextLength, precision);
      Scaling unscaled = new AttentionScaled(new Unscaled(), then.attentionFactor());
      Angles first = of(parameters.withScaling(unscaled), contextLength, precision);
      return new StartTokenAngles(first, then, startTokens);
    }
    return switch (precision) {
      case EXACT -> ExactAngles.of(parameters.frequencies(contextLength));
      case LLAMA_CPP -> GgmlAngles.of(parameters, contextLength);
      case TRANSFORMERS -> Float32Angles.transformers(parameters, contextLength);
      case VLLM -> Float32Angles.vllm(parameters, contextLength);
    };
  }
}
