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

/// Interleaved rows of Q4_K, whose weight is `scale * q - minimum` in blocks of eight groups of 32,
/// where scales and minima are integers of 6 bits times the block's own.
///
/// A block of as many rows as a vector has lanes is a vector of the blocks' scales and minima (two
/// half floats a row), two of the groups' scales and two of their minima (a byte each, four a row),
/// and 32 of weights, each four bytes a row as they were: lower halves belong to one group of 32,
/// upper ones to the next.
record VectorInterleavedQ4K() implements InterleavedProduct {

  private static final int BLOCK = 256;
  private static final int BYTES_OF_BLOCK = 144;
  private static final int GROUP = 32;

  /// Integers of two groups of a row.
  private static final int WORDS = 8;

  /// Vectors of a block before the weights.
  private static final int HEAD = 5;

  /// Integers of a block of all rows.
  private static final int ALL = (HEAD + BLOCK / 8) * LANES;

  /// What keeps 6 of 8 bits, the lower 4, and bits 4 and 5.
  private static final int SIX = 0x3F3F3F3F;

  private static final int LOWER = 0x0F0F0F0F;
  private static final int UPPER = 0x30303030;

  @Override
  public int rows() {
    return LANES;
  }

  @Override
  public int length(int columns) {
    return columns / BLOCK * ALL;
  }

  @Override
  public void interleave(
      MemorySegment data, long first, long rowBytes, int count, int columns, int[] into, int at) {
    for (int b = 0; b < columns / BLOCK; b++) {
      for (int r = 0; r < count; r++) {
        long block = first + r * rowBytes + (long) b * BYTES_OF_BLOCK;
        interleave(data, block, into, at + b * ALL + r);
      }
    }
  }

  private static void interleave(MemorySegment data, long block, int[] into, int to) {
    int scales = Stored.bits(data, block + 4);
    int minima = Stored.bits(data, block + 8);
    int both = Stored.bits(data, block + 12);
    into[to] = Stored.bits(data, block);
    into[to + LANES] = scales & SIX;
    into[to + 2 * LANES] = both & LOWER | scales >>> 2 & UPPER;
    into[to + 3 * LANES] = minima & SIX;
    into[to + 4 * LANES] = both >>> 4 & LOWER | minima >>> 2 & UPPER;
    for (int word = 0; word < BLOCK / 8; word++) {
      into[to + (HEAD + word) * LANES] = Stored.bits(data, block + 16 + 4 * word);
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
        columns / BLOCK,
        x.pairs,
        x.scales,
        x.sums,
        y,
        yFirst,
        ySecond);
  }

