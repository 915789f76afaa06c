package rope4j.inference;

/// Brings the channels of a token to one scale: `x / sqrt(mean(x^2) + epsilon)`, or with the mean
/// subtracted first, times a weight, plus a bias.
///
/// @param weight one per channel; ones where a model has none
/// @param bias one per channel; empty where a model has none
record Norm(Kind kind, float[] weight, float[] bias, float epsilon) {

  enum Kind {
    /// Root mean square.
    RMS,
    /// LayerNorm.
    LAYER
  }

  int channels() {
    return weight.length;
  }
}
