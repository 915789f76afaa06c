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

/// The product of Q4_K, whose weight is `scale * q - minimum` in groups of 32: products with `q`
/// are scaled group by group, minima are multiplied with the sums of the activations.
///
/// The scratch memory holds 16 numbers a block, eight zeros and the eight sums of the activations;
/// then the scales and minima of one block. A row is read once, from its beginning to its end: a
/// pass over the scales before would wait for memory twice.
record VectorRowsOfQ4K() implements OneByOne.Row {

  private static final int BLOCK = 256;
  private static final int BYTES_OF_BLOCK = 144;
  private static final int NUMBERS = 16;

  @Override
  public void prepare(float[] x, int xAt, int columns, float[] scratch) {
    for (int k = 0; k < columns; k += 32) {
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int i = 0; i < 32; i += LANES) {
        sum = sum.add(FloatVector.fromArray(FLOATS, x, xAt + k + i));
      }
      int at = k / BLOCK * NUMBERS + k % BLOCK / 32;
      scratch[at] = 0;
      scratch[at + 8] = sum.reduceLanes(ADD);
    }
  }

  @Override
  public float multiply(
      MemorySegment data, long row, int columns, float[] x, int xAt, float[] scratch) {
    int scales = columns / BLOCK * NUMBERS;
    FloatVector sum = FloatVector.zero(FLOATS);
    FloatVector minima = sum;
    long block = row;
    for (int k = 0; k < columns; k += BLOCK, block += BYTES_OF_BLOCK) {
      FloatVector scale = FloatVector.broadcast(FLOATS, half(data, block));
      FloatVector minimum = FloatVector.broadcast(FLOATS, half(data, block + 2));
      IntVector head = IntVector.fromMemorySegment(SixBits.FOUR, data, block, LITTLE_ENDIAN);
      ByteVector sixBits =
          head.rearrange(SixBits.A_A_B_B)
              .lanewise(LSHR, SixBits.DOWN)
              .and(SixBits.MASK)
              .lanewise(LSHL, SixBits.UP)
              .or(head.rearrange(SixBits.C).lanewise(LSHR, SixBits.DOWN_C).and(SixBits.MASK_C))
              .reinterpretAsBytes();
      for (int part = 0; part < NUMBERS / LANES; part++) {
        FloatVector values = (FloatVector) sixBits.convertShape(B2F, FLOATS, part);
        FloatVector sums = FloatVector.fromArray(FLOATS, scratch, (k >> 4) + part * LANES);
        minima = values.mul(sums).fma(minimum, minima);
        values.mul(scale).intoArray(scratch, scales + part * LANES);
      }
      // Two groups at a time: the halves of 32 bytes.
      for (int group = 0; group < 8; group += 2) {
        FloatVector low = FloatVector.zero(FLOATS);
        FloatVector high = low;
        for (int i = 0; i < 32; i += STEP) {
          ByteVector bytes =
              ByteVector.fromMemorySegment(BYTES, data, block + 16 + group * 16 + i, LITTLE_ENDIAN);
          for (int part = 0; part < PARTS; part++) {
            int at = xAt + k + group * 32 + i + part * LANES;
            IntVector pair = (IntVector) bytes.convertShape(ZERO_EXTEND_B2I, INTS, part);
            low =
                ((FloatVector) pair.and(15).convert(I2F, 0))
                    .fma(FloatVector.fromArray(FLOATS, x, at), low);
            high =
                ((FloatVector) pair.lanewise(LSHR, 4).convert(I2F, 0))
                    .fma(FloatVector.fromArray(FLOATS, x, at + 32), high);
          }
        }
        sum = low.fma(FloatVector.broadcast(FLOATS, scratch[scales + group]), sum);
        sum = high.fma(FloatVector.broadcast(FLOATS, scratch[scales + group + 1]), sum);
      }
    }
    return sum.sub(minima).reduceLanes(ADD);
  }
}