  private static void multiply(
      int[] groups,
      int first,
      int between,
      int blocks,
      int[] pairs,
      float[] scales,
      float[] sums,
      float[] y,
      int yFirst,
      int ySecond) {
    FloatVector sum = FloatVector.zero(FLOATS);
    FloatVector sumSecond = sum;
    for (int block = 0; block < blocks; block++) {
      int head = first + block * ALL;
      FloatVector taken = FloatVector.zero(FLOATS);
      FloatVector takenSecond = taken;
      FloatVector added = taken;
      FloatVector addedSecond = taken;
      int at = head + HEAD * LANES;
      // Two groups at a time: of eight neighbouring weights four are of each.
      for (int two = 0; two < 4; two++) {
        int group = block * 8 + 2 * two;
        ShortVector low = IntVector.zero(INTS).reinterpretAsShorts();
        ShortVector high = low;
        ShortVector lowSecond = low;
        ShortVector highSecond = low;
        for (int word = 0; word < WORDS; word++, at += LANES) {
          int k = (group * GROUP + 4 * word) / 2;
          ShortVector x0 = IntVector.broadcast(INTS, pairs[k]).reinterpretAsShorts();
          ShortVector x1 = IntVector.broadcast(INTS, pairs[k + 1]).reinterpretAsShorts();
          ShortVector x32 = IntVector.broadcast(INTS, pairs[k + 16]).reinterpretAsShorts();
          ShortVector x33 = IntVector.broadcast(INTS, pairs[k + 17]).reinterpretAsShorts();
          IntVector w = IntVector.fromArray(INTS, groups, at);
          IntVector v = IntVector.fromArray(INTS, groups, at + between);
          low =
              low.add(w.and(NIBBLES).reinterpretAsShorts().mul(x0))
                  .add(w.lanewise(LSHR, 8).and(NIBBLES).reinterpretAsShorts().mul(x1));
          high =
              high.add(w.lanewise(LSHR, 4).and(NIBBLES).reinterpretAsShorts().mul(x32))
                  .add(w.lanewise(LSHR, 12).and(NIBBLES).reinterpretAsShorts().mul(x33));
          lowSecond =
              lowSecond
                  .add(v.and(NIBBLES).reinterpretAsShorts().mul(x0))
                  .add(v.lanewise(LSHR, 8).and(NIBBLES).reinterpretAsShorts().mul(x1));
          highSecond =
              highSecond
                  .add(v.lanewise(LSHR, 4).and(NIBBLES).reinterpretAsShorts().mul(x32))
                  .add(v.lanewise(LSHR, 12).and(NIBBLES).reinterpretAsShorts().mul(x33));
        }
        IntVector scale =
            IntVector.fromArray(INTS, groups, head + (1 + two / 2) * LANES)
                .lanewise(LSHR, two % 2 * 16);
        IntVector minimum =
            IntVector.fromArray(INTS, groups, head + (3 + two / 2) * LANES)
                .lanewise(LSHR, two % 2 * 16);
        added =
            ((FloatVector)
                    low.reinterpretAsInts()
                        .lanewise(LSHL, 16)
                        .lanewise(ASHR, 16)
                        .add(low.reinterpretAsInts().lanewise(ASHR, 16))
                        .convert(I2F, 0))
                .mul(scales[group])
                .fma((FloatVector) scale.and(0xFF).convert(I2F, 0), added);
        taken =
            ((FloatVector) minimum.and(0xFF).convert(I2F, 0))
                .fma(FloatVector.broadcast(FLOATS, sums[group]), taken);
        added =
            ((FloatVector)
                    high.reinterpretAsInts()
                        .lanewise(LSHL, 16)
                        .lanewise(ASHR, 16)
                        .add(high.reinterpretAsInts().lanewise(ASHR, 16))
                        .convert(I2F, 0))
                .mul(scales[group + 1])
                .fma((FloatVector) scale.lanewise(LSHR, 8).and(0xFF).convert(I2F, 0), added);
        taken =
            ((FloatVector) minimum.lanewise(LSHR, 8).and(0xFF).convert(I2F, 0))
                .fma(FloatVector.broadcast(FLOATS, sums[group + 1]), taken);
        IntVector scaleSecond =
            IntVector.fromArray(INTS, groups, head + between + (1 + two / 2) * LANES)
                .lanewise(LSHR, two % 2 * 16);
        IntVector minimumSecond =
            IntVector.fromArray(INTS, groups, head + between + (3 + two / 2) * LANES)
                .lanewise(LSHR, two % 2 * 16);
        addedSecond =
            ((FloatVector)
                    lowSecond
                        .reinterpretAsInts()
                        .lanewise(LSHL, 16)
                        .lanewise(ASHR, 16)
                        .add(lowSecond.reinterpretAsInts().lanewise(ASHR, 16))
                        .convert(I2F, 0))
                .mul(scales[group])
                .fma((FloatVector) scaleSecond.and(0xFF).convert(I2F, 0), addedSecond);
        takenSecond =
            ((FloatVector) minimumSecond.and(0xFF).convert(I2F, 0))
                .fma(FloatVector.broadcast(FLOATS, sums[group]), takenSecond);
        addedSecond =
            ((FloatVector)
                    highSecond
                        .reinterpretAsInts()
                        .lanewise(LSHL, 16)
                        .lanewise(ASHR, 16)
                        .add(highSecond.reinterpretAsInts().lanewise(ASHR, 16))
                        .convert(I2F, 0))
                .mul(scales[group + 1])
                .fma(
                    (FloatVector) scaleSecond.lanewise(LSHR, 8).and(0xFF).convert(I2F, 0),
                    addedSecond);
        takenSecond =
            ((FloatVector) minimumSecond.lanewise(LSHR, 8).and(0xFF).convert(I2F, 0))
                .fma(FloatVector.broadcast(FLOATS, sums[group + 1]), takenSecond);
      }
      IntVector halves = IntVector.fromArray(INTS, groups, head);
      FloatVector all =
          halves
              .lanewise(LSHL, 16)
              .lanewise(ASHR, 3)
              .and(HALF)
              .reinterpretAsFloats()
              .mul(HALF_SCALE);
      FloatVector least = halves.lanewise(ASHR, 3).and(HALF).reinterpretAsFloats().mul(HALF_SCALE);
      sum = added.fma(all, sum).sub(taken.mul(least));
      IntVector halvesSecond = IntVector.fromArray(INTS, groups, head + between);
      FloatVector allSecond =
          halvesSecond
              .lanewise(LSHL, 16)
              .lanewise(ASHR, 3)
              .and(HALF)
              .reinterpretAsFloats()
              .mul(HALF_SCALE);
      FloatVector leastSecond =
          halvesSecond.lanewise(ASHR, 3).and(HALF).reinterpretAsFloats().mul(HALF_SCALE);
      sumSecond = addedSecond.fma(allSecond, sumSecond).sub(takenSecond.mul(leastSecond));
    }
    sum.intoArray(y, yFirst);
    sumSecond.intoArray(y, ySecond);
  }
}
