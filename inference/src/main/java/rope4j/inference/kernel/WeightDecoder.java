package rope4j.inference.kernel;

import java.lang.foreign.MemorySegment;

/// Turns weights as a file stores them into float32, one tensor type each.
///
/// Every result is that of ggml's `dequantize_row_*` to the bit: a product of scale and integer has
/// at most 24 bits, so that neither its order nor a fused multiply-add can change it.
///
/// Source: ggml `ggml-quants.c`, `ggml-common.h`.
@FunctionalInterface
public interface WeightDecoder {

  /// @param data mapped bytes
  /// @param offset the byte where a block starts
  /// @param into receives the values
  /// @param at index of the first one
  /// @param count how many: whole blocks
  void decode(MemorySegment data, long offset, float[] into, int at, int count);
}
