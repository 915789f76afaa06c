package rope4j.inference.kernel;

import java.lang.foreign.MemorySegment;

/// Multiplies rows of stored weights with one token's activations, without unpacking them to
/// memory, one tensor type each.
///
/// Rows come in pairs from two places: the activations are loaded once for both, and memory is read
/// faster in two streams than in one.
@FunctionalInterface
public interface RowProduct {

  /// What can be said of the activations once for many rows.
  ///
  /// @param scratch receives it; stays with the thread until its rows are done, and has room for a
  ///   fifth of the columns
  default void prepare(float[] x, int xAt, int columns, float[] scratch) {}

  /// `y[yFirst] (+)= first row * x`, `y[ySecond] (+)= second row * x`. Both rows may be the same
  /// one; its product is then stored once.
  ///
  /// @param data mapped bytes
  /// @param first the byte where the first row starts
  /// @param second the byte where the second row starts
  /// @param columns how many, in whole blocks
  /// @param x the activations, from `xAt` on
  /// @param accumulate whether the product is added to what `y` holds
  /// @param scratch what [#prepare] left there
  void multiply(
      MemorySegment data,
      long first,
      long second,
      int columns,
      float[] x,
      int xAt,
      float[] y,
      int yFirst,
      int ySecond,
      boolean accumulate,
      float[] scratch);
}
