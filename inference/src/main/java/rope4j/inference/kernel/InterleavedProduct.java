package rope4j.inference.kernel;

import java.lang.foreign.MemorySegment;

/// Multiplies rearranged rows of weights with one token rounded to eight bits, one tensor type
/// each: what [RoundedRowProduct] is for rows as they are stored.
///
/// As many rows as a vector has lanes form a group, in which each lane belongs to one row. So sums
/// need not be added across lanes, scales of many rows are read at once, and products are added in
/// 16 bits for a whole block. It takes as many bytes as the weights, and twice the rate from cache.
///
/// Source of the idea: llama.cpp `ggml/src/ggml-cpu/repack.cpp`, which does the same for kernels of
/// another kind.
public interface InterleavedProduct {

  /// Rows of a group.
  int rows();

  /// Integers that a group takes.
  ///
  /// @param columns in whole blocks
  int length(int columns);

  /// Makes one group.
  ///
  /// @param data mapped bytes
  /// @param first the byte where the first row starts
  /// @param rowBytes from a row to the next
  /// @param count rows there are, at most [#rows]; those that lack become zeros
  /// @param into receives [#length] integers from `at` on; all are zero before
  void interleave(
      MemorySegment data, long first, long rowBytes, int count, int columns, int[] into, int at);

  /// `y[yFirst + r] = row r of the first group * x`, and of the second at `ySecond`, for all of a
  /// group's rows. Both may be the same group.
  ///
  /// @param groups what [#interleave] made
  /// @param first the integer where the first group starts
  /// @param second the integer where the second group starts
  void multiply(
      int[] groups,
      int first,
      int second,
      int columns,
      RoundedToken x,
      float[] y,
      int yFirst,
      int ySecond);
}
