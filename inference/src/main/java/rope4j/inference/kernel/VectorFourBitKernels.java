package rope4j.inference.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2S;
import static rope4j.inference.kernel.Kernels.TILE;
import static rope4j.inference.kernel.Stored.half;
import static rope4j.inference.kernel.Stored.minimum;
import static rope4j.inference.kernel.Stored.scale;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;
import rope4j.checkpoint.TensorType;

/// The Vector API, with tokens in the lanes of 16 bits.
///
/// A vector of shorts holds twice as many tokens as one of floats: those of the first float vector
/// in its even lanes, those of the second in its odd ones, so that two shifts take them apart.
record VectorFourBitKernels() implements FourBitKernels {

  private static final VectorSpecies<Float> FLOATS = VectorKernels.SPECIES;
  private static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
  private static final VectorSpecies<Short> SHORTS = FLOATS.withLanes(short.class);
  private static final int LANES = FLOATS.length();
  private static final int BOTH = SHORTS.length();
  private static final int GROUP = 8;

  // Half a stored block: 16 bytes to 16 shorts, whatever the machine's width.
  private static final VectorSpecies<Byte> STORED = ByteVector.SPECIES_64;
  private static final VectorSpecies<Short> UNPACKED = ShortVector.SPECIES_128;

  @Override
  public void unpack(
      TensorType type,
      MemorySegment data,
      long offset,
      int count,
      short[] into,
      int at,
      float[] scales,
      float[] offsets,
      int blockAt) {
    switch (type) {
      case Q4_0 -> {
        for (int i = 0; i < count / BLOCK; i++) {
          long block = offset + i * 18L;
          scales[blockAt + i] = half(data, block);
          offsets[blockAt + i] = 0;
          halves(data, block + 2, into, at + i * BLOCK, BLOCK / 2);
        }
      }
      case Q4_1 -> {
        for (int i = 0; i < count / BLOCK; i++) {
          long block = offset + i * 20L;
          float scale = half(data, block);
          scales[blockAt + i] = scale;
          offsets[blockAt + i] = half(data, block + 2) + 8 * scale;
          halves(data, block + 4, into, at + i * BLOCK, BLOCK / 2);
        }
      }
      case Q4_K -> {
        for (int i = 0; i < count / 256; i++) {
          long block = offset + i * 144L;
          float all = half(data, block);
          float minima = half(data, block + 2);
          for (int group = 0; group < 8; group++) {
            float scale = all * scale(data, block + 4, group);
            scales[blockAt + i * 8 + group] = scale;
            offsets[blockAt + i * 8 + group] = 8 * scale - minima * minimum(data, block + 4, group);
          }
          for (int pair = 0; pair < 4; pair++) {
            halves(data, block + 16 + pair * 32L, into, at + i * 256 + pair * 64, 32);
          }
        }
      }
      default -> throw new IllegalArgumentException(type + " has no weights of four bits");
    }
  }

  /// Unpacks bytes whose lower halves come before their upper ones.
  private static void halves(MemorySegment data, long from, short[] into, int at, int bytes) {
    for (int i = 0; i < bytes; i += UNPACKED.length()) {
      ShortVector pair =
          (ShortVector)
              ByteVector.fromMemorySegment(STORED, data, from + i, LITTLE_ENDIAN)
                  .convertShape(ZERO_EXTEND_B2S, UNPACKED, 0);
      pair.and((short) 15).sub((short) 8).intoArray(into, at + i);
      pair.lanewise(LSHR, 4).sub((short) 8).intoArray(into, at + bytes + i);
    }
  }

