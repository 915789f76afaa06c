package rope4j.inference.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import rope4j.checkpoint.TensorType;

/// Products of weights of four bits with activations rounded to eight, in integers: twice as fast
/// as in floats, and exact but for that rounding.
///
/// A weight is `scale * q + offset` with `-8 <= q < 8`, in blocks of [#BLOCK] columns; an
/// activation `scale * q` with `-127 <= q <= 127`, in blocks of as many channels of a token
/// ([EightBits]). A block's sum of products then fits into 16 bits.
public sealed interface FourBitKernels permits VectorFourBitKernels {

  /// Columns that share a scale.
  int BLOCK = EightBits.BLOCK;

  /// Columns of a panel of weights: whole blocks of every type.
  int DEPTH = 1024;

  /// Distance of the rows of a panel, known when the kernels are compiled, so that one register
  /// reaches them all.
  int ROW = DEPTH + 32;

  /// Whether they unpack a type.
  static boolean areFor(TensorType type) {
    return switch (type) {
      case Q4_0, Q4_1, Q4_K -> true;
      default -> false;
    };
  }

  /// Unpacks part of a row.
  ///
  /// @param offset the byte where a block of the file starts
  /// @param count columns, in whole blocks of the file
  /// @param into receives the integers from `at` on
  /// @param scales receives a scale per [#BLOCK] columns from `blockAt` on
  /// @param offsets receives as many offsets
  void unpack(
      TensorType type,
      MemorySegment data,
      long offset,
      int count,
      short[] into,
      int at,
      float[] scales,
      float[] offsets,
      int blockAt);

  /// Rounds one tile of activations.
  ///
  /// @param x `[columns][TILE]` from `xOffset` on
  /// @param integers receives `[columns][TILE]` in an order of tokens of its own
  /// @param scales receives `[columns / BLOCK][TILE]`
  /// @param sums receives the sums of the rounded activations of each block, `[columns /
  ///   BLOCK][TILE]`
  void round(
      float[] x,
      int xOffset,
      int columns,
      short[] integers,
      int offset,
      float[] scales,
      float[] sums,
      int blockOffset);

  /// `c[r][t] (+)= weights * activations` for one tile.
  ///
  /// @param a integers of the weights; row `r` begins at `aOffset + r * ROW`
  /// @param aScales scales and offsets; those of row `r` begin at `aBlock + r * aBlocks`
  /// @param hasOffsets whether any offset is not zero
  /// @param b integers of the tile as [#round] left them, from channel `bOffset / TILE` on
  /// @param depth columns
  /// @param scratch room for `8 * TILE` sums
  void multiply(
      short[] a,
      int aOffset,
      float[] aScales,
      float[] aOffsets,
      int aBlock,
      int aBlocks,
      boolean hasOffsets,
      short[] b,
      int bOffset,
      float[] bScales,
      float[] bSums,
      int bBlock,
      float[] c,
      int cOffset,
      int rows,
      int depth,
      boolean accumulate,
      short[] scratch);

  /// Those that go with some kernels, if there are any: tiles of many tokens in the Vector API.
  static Optional<FourBitKernels> with(Kernels kernels) {
    return kernels instanceof VectorKernels
        ? Optional.of(new VectorFourBitKernels())
        : Optional.empty();
  }
}
