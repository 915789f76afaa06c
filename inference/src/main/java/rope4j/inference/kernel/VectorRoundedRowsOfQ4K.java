package rope4j.inference.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2S;
import static rope4j.inference.kernel.Stored.half;
import static rope4j.inference.kernel.VectorRoundedRows.BYTES;
import static rope4j.inference.kernel.VectorRoundedRows.DOWN;
import static rope4j.inference.kernel.VectorRoundedRows.FLOATS;
import static rope4j.inference.kernel.VectorRoundedRows.NIBBLES;
import static rope4j.inference.kernel.VectorRoundedRows.SHORTS;
import static rope4j.inference.kernel.VectorRoundedRows.UPPER;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/// The product of Q4_K, whose weight is `scale * q - minimum` in groups of 32: products with `q`
/// are scaled group by group, and minima times the sums of the activations are taken off.
final class VectorRoundedRowsOfQ4K {

  private static final int BLOCK = 256;
  private static final int GROUPS = 8;
  private static final int HEAD = 16;
  private static final long BYTES_OF_BLOCK = 144;

  /// Bytes that hold two groups, one in their lower halves and one in their upper ones.
  private static final long PAIR = 32;

  private VectorRoundedRowsOfQ4K() {}

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
    int groups = columns / BLOCK * GROUPS;
    scales(data, first, second, columns / BLOCK, x.scales, x.sums, scratch);
    float minima = scratch[2 * groups];
    float minimaSecond = scratch[2 * groups + 1];
    multiply(data, first, second, groups, x.integers, scratch);
    VectorRoundedRows.store(
        scratch[2 * groups] - minima,
        scratch[2 * groups + 1] - minimaSecond,
        y,
        yFirst,
        ySecond,
        accumulate);
  }

  /// The products without what is to be taken off, into the scratch memory behind the scales. A
  /// method of its own: with the scales it would be more than the compiler takes at once.
  private static void multiply(
      MemorySegment data, long first, long second, int groups, short[] q, float[] scratch) {
    FloatVector sum = FloatVector.zero(FLOATS);
    FloatVector more = sum;
    FloatVector sumSecond = sum;
    FloatVector moreSecond = sum;
    long from = first + HEAD;
    long fromSecond = second + HEAD;
    for (int pair = 0; pair < groups / 2; pair++) {
      int k = pair * 64;
      ShortVector x0 = ShortVector.fromArray(SHORTS, q, k);
      ShortVector x1 = ShortVector.fromArray(SHORTS, q, k + 16);
      ShortVector x2 = ShortVector.fromArray(SHORTS, q, k + 32);
      ShortVector x3 = ShortVector.fromArray(SHORTS, q, k + 48);
      IntVector a =
          ByteVector.fromMemorySegment(BYTES, data, from, LITTLE_ENDIAN)
              .convertShape(ZERO_EXTEND_B2S, SHORTS, 0)
              .reinterpretAsInts();
      IntVector b =
          ByteVector.fromMemorySegment(BYTES, data, from + 16, LITTLE_ENDIAN)
              .convertShape(ZERO_EXTEND_B2S, SHORTS, 0)
              .reinterpretAsInts();
      IntVector aLow =
          a.and(NIBBLES)
              .reinterpretAsShorts()
              .mul(x0)
              .add(b.and(NIBBLES).reinterpretAsShorts().mul(x1))
              .reinterpretAsInts();
      sum =
          ((FloatVector) aLow.add(aLow.lanewise(LSHL, 16)).and(UPPER).convert(I2F, 0))
              .fma(FloatVector.broadcast(FLOATS, scratch[2 * pair]), sum);
      IntVector aHigh =
          a.lanewise(LSHR, 4)
              .and(NIBBLES)
              .reinterpretAsShorts()
              .mul(x2)
              .add(b.lanewise(LSHR, 4).and(NIBBLES).reinterpretAsShorts().mul(x3))
              .reinterpretAsInts();
      more =
          ((FloatVector) aHigh.add(aHigh.lanewise(LSHL, 16)).and(UPPER).convert(I2F, 0))
              .fma(FloatVector.broadcast(FLOATS, scratch[2 * pair + 1]), more);
      IntVector c =
          ByteVector.fromMemorySegment(BYTES, data, fromSecond, LITTLE_ENDIAN)
              .convertShape(ZERO_EXTEND_B2S, SHORTS, 0)
              .reinterpretAsInts();
      IntVector d =
          ByteVector.fromMemorySegment(BYTES, data, fromSecond + 16, LITTLE_ENDIAN)
              .convertShape(ZERO_EXTEND_B2S, SHORTS, 0)
              .reinterpretAsInts();
      IntVector cLow =
          c.and(NIBBLES)
              .reinterpretAsShorts()
              .mul(x0)
              .add(d.and(NIBBLES).reinterpretAsShorts().mul(x1))
              .reinterpretAsInts();
      sumSecond =
          ((FloatVector) cLow.add(cLow.lanewise(LSHL, 16)).and(UPPER).convert(I2F, 0))
              .fma(FloatVector.broadcast(FLOATS, scratch[groups + 2 * pair]), sumSecond);
      IntVector cHigh =
          c.lanewise(LSHR, 4)
              .and(NIBBLES)
              .reinterpretAsShorts()
              .mul(x2)
              .add(d.lanewise(LSHR, 4).and(NIBBLES).reinterpretAsShorts().mul(x3))
              .reinterpretAsInts();
      moreSecond =
          ((FloatVector) cHigh.add(cHigh.lanewise(LSHL, 16)).and(UPPER).convert(I2F, 0))
              .fma(FloatVector.broadcast(FLOATS, scratch[groups + 2 * pair + 1]), moreSecond);
      // Four pairs of groups a block.
      long step = (pair & 3) == 3 ? PAIR + HEAD : PAIR;
      from += step;
      fromSecond += step;
    }
    scratch[2 * groups] = sum.add(more).reduceLanes(ADD);
    scratch[2 * groups + 1] = sumSecond.add(moreSecond).reduceLanes(ADD);
  }

  /// The scales of both rows' groups, times those of the activations, one row's behind the other's;
  /// then what is to be taken off for the minima of each.
  private static void scales(
      MemorySegment data,
      long first,
      long second,
      int blocks,
      float[] scales,
      float[] sums,
      float[] into) {
    FloatVector minima = FloatVector.zero(FLOATS);
    FloatVector minimaSecond = minima;
    long block = first;
    long blockSecond = second;
    for (int b = 0; b < blocks; b++) {
      FloatVector scale = FloatVector.fromArray(FLOATS, scales, b * GROUPS);
      FloatVector sum = FloatVector.fromArray(FLOATS, sums, b * GROUPS);
      IntVector head = IntVector.fromMemorySegment(SixBits.FOUR, data, block, LITTLE_ENDIAN);
      ByteVector headBits =
          head.rearrange(SixBits.A_A_B_B)
              .lanewise(LSHR, SixBits.DOWN)
              .and(SixBits.MASK)
              .lanewise(LSHL, SixBits.UP)
              .or(head.rearrange(SixBits.C).lanewise(LSHR, SixBits.DOWN_C).and(SixBits.MASK_C))
              .reinterpretAsBytes();
      minima =
          ((FloatVector) headBits.convertShape(B2F, FLOATS, 1))
              .mul(sum)
              .fma(FloatVector.broadcast(FLOATS, half(data, block + 2)), minima);
      ((FloatVector) headBits.convertShape(B2F, FLOATS, 0))
          .mul(scale)
          .mul(half(data, block) * DOWN)
          .intoArray(into, b * GROUPS);
      IntVector other = IntVector.fromMemorySegment(SixBits.FOUR, data, blockSecond, LITTLE_ENDIAN);
      ByteVector otherBits =
          other
              .rearrange(SixBits.A_A_B_B)
              .lanewise(LSHR, SixBits.DOWN)
              .and(SixBits.MASK)
              .lanewise(LSHL, SixBits.UP)
              .or(other.rearrange(SixBits.C).lanewise(LSHR, SixBits.DOWN_C).and(SixBits.MASK_C))
              .reinterpretAsBytes();
      minimaSecond =
          ((FloatVector) otherBits.convertShape(B2F, FLOATS, 1))
              .mul(sum)
              .fma(FloatVector.broadcast(FLOATS, half(data, blockSecond + 2)), minimaSecond);
      ((FloatVector) otherBits.convertShape(B2F, FLOATS, 0))
          .mul(scale)
          .mul(half(data, blockSecond) * DOWN)
          .intoArray(into, (blocks + b) * GROUPS);
      block += BYTES_OF_BLOCK;
      blockSecond += BYTES_OF_BLOCK;
    }
    into[2 * blocks * GROUPS] = minima.reduceLanes(ADD);
    into[2 * blocks * GROUPS + 1] = minimaSecond.reduceLanes(ADD);
  }
}
