package rope4j.inference.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
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

/// The product of Q6_K, whose weight is `scale * (q - 32)` in groups of 16: products with `q` are
/// scaled group by group, and 32 scales times the sums of the activations are taken off.
///
/// The scratch memory holds 16 numbers a block, the sums of the activations; then the scales of one
/// block.
record VectorRowsOfQ6K() implements OneByOne.Row {

  private static final int BLOCK = 256;
  private static final int BYTES_OF_BLOCK = 210;
  private static final int NUMBERS = 16;

  @Override
  public void prepare(float[] x, int xAt, int columns, float[] scratch) {
    for (int k = 0; k < columns; k += 16) {
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int i = 0; i < 16; i += LANES) {
        sum = sum.add(FloatVector.fromArray(FLOATS, x, xAt + k + i));
      }
      scratch[k / 16] = sum.reduceLanes(ADD);
    }
  }

  @Override
  public float multiply(
      MemorySegment data, long row, int columns, float[] x, int xAt, float[] scratch) {
    int scales = columns / BLOCK * NUMBERS;
    FloatVector even = FloatVector.zero(FLOATS);
    FloatVector odd = even;
    FloatVector taken = even;
    long block = row;
    for (int k = 0; k < columns; k += BLOCK, block += BYTES_OF_BLOCK) {
      float all = half(data, block + 208);
      ByteVector stored =
          ByteVector.fromMemorySegment(ByteVector.SPECIES_128, data, block + 192, LITTLE_ENDIAN);
      for (int part = 0; part < NUMBERS / LANES; part++) {
        FloatVector values = ((FloatVector) stored.convertShape(B2F, FLOATS, part)).mul(all);
        FloatVector sums = FloatVector.fromArray(FLOATS, scratch, (k >> 4) + part * LANES);
        taken = values.fma(sums, taken);
        values.intoArray(scratch, scales + part * LANES);
      }
      // Half a block at a time, of which 16 bytes give a quarter of every second group.
      for (int half = 0; half < 2; half++) {
        for (int i = 0; i < 32; i += STEP) {
          long lower = block + half * 64L + i;
          long upper = block + 128 + half * 32L + i;
          ByteVector lows = ByteVector.fromMemorySegment(BYTES, data, lower, LITTLE_ENDIAN);
          ByteVector nexts = ByteVector.fromMemorySegment(BYTES, data, lower + 32, LITTLE_ENDIAN);
          ByteVector highs = ByteVector.fromMemorySegment(BYTES, data, upper, LITTLE_ENDIAN);
          for (int part = 0; part < PARTS; part++) {
            int at = xAt + k + half * 128 + i + part * LANES;
            int scale = scales + half * 8 + ((i + part * LANES) >> 4);
            IntVector low = (IntVector) lows.convertShape(ZERO_EXTEND_B2I, INTS, part);
            IntVector next = (IntVector) nexts.convertShape(ZERO_EXTEND_B2I, INTS, part);
            IntVector high = (IntVector) highs.convertShape(ZERO_EXTEND_B2I, INTS, part);
            IntVector q0 = low.and(15).or(high.and(3).lanewise(LSHL, 4));
            even =
                ((FloatVector) q0.convert(I2F, 0))
                    .mul(FloatVector.fromArray(FLOATS, x, at))
                    .fma(FloatVector.broadcast(FLOATS, scratch[scale]), even);
            IntVector q1 = next.and(15).or(high.and(12).lanewise(LSHL, 2));
            odd =
                ((FloatVector) q1.convert(I2F, 0))
                    .mul(FloatVector.fromArray(FLOATS, x, at + 32))
                    .fma(FloatVector.broadcast(FLOATS, scratch[scale + 2]), odd);
            IntVector q2 = low.lanewise(LSHR, 4).or(high.and(48));
            even =
                ((FloatVector) q2.convert(I2F, 0))
                    .mul(FloatVector.fromArray(FLOATS, x, at + 64))
                    .fma(FloatVector.broadcast(FLOATS, scratch[scale + 4]), even);
            IntVector q3 = next.lanewise(LSHR, 4).or(high.and(192).lanewise(LSHR, 2));
            odd =
                ((FloatVector) q3.convert(I2F, 0))
                    .mul(FloatVector.fromArray(FLOATS, x, at + 96))
                    .fma(FloatVector.broadcast(FLOATS, scratch[scale + 6]), odd);
          }
        }
      }
    }
    return even.add(odd).sub(taken.mul(32)).reduceLanes(ADD);
  }
}