  @Override
  public void round(
      float[] x,
      int xOffset,
      int columns,
      short[] integers,
      int offset,
      float[] scales,
      float[] sums,
      int blockOffset) {
    for (int block = 0; block < columns; block += BLOCK) {
      int from = xOffset + block * TILE;
      int to = offset + block * TILE;
      int result = blockOffset + block / BLOCK * TILE;
      for (int t = 0; t < TILE; t += BOTH) {
        FloatVector most0 = FloatVector.zero(FLOATS);
        FloatVector most1 = most0;
        for (int i = from + t; i < from + t + BLOCK * TILE; i += TILE) {
          most0 = FloatVector.fromArray(FLOATS, x, i).abs().max(most0);
          most1 = FloatVector.fromArray(FLOATS, x, i + LANES).abs().max(most1);
        }
        FloatVector largest = FloatVector.broadcast(FLOATS, EightBits.LARGEST);
        FloatVector inverse0 = largest.div(most0).blend(0, most0.lt(EightBits.SMALLEST));
        FloatVector inverse1 = largest.div(most1).blend(0, most1.lt(EightBits.SMALLEST));
        IntVector sum0 = IntVector.zero(INTS);
        IntVector sum1 = sum0;
        for (int k = 0; k < BLOCK; k++) {
          int i = from + t + k * TILE;
          IntVector q0 =
              FloatVector.fromArray(FLOATS, x, i)
                  .mul(inverse0)
                  .add(EightBits.ROUND)
                  .reinterpretAsInts()
                  .sub(ROUND_BITS);
          IntVector q1 =
              FloatVector.fromArray(FLOATS, x, i + LANES)
                  .mul(inverse1)
                  .add(EightBits.ROUND)
                  .reinterpretAsInts()
                  .sub(ROUND_BITS);
          sum0 = sum0.add(q0);
          sum1 = sum1.add(q1);
          q0.and(0xFFFF)
              .or(q1.lanewise(LSHL, 16))
              .reinterpretAsShorts()
              .intoArray(integers, to + k * TILE + t);
        }
        FloatVector scale0 = most0.div(EightBits.LARGEST);
        FloatVector scale1 = most1.div(EightBits.LARGEST);
        scale0.intoArray(scales, result + t);
        scale1.intoArray(scales, result + t + LANES);
        ((FloatVector) sum0.convert(I2F, 0)).mul(scale0).intoArray(sums, result + t);
        ((FloatVector) sum1.convert(I2F, 0)).mul(scale1).intoArray(sums, result + t + LANES);
      }
    }
  }

  private static final int ROUND_BITS = Float.floatToRawIntBits(EightBits.ROUND);

  @Override
  public void multiply(
      short[] a,
      int aOffset,
      float[] aScales,
      float[] aOffsets,
      int aBlock,
      int aBlocks,
      boolean hasOffsets,
      short[] b,
      int bOffset,
      float[] bScales,
      float[] bSums,
      int bBlock,
      float[] c,
      int cOffset,
      int rows,
      int depth,
      boolean accumulate,
      short[] scratch) {
    if (!accumulate) {
      Arrays.fill(c, cOffset, cOffset + rows * TILE, 0);
    }
    for (int r = 0; r < rows; r += GROUP) {
      int group = Math.min(GROUP, rows - r);
      for (int block = 0; block < depth; block += BLOCK) {
        int scales = aBlock + r * aBlocks + block / BLOCK;
        int tokens = bBlock + block / BLOCK * TILE;
        for (int t = 0; t < TILE; t += BOTH) {
          int from = aOffset + r * ROW + block;
          int in = bOffset + block * TILE + t;
          if (group == GROUP) {
            eightRows(a, from, b, in, BLOCK, scratch);
          } else {
            for (int i = 0; i < group; i++) {
              oneRow(a, from + i * ROW, b, in, BLOCK, scratch, i * BOTH);
            }
          }
          int to = cOffset + r * TILE + t;
          int token = tokens + t;
          if (hasOffsets) {
            addShifted(
                scratch, group, aScales, aOffsets, scales, aBlocks, bScales, bSums, token, c, to);
          } else {
            addScaled(scratch, group, aScales, scales, aBlocks, bScales, token, c, to);
          }
        }
      }
    }
  }

