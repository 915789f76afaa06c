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

/// Interleaved rows of Q6_K, whose weight is `scale * (q - 32)` in blocks of sixteen groups of 16,
/// where scales are signed bytes times the block's own.
///
/// A block of as many rows as a vector has lanes is a vector of the blocks' scales, and four parts,
/// each with four groups, 32 columns apart: their scales (a byte each), then four times two vectors
/// of lower halves and one of upper bits, four bytes a row as they were. 32 is taken off the sums
/// before products are added to them.
record VectorInterleavedQ6K() implements InterleavedProduct {

  private static final int BLOCK = 256;
  private static final int BYTES_OF_BLOCK = 210;
  private static final int UPPER = 128;
  private static final int SCALES = 192;
  private static final int SCALE = 208;
  private static final int PARTS = 4;

  /// Columns of a group.
  private static final int GROUP = 16;

  /// Integers of a part's row.
  private static final int WORDS = 1 + 3 * GROUP / 4;

  /// Integers of a block of all rows.
  private static final int ALL = (1 + PARTS * WORDS) * LANES;

  /// What keeps the upper two of six bits of each of two shorts.
  private static final int TOP = 0x00300030;

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
        int to = at + b * ALL + r;
        into[to] = Stored.halfBits(data, block + SCALE);
        for (int part = 0; part < PARTS; part++) {
          interleave(data, block, part, into, to + (1 + part * WORDS) * LANES);
        }
      }
    }
  }

  private static void interleave(MemorySegment data, long block, int part, int[] into, int to) {
    int half = part / 2;
    int column = part % 2 * GROUP;
    long scale = block + SCALES + half * 8 + part % 2;
    into[to] =
        Stored.unsigned(data, scale)
            | Stored.unsigned(data, scale + 2) << 8
            | Stored.unsigned(data, scale + 4) << 16
            | Stored.unsigned(data, scale + 6) << 24;
    long lower = block + half * 64 + column;
    long upper = block + UPPER + half * 32 + column;
    for (int word = 0; word < GROUP / 4; word++) {
      int at = to + (1 + 3 * word) * LANES;
      into[at] = Stored.bits(data, lower + 4 * word);
      into[at + LANES] = Stored.bits(data, lower + 32 + 4 * word);
      into[at + 2 * LANES] = Stored.bits(data, upper + 4 * word);
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
    row(groups, first, columns / BLOCK, x.pairs, x.thirtyTwos, x.scales, y, yFirst);
    if (second != first) {
      row(groups, second, columns / BLOCK, x.pairs, x.thirtyTwos, x.scales, y, ySecond);
    }
  }

  /// One group of rows: two at a time gain nothing.
  private static void row(
      int[] groups,
      int first,
      int blocks,
      int[] pairs,
      int[] thirtyTwos,
      float[] scales,
      float[] y,
      int yAt) {
    FloatVector sum = FloatVector.zero(FLOATS);
    int at = first;
    for (int block = 0; block < blocks; block++) {
      FloatVector all =
          IntVector.fromArray(INTS, groups, at)
              .lanewise(LSHL, 16)
              .lanewise(ASHR, 3)
              .and(HALF)
              .reinterpretAsFloats()
              .mul(HALF_SCALE);
      at += LANES;
      FloatVector added = FloatVector.zero(FLOATS);
      for (int part = 0; part < PARTS; part++, at += WORDS * LANES) {
        // Of the part's four groups, those of lower and upper halves, 64 columns apart.
        for (int two = 0; two < 2; two++) {
          int column = block * BLOCK + part / 2 * (BLOCK / 2) + part % 2 * GROUP + two * 32;
          ShortVector low =
              IntVector.broadcast(INTS, thirtyTwos[column / GROUP]).reinterpretAsShorts();
          ShortVector high =
              IntVector.broadcast(INTS, thirtyTwos[column / GROUP + 4]).reinterpretAsShorts();
          for (int word = 0; word < GROUP / 4; word++) {
            int k = (column + 4 * word) / 2;
            int from = at + (1 + 3 * word) * LANES;
            IntVector w = IntVector.fromArray(INTS, groups, from + two * LANES);
            IntVector top =
                IntVector.fromArray(INTS, groups, from + 2 * LANES).lanewise(LSHR, 2 * two);
            low =
                low.add(
                        w.and(NIBBLES)
                            .or(top.lanewise(LSHL, 4).and(TOP))
                            .reinterpretAsShorts()
                            .mul(IntVector.broadcast(INTS, pairs[k]).reinterpretAsShorts()))
                    .add(
                        w.lanewise(LSHR, 8)
                            .and(NIBBLES)
                            .or(top.lanewise(LSHR, 4).and(TOP))
                            .reinterpretAsShorts()
                            .mul(IntVector.broadcast(INTS, pairs[k + 1]).reinterpretAsShorts()));
            high =
                high.add(
                        w.lanewise(LSHR, 4)
                            .and(NIBBLES)
                            .or(top.and(TOP))
                            .reinterpretAsShorts()
                            .mul(IntVector.broadcast(INTS, pairs[k + 32]).reinterpretAsShorts()))
                    .add(
                        w.lanewise(LSHR, 12)
                            .and(NIBBLES)
                            .or(top.lanewise(LSHR, 8).and(TOP))
                            .reinterpretAsShorts()
                            .mul(IntVector.broadcast(INTS, pairs[k + 33]).reinterpretAsShorts()));
          }
          IntVector bytes = IntVector.fromArray(INTS, groups, at).lanewise(LSHL, 8 * (1 - two));
          added =
              ((FloatVector)
                      low.reinterpretAsInts()
                          .lanewise(LSHL, 16)
                          .lanewise(ASHR, 16)
                          .add(low.reinterpretAsInts().lanewise(ASHR, 16))
                          .convert(I2F, 0))
                  .mul(scales[column / 32])
                  .fma(
                      (FloatVector) bytes.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0),
                      added);
          added =
              ((FloatVector)
                      high.reinterpretAsInts()
                          .lanewise(LSHL, 16)
                          .lanewise(ASHR, 16)
                          .add(high.reinterpretAsInts().lanewise(ASHR, 16))
                          .convert(I2F, 0))
                  .mul(scales[column / 32 + 2])
                  .fma((FloatVector) bytes.lanewise(ASHR, 24).convert(I2F, 0), added);
        }
      }
      sum = added.fma(all, sum);
    }
    sum.intoArray(y, yAt);
  }
}
