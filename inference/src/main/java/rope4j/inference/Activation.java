package rope4j.inference;

/// What stands between the two products of a feed-forward network.
enum Activation {
  /// `x / (1 + e^-x)`.
  SILU,
  /// GELU by its tanh formula, through ggml's float16 table.
  GELU,
  /// `max(0, x)^2`.
  RELU_SQUARED,
  /// gpt-oss: both sides are limited to 7, the gate is `x * sigmoid(1.702 x)` and the other gets 1
  /// added.
  CLAMPED_SWISH
}
