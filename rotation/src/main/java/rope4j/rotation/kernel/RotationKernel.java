package rope4j.rotation.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/// Rotates the heads of one token in place, each by the same angles.
///
/// Common arguments: `x` holds `heads` heads, the first one's rotated channels begin at `offset`
/// and those of the next `stride` later (both in floats for arrays, in bytes for segments); pair
/// `i` turns by row `row` of the table. Arguments are trusted: the callers have checked them.
public sealed interface RotationKernel permits ScalarRotationKernel, VectorRotationKernel {

  /// Pair `i` is the channels `(i, i + pairs)`.
  void half(float[] x, int offset, int heads, int stride, AngleTable table, int row);

  /// Pair `i` is the channels `(2i, 2i + 1)`. The table must be spread over channels.
  void interleaved(float[] x, int offset, int heads, int stride, AngleTable table, int row);

  /// Pair `i` is the channels `(i, i + pairs)`; computed in float32, rounded once.
  void half(
      MemorySegment x,
      Format format,
      long offset,
      int heads,
      long stride,
      AngleTable table,
      int row);

  /// Pair `i` is the channels `(2i, 2i + 1)`; computed in float32, rounded once. The table must be
  /// spread over channels.
  void interleaved(
      MemorySegment x,
      Format format,
      long offset,
      int heads,
      long stride,
      AngleTable table,
      int row);

  /// Plain Java, the reference of the other.
  static RotationKernel scalar() {
    return new ScalarRotationKernel();
  }

  /// Whether `jdk.incubator.vector` is in the running JVM.
  static boolean vectorAvailable() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }

  /// The Vector API where the JVM has it, else plain Java; also on a big-endian machine, whose
  /// 32-bit words hold interleaved sixteen-bit pairs the other way round.
  static RotationKernel best() {
    return vectorAvailable()
            && !"scalar".equals(System.getProperty("rope4j.kernels"))
            && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
        ? new VectorRotationKernel()
        : new ScalarRotationKernel();
  }
}
