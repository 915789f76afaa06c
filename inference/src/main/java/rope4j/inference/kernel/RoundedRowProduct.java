package rope4j.inference.kernel;

import java.lang.foreign.MemorySegment;

/// Multiplies rows of stored weights with one token's activations rounded to eight bits, one tensor
/// type each: what [RowProduct] is for activations that may be anything.
@FunctionalInterface
public interface RoundedRowProduct {

  /// As [RowProduct#prepare].
  default void prepare(RoundedToken x, int columns, float[] scratch) {}

  /// `y[yFirst] (+)= first row * x`, `y[ySecond] (+)= second row * x`. Both rows may be the same
  /// one; its product is then stored once.
  ///
  /// @param data mapped bytes
  /// @param first the byte where the first row starts
  /// @param second the byte where the second row starts
  /// @param columns how many, in whole blocks
  /// @param scratch what [#prepare] left there; room for a fifth of the columns
  void multiply(
      MemorySegment data,
      long first,
      long second,
      int columns,
      RoundedToken x,
      float[] y,
      int yFirst,
      int ySecond,
      boolean accumulate,
      float[] scratch);
}