  // The trip count is an argument: unrolled entirely, the loop would be too large to compile well.
  private static void eightRows(short[] a, int at, short[] b, int in, int depth, short[] sums) {
    ShortVector s0 = ShortVector.zero(SHORTS);
    ShortVector s1 = s0;
    ShortVector s2 = s0;
    ShortVector s3 = s0;
    ShortVector s4 = s0;
    ShortVector s5 = s0;
    ShortVector s6 = s0;
    ShortVector s7 = s0;
    for (int k = 0; k < depth; k++) {
      ShortVector x = ShortVector.fromArray(SHORTS, b, in + k * TILE);
      s0 = s0.add(x.mul(ShortVector.broadcast(SHORTS, a[at + k])));
      s1 = s1.add(x.mul(ShortVector.broadcast(SHORTS, a[at + ROW + k])));
      s2 = s2.add(x.mul(ShortVector.broadcast(SHORTS, a[at + 2 * ROW + k])));
      s3 = s3.add(x.mul(ShortVector.broadcast(SHORTS, a[at + 3 * ROW + k])));
      s4 = s4.add(x.mul(ShortVector.broadcast(SHORTS, a[at + 4 * ROW + k])));
      s5 = s5.add(x.mul(ShortVector.broadcast(SHORTS, a[at + 5 * ROW + k])));
      s6 = s6.add(x.mul(ShortVector.broadcast(SHORTS, a[at + 6 * ROW + k])));
      s7 = s7.add(x.mul(ShortVector.broadcast(SHORTS, a[at + 7 * ROW + k])));
    }
    s0.intoArray(sums, 0);
    s1.intoArray(sums, BOTH);
    s2.intoArray(sums, 2 * BOTH);
    s3.intoArray(sums, 3 * BOTH);
    s4.intoArray(sums, 4 * BOTH);
    s5.intoArray(sums, 5 * BOTH);
    s6.intoArray(sums, 6 * BOTH);
    s7.intoArray(sums, 7 * BOTH);
  }

  private static void oneRow(
      short[] a, int at, short[] b, int in, int depth, short[] sums, int to) {
    ShortVector sum = ShortVector.zero(SHORTS);
    for (int k = 0; k < depth; k++) {
      sum =
          sum.add(
              ShortVector.fromArray(SHORTS, b, in + k * TILE)
                  .mul(ShortVector.broadcast(SHORTS, a[at + k])));
    }
    sum.intoArray(sums, to);
  }

  private static void addScaled(
      short[] sums,
      int rows,
      float[] scales,
      int scale,
      int scaleRow,
      float[] tokenScales,
      int token,
      float[] c,
      int at) {
    FloatVector even = FloatVector.fromArray(FLOATS, tokenScales, token);
    FloatVector odd = FloatVector.fromArray(FLOATS, tokenScales, token + LANES);
    for (int r = 0; r < rows; r++) {
      int to = at + r * TILE;
      IntVector both = ShortVector.fromArray(SHORTS, sums, r * BOTH).reinterpretAsInts();
      FloatVector by = FloatVector.broadcast(FLOATS, scales[scale + r * scaleRow]);
      ((FloatVector) both.lanewise(LSHL, 16).lanewise(ASHR, 16).convert(I2F, 0))
          .mul(even)
          .fma(by, FloatVector.fromArray(FLOATS, c, to))
          .intoArray(c, to);
      ((FloatVector) both.lanewise(ASHR, 16).convert(I2F, 0))
          .mul(odd)
          .fma(by, FloatVector.fromArray(FLOATS, c, to + LANES))
          .intoArray(c, to + LANES);
    }
  }

  /// The same with offsets, which are multiplied with the sums of the activations.
  private static void addShifted(
      short[] sums,
      int rows,
      float[] scales,
      float[] offsets,
      int scale,
      int scaleRow,
      float[] tokenScales,
      float[] tokenSums,
      int token,
      float[] c,
      int at) {
    FloatVector even = FloatVector.fromArray(FLOATS, tokenScales, token);
    FloatVector odd = FloatVector.fromArray(FLOATS, tokenScales, token + LANES);
    FloatVector evenSum = FloatVector.fromArray(FLOATS, tokenSums, token);
    FloatVector oddSum = FloatVector.fromArray(FLOATS, tokenSums, token + LANES);
    for (int r = 0; r < rows; r++) {
      int to = at + r * TILE;
      IntVector both = ShortVector.fromArray(SHORTS, sums, r * BOTH).reinterpretAsInts();
      FloatVector by = FloatVector.broadcast(FLOATS, scales[scale + r * scaleRow]);
      FloatVector shift = FloatVector.broadcast(FLOATS, offsets[scale + r * scaleRow]);
      FloatVector before = evenSum.fma(shift, FloatVector.fromArray(FLOATS, c, to));
      ((FloatVector) both.lanewise(LSHL, 16).lanewise(ASHR, 16).convert(I2F, 0))
          .mul(even)
          .fma(by, before)
          .intoArray(c, to);
      FloatVector beforeOdd = oddSum.fma(shift, FloatVector.fromArray(FLOATS, c, to + LANES));
      ((FloatVector) both.lanewise(ASHR, 16).convert(I2F, 0))
          .mul(odd)
          .fma(by, beforeOdd)
          .intoArray(c, to + LANES);
    }
  }
}
