package rope4j.inference.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;
import static rope4j.inference.kernel.Stored.half;
import static rope4j.inference.kernel.VectorDecoders.BYTES;
import static rope4j.inference.kernel.VectorDecoders.FLOATS;
import static rope4j.inference.kernel.VectorDecoders.INTS;
import static rope4j.inference.kernel.VectorDecoders.LANES;
import static rope4j.inference.kernel.VectorDecoders.PARTS;
import static rope4j.inference.kernel.VectorDecoders.STEP;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/// The product of Q4_0, whose weight is `scale * (q - 8)` in blocks of 32, two to a byte.
///
/// A byte is `low + 16 * high`, so that `low * x + high * z = byte * x + high * (z - 16 * x)`: the
/// lower half need not be taken out, and eights are taken off once, times the sums of the
/// activations. In float32, since a block is too short for what it takes to widen and scale a sum
/// of 16 bits.
final class VectorRoundedRowsOfQ4_0 {

  private static final int BLOCK = 32;
  private static final int HALF = BLOCK / 2;
  private static final long BYTES_OF_BLOCK = 18;

  private VectorRoundedRowsOfQ4_0() {}

  /// As [RoundedRowProduct#multiply].
  static void multiply(
      MemorySegment data,
      long first,
      long second,
      int columns,
      RoundedToken x,
      float[] y,
      int yFirst,
      int ySecond,
      boolean accumulate,
      float[] scratch) {
    float a = row(data, first, columns, x.split, x.sums);
    float b = row(data, second, columns, x.split, x.sums);
    VectorRoundedRows.store(a, b, y, yFirst, ySecond, accumulate);
  }

  private static float row(MemorySegment data, long row, int columns, float[] split, float[] sums) {
    FloatVector sum = FloatVector.zero(FLOATS);
    float eights = 0;
    long block = row;
    for (int k = 0; k < columns; k += BLOCK, block += BYTES_OF_BLOCK) {
      float scale = half(data, block);
      FloatVector product = FloatVector.zero(FLOATS);
      for (int i = 0; i < HALF; i += STEP) {
        ByteVector bytes = ByteVector.fromMemorySegment(BYTES, data, block + 2 + i, LITTLE_ENDIAN);
        for (int part = 0; part < PARTS; part++) {
          int at = k + i + part * LANES;
          IntVector pair = (IntVector) bytes.convertShape(ZERO_EXTEND_B2I, INTS, part);
          product =
              ((FloatVector) pair.convert(I2F, 0))
                  .fma(FloatVector.fromArray(FLOATS, split, at), product);
          product =
              ((FloatVector) pair.lanewise(LSHR, 4).convert(I2F, 0))
                  .fma(FloatVector.fromArray(FLOATS, split, at + HALF), product);
        }
      }
      sum = product.fma(FloatVector.broadcast(FLOATS, scale), sum);
      eights = Math.fma(scale, sums[k / BLOCK], eights);
    }
    return sum.reduceLanes(ADD) - 8 * eights;
  }
}
