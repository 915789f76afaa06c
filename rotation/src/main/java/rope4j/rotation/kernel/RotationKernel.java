package rope4j.rotation.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/// Rotates a batch `[tokens][heads]` in place: the heads of a token all by the same angles.
///
/// Common arguments: the first head's rotated channels begin at `offset` of `x`, and those of the
/// next head, of this token or the next, `stride` later (both in floats for arrays, in bytes for
/// segments); pair `i` of token `t` turns by row `row + t` of the table. Arguments are trusted: the
/// callers have checked them.
public sealed interface RotationKernel permits ScalarRotationKernel, VectorRotationKernel {

  /// Pair `i` is the channels `(i, i + pairs)`.
  void half(float[] x, int offset, int tokens, int heads, int stride, AngleTable table, int row);

  /// Pair `i` is the channels `(2i, 2i + 1)`.
  void interleaved(
      float[] x, int offset, int tokens, int heads, int stride, AngleTable table, int row);

  /// Pair `i` is the channels `(i, i + pairs)`; computed in float32, rounded once.
  void half(
      MemorySegment x,
      Format format,
      long offset,
      int tokens,
      int heads,
      long stride,
      AngleTable table,
      int row);

  /// Pair `i` is the channels `(2i, 2i + 1)`; computed in float32, rounded once.
  void interleaved(
      MemorySegment x,
      Format format,
      long offset,
      int tokens,
      int heads,
      long stride,
      AngleTable table,
      int row);

  /// Fills rows of a table with consecutive positions by angle addition, and moves the state past
  /// them.
  ///
  /// @param cosMagnitude what every cosine is multiplied by in the table, not in the state
  /// @param sinMagnitude the same for sines
  void walk(
      AngleState state,
      AngleTable table,
      int row,
      int rows,
      double cosMagnitude,
      double sinMagnitude);

  /// Plain Java, the reference of the other.
  static RotationKernel scalar() {
    return new ScalarRotationKernel();
  }

  /// Whether `jdk.incubator.vector` is in the running JVM.
  static boolean vectorAvailable() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }

  /// The Vector API where the JVM has it and its vectors have at least 128 bits, else plain Java;
  /// also on a big-endian machine, whose 32-bit words hold interleaved sixteen-bit pairs the other
  /// way round.
  static RotationKernel best() {
    return vectorAvailable()
            && !"scalar".equals(System.getProperty("rope4j.kernels"))
            && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
            && Widths.areWideEnough()
        ? new VectorRotationKernel()
        : new ScalarRotationKernel();
  }
}
