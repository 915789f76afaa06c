package rope4j.inference.kernel;

/// The arithmetic that only some architectures need, on the tiles of [Kernels].
public sealed interface BlockKernels permits ScalarBlockKernels, VectorBlockKernels {

  /// LayerNorm of every token of a tile: `y = (x - mean) / sqrt(variance + epsilon) * weight`.
  void layerNorm(
      float[] x, int xOffset, float[] weight, float[] y, int yOffset, int channels, float epsilon);

  /// `x = cap * tanh(x / cap)`, element by element.
  void softCap(float[] x, int offset, int length, float cap);

  /// gpt-oss's gate: `g = min(gate, 7)`, `u = clamp(up, -7, 7)`, `gate = g / (1 + exp(-1.702 g)) *
  /// (u + 1)`.
  ///
  /// Source: ggml `ops.cpp`, `ggml_compute_forward_swiglu_oai`.
  void clampedSwishMultiply(float[] gate, int gateOffset, float[] up, int upOffset, int length);

  /// Those that go with some kernels.
  static BlockKernels with(Kernels kernels) {
    return kernels.vectorized() ? new VectorBlockKernels() : new ScalarBlockKernels();
  }
}
