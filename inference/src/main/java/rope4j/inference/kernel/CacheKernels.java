package rope4j.inference.kernel;

/// Narrow rows of a cache and back. Counts are whole blocks of [#BLOCK] channels where there are
/// scales.
public sealed interface CacheKernels permits ScalarCacheKernels, VectorCacheKernels {

  /// Channels that share a scale.
  int BLOCK = 32;

  /// `to[i] = from[i]` of binary16 bits.
  void widen(short[] from, int fromOffset, float[] to, int toOffset, int count);

  /// `to[i]` is `from[i]` rounded to binary16.
  void narrow(float[] from, int fromOffset, short[] to, int toOffset, int count);

  /// `to[i] = from[i] * scale of its block`.
  ///
  /// @param scales one binary16 per block of `from`
  void dequantize(byte[] from, short[] scales, int fromOffset, float[] to, int toOffset, int count);

  /// Blocks as ggml's Q8_0: the largest magnitude becomes 127.
  ///
  /// Source: ggml `ggml-quants.c`, `quantize_row_q8_0_ref`; ties go to even as in its vector code.
  void quantize(float[] from, int fromOffset, byte[] to, short[] scales, int toOffset, int count);

  /// Those that go with some kernels.
  static CacheKernels with(Kernels kernels) {
    return kernels.vectorized() ? new VectorCacheKernels() : new ScalarCacheKernels();
  }
}
