package rope4j.inference.kernel;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static rope4j.inference.kernel.VectorInterleaved.FLOATS;
import static rope4j.inference.kernel.VectorInterleaved.HALF;
import static rope4j.inference.kernel.VectorInterleaved.HALF_SCALE;
import static rope4j.inference.kernel.VectorInterleaved.INTS;
import static rope4j.inference.kernel.VectorInterleaved.LANES;
import static rope4j.inference.kernel.VectorInterleaved.NIBBLES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/// Interleaved rows of Q4_0, whose weight is `scale * (q - 8)` in blocks of 32.
///
/// Two blocks of a group are a vector of scales, two half floats a row, and eight vectors of
/// weights, each four bytes a row as they were. The last one of an odd number of blocks goes with
/// zeros. Eights are taken off the sums before products are added to them.
record VectorInterleavedQ4_0() implements InterleavedProduct {

  private static final int BLOCK = 32;
  private static final int BYTES_OF_BLOCK = 18;

  /// Integers of a row's block.
  private static final int WORDS = 4;

  /// Integers of a group's two blocks.
  private static final int TWO = (1 + 2 * WORDS) * LANES;

  @Override
  public int rows() {
    return LANES;
  }

  @Override
  public int length(int columns) {
    return (columns / BLOCK + 1) / 2 * TWO;
  }

  @Override
  public void interleave(
      MemorySegment data, long first, long rowBytes, int count, int columns, int[] into, int at) {
    for (int b = 0; b < columns / BLOCK; b++) {
      for (int r = 0; r < count; r++) {
        long block = first + r * rowBytes + (long) b * BYTES_OF_BLOCK;
        int to = at + b / 2 * TWO + r;
        into[to] |= Stored.halfBits(data, block) << 16 * (1 - b % 2);
        to += (1 + b % 2 * WORDS) * LANES;
        for (int word = 0; word < WORDS; word++) {
          into[to + word * LANES] = Stored.bits(data, block + 2 + 4 * word);
        }
      }
    }
  }

  @Override
  public void multiply(
      int[] groups,
      int first,
      int second,
      int columns,
      RoundedToken x,
      float[] y,
      int yFirst,
      int ySecond) {
    multiply(
        groups,
        first,
        second - first,
        (columns / BLOCK + 1) / 2,
        x.pairs,
        x.eights,
        x.scales,
        y,
        yFirst,
        ySecond);
  }

  private static void multiply(
      int[] groups,
      int first,
      int between,
      int twos,
      int[] pairs,
      int[] eights,
      float[] scales,
      float[] y,
      int yFirst,
      int ySecond) {
    FloatVector sum = FloatVector.zero(FLOATS);
    FloatVector sumSecond = sum;
    int at = first;
    for (int two = 0; two < twos; two++) {
      IntVector halves = IntVector.fromArray(INTS, groups, at);
      IntVector halvesSecond = IntVector.fromArray(INTS, groups, at + between);
      at += LANES;
      for (int block = 2 * two; block < 2 * two + 2; block++) {
        ShortVector products = IntVector.broadcast(INTS, eights[block]).reinterpretAsShorts();
        ShortVector productsSecond = products;
        for (int word = 0; word < WORDS; word++, at += LANES) {
          int k = (block * BLOCK + 4 * word) / 2;
          ShortVector x0 = IntVector.broadcast(INTS, pairs[k]).reinterpretAsShorts();
          ShortVector x1 = IntVector.broadcast(INTS, pairs[k + 1]).reinterpretAsShorts();
          ShortVector x16 = IntVector.broadcast(INTS, pairs[k + 8]).reinterpretAsShorts();
          ShortVector x17 = IntVector.broadcast(INTS, pairs[k + 9]).reinterpretAsShorts();
          IntVector w = IntVector.fromArray(INTS, groups, at);
          IntVector v = IntVector.fromArray(INTS, groups, at + between);
          products =
              products
                  .add(w.and(NIBBLES).reinterpretAsShorts().mul(x0))
                  .add(w.lanewise(LSHR, 4).and(NIBBLES).reinterpretAsShorts().mul(x16))
                  .add(w.lanewise(LSHR, 8).and(NIBBLES).reinterpretAsShorts().mul(x1))
                  .add(w.lanewise(LSHR, 12).and(NIBBLES).reinterpretAsShorts().mul(x17));
          productsSecond =
              productsSecond
                  .add(v.and(NIBBLES).reinterpretAsShorts().mul(x0))
                  .add(v.lanewise(LSHR, 4).and(NIBBLES).reinterpretAsShorts().mul(x16))
                  .add(v.lanewise(LSHR, 8).and(NIBBLES).reinterpretAsShorts().mul(x1))
                  .add(v.lanewise(LSHR, 12).and(NIBBLES).reinterpretAsShorts().mul(x17));
        }
        IntVector two16 = products.reinterpretAsInts();
        IntVector two16Second = productsSecond.reinterpretAsInts();
        float scale = scales[block];
        sum =
            ((FloatVector)
                    two16
                        .lanewise(LSHL, 16)
                        .lanewise(ASHR, 16)
                        .add(two16.lanewise(ASHR, 16))
                        .convert(I2F, 0))
                .mul(scale)
                .fma(halves.lanewise(ASHR, 3).and(HALF).reinterpretAsFloats().mul(HALF_SCALE), sum);
        sumSecond =
            ((FloatVector)
                    two16Second
                        .lanewise(LSHL, 16)
                        .lanewise(ASHR, 16)
                        .add(two16Second.lanewise(ASHR, 16))
                        .convert(I2F, 0))
                .mul(scale)
                .fma(
                    halvesSecond.lanewise(ASHR, 3).and(HALF).reinterpretAsFloats().mul(HALF_SCALE),
                    sumSecond);
        halves = halves.lanewise(LSHL, 16);
        halvesSecond = halvesSecond.lanewise(LSHL, 16);
      }
    }
    sum.intoArray(y, yFirst);
    sumSecond.intoArray(y, ySecond);
  }
}
