package rope4j.rotation.position;

/// A factor on each query (or on its attention scores) that depends on its position, so that
/// attention does not blur as contexts grow. Not part of the rotation, but of the same position
/// vocabulary.
public sealed interface QueryScale {

  /// What a query at this position is multiplied by.
  double at(int position);

  /// The log-n scale: `max(1, ln(p + 1) / ln(trainedLength))`.
  ///
  /// Source: bojone/rerope; LongPPL's EABF.
  ///
  /// @param trainedLength tokens up to which nothing changes, at least 2
  record LogN(int trainedLength) implements QueryScale {

    public LogN {
      if (trainedLength < 2) {
        throw new IllegalArgumentException(
            "the log-n scale needs a trained length of at least 2, but it is " + trainedLength);
      }
    }

    @Override
    public double at(int position) {
      return Math.max(1, Math.log(position + 1.0) / Math.log(trainedLength));
    }
  }

  /// Llama 4's attention temperature on layers without rotation: `ln(1 + floor((p + 1) /
  /// floorScale))
  /// * scale + 1`.
  ///
  /// Source: Transformers `modeling_llama4.py` (`floor_scale` 8192, `attn_scale` 0.1).
  ///
  /// @param floorScale tokens per step, above 0
  /// @param scale weight of the logarithm
  record Llama4(double floorScale, double scale) implements QueryScale {

    public Llama4 {
      requireStep(floorScale);
    }

    @Override
    public double at(int position) {
      return Math.log1p(Math.floor((position + 1.0) / floorScale)) * scale + 1;
    }
  }

  /// Ministral 3's and Mistral 4's: `1 + beta ln(1 + floor(p / originalLength))`.
  ///
  /// Source: Transformers `modeling_ministral3.py` (`llama_4_scaling_beta`).
  ///
  /// @param originalLength tokens per step, above 0
  /// @param beta weight of the logarithm
  record Ministral(double originalLength, double beta) implements QueryScale {

    public Ministral {
      requireStep(originalLength);
    }

    @Override
    public double at(int position) {
      return 1 + beta * Math.log1p(Math.floor(position / originalLength));
    }
  }

  private static void requireStep(double tokens) {
    if (!(tokens > 0) || Double.isInfinite(tokens)) {
      throw new IllegalArgumentException("a step must be above 0 tokens, but it is " + tokens);
    }
  }
}
