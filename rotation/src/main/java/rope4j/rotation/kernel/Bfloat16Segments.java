package rope4j.rotation.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// [Float32Segments] for bfloat16. An interleaved pair is one 32-bit word, the first channel in its
/// lower half (little-endian), and comes apart by a shift and a mask, without a shuffle or a change
/// of shape; for half pairing the channels are widened to words.
///
/// Rounding is to the nearest, ties to even: half a unit, and one more for an odd last place, is
/// added below the cut. A NaN that comes from bfloat16 has nothing below the cut that could carry
/// into its sign. The steps are written out and not shared by a method: a vector that crosses a
/// call which is not inlined is allocated on the heap, and these loops are as long as the compiler
/// inlines.
final class Bfloat16Segments {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Float> FLOATS = Widths.floats();
  private static final VectorSpecies<Short> SHORTS = Widths.shorts();
  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, FLOATS.vectorShape());
  private static final VectorSpecies<Short> HALVES =
      VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));
  private static final int LANES = FLOATS.length();
  private static final long BYTES = HALVES.vectorByteSize();
  private static final int UPPER = 0xffff0000;
  private static final int HALF_UNIT = 0x7fff;
  private static final VectorOperators.Binary RIGHT = VectorOperators.LSHR;
  private static final VectorOperators.Binary LEFT = VectorOperators.LSHL;
  private static final VectorOperators.Conversion<Short, Integer> WIDEN =
      VectorOperators.ZERO_EXTEND_S2I;
  private static final VectorOperators.Conversion<Integer, Short> NARROWED = VectorOperators.I2S;

  private Bfloat16Segments() {}

  /// Pairs that one pass over the heads turns.
  static int atOnce() {
    return 2 * LANES;
  }

  static void half(
      MemorySegment x, long offset, int heads, long stride, AngleTable table, int row) {
    int pairs = table.pairs();
    int angle = row * pairs;
    float[] cos = table.cos();
    float[] sin = table.sin();
    int i = 0;
    for (; i + 2 * LANES <= pairs; i += 2 * LANES) {
      halfTwo(x, offset + 2L * i, heads, stride, pairs, cos, sin, angle + i);
    }
    for (; i + LANES <= pairs; i += LANES) {
      halfOne(x, offset + 2L * i, heads, stride, pairs, cos, sin, angle + i);
    }
    ScalarRotationKernel.half(x, Format.BF16, offset, heads, stride, table, row, i);
  }

  private static void halfTwo(
      MemorySegment x,
      long offset,
      int heads,
      long stride,
      int pairs,
      float[] cos,
      float[] sin,
      int angle) {
    FloatVector c0 = FloatVector.fromArray(FLOATS, cos, angle);
    FloatVector c1 = FloatVector.fromArray(FLOATS, cos, angle + LANES);
    FloatVector s0 = FloatVector.fromArray(FLOATS, sin, angle);
    FloatVector s1 = FloatVector.fromArray(FLOATS, sin, angle + LANES);
    long a = offset;
    long b = offset + 2L * pairs;
    for (int h = 0; h < heads; h++, a += stride, b += stride) {
      FloatVector a0 =
          ShortVector.fromMemorySegment(HALVES, x, a, ORDER)
              .convertShape(WIDEN, INTS, 0)
              .reinterpretAsInts()
              .lanewise(LEFT, 16)
              .reinterpretAsFloats();
      FloatVector b0 =
          ShortVector.fromMemorySegment(HALVES, x, b, ORDER)
              .convertShape(WIDEN, INTS, 0)
              .reinterpretAsInts()
              .lanewise(LEFT, 16)
              .reinterpretAsFloats();
      IntVector p0 = a0.mul(c0).sub(b0.mul(s0)).reinterpretAsInts();
      IntVector q0 = b0.mul(c0).add(a0.mul(s0)).reinterpretAsInts();
      p0.add(p0.lanewise(RIGHT, 16).and(1))
          .add(HALF_UNIT)
          .lanewise(RIGHT, 16)
          .convertShape(NARROWED, HALVES, 0)
          .reinterpretAsShorts()
          .intoMemorySegment(x, a, ORDER);
      q0.add(q0.lanewise(RIGHT, 16).and(1))
          .add(HALF_UNIT)
          .lanewise(RIGHT, 16)
          .convertShape(NARROWED, HALVES, 0)
          .reinterpretAsShorts()
          .intoMemorySegment(x, b, ORDER);
      FloatVector a1 =
          ShortVector.fromMemorySegment(HALVES, x, a + BYTES, ORDER)
              .convertShape(WIDEN, INTS, 0)
              .reinterpretAsInts()
              .lanewise(LEFT, 16)
              .reinterpretAsFloats();
      FloatVector b1 =
          ShortVector.fromMemorySegment(HALVES, x, b + BYTES, ORDER)
              .convertShape(WIDEN, INTS, 0)
              .reinterpretAsInts()
              .lanewise(LEFT, 16)
              .reinterpretAsFloats();
      IntVector p1 = a1.mul(c1).sub(b1.mul(s1)).reinterpretAsInts();
      IntVector q1 = b1.mul(c1).add(a1.mul(s1)).reinterpretAsInts();
      p1.add(p1.lanewise(RIGHT, 16).and(1))
          .add(HALF_UNIT)
          .lanewise(RIGHT, 16)
          .convertShape(NARROWED, HALVES, 0)
          .reinterpretAsShorts()
          .intoMemorySegment(x, a + BYTES, ORDER);
      q1.add(q1.lanewise(RIGHT, 16).and(1))
          .add(HALF_UNIT)
          .lanewise(RIGHT, 16)
          .convertShape(NARROWED, HALVES, 0)
          .reinterpretAsShorts()
          .intoMemorySegment(x, b + BYTES, ORDER);
    }
  }

  private static void halfOne(
      MemorySegment x,
      long offset,
      int heads,
      long stride,
      int pairs,
      float[] cos,
      float[] sin,
      int angle) {
    FloatVector c0 = FloatVector.fromArray(FLOATS, cos, angle);
    FloatVector s0 = FloatVector.fromArray(FLOATS, sin, angle);
    long a = offset;
    long b = offset + 2L * pairs;
    for (int h = 0; h < heads; h++, a += stride, b += stride) {
      FloatVector a0 =
          ShortVector.fromMemorySegment(HALVES, x, a, ORDER)
              .convertShape(WIDEN, INTS, 0)
              .reinterpretAsInts()
              .lanewise(LEFT, 16)
              .reinterpretAsFloats();
      FloatVector b0 =
          ShortVector.fromMemorySegment(HALVES, x, b, ORDER)
              .convertShape(WIDEN, INTS, 0)
              .reinterpretAsInts()
              .lanewise(LEFT, 16)
              .reinterpretAsFloats();
      IntVector p0 = a0.mul(c0).sub(b0.mul(s0)).reinterpretAsInts();
      IntVector q0 = b0.mul(c0).add(a0.mul(s0)).reinterpretAsInts();
      p0.add(p0.lanewise(RIGHT, 16).and(1))
          .add(HALF_UNIT)
          .lanewise(RIGHT, 16)
          .convertShape(NARROWED, HALVES, 0)
          .reinterpretAsShorts()
          .intoMemorySegment(x, a, ORDER);
      q0.add(q0.lanewise(RIGHT, 16).and(1))
          .add(HALF_UNIT)
          .lanewise(RIGHT, 16)
          .convertShape(NARROWED, HALVES, 0)
          .reinterpretAsShorts()
          .intoMemorySegment(x, b, ORDER);
    }
  }

  static void interleaved(
      MemorySegment x, long offset, int heads, long stride, AngleTable table, int row) {
    int pairs = table.pairs();
    int angle = row * pairs;
    float[] cos = table.cos();
    float[] sin = table.sin();
    int i = 0;
    for (; i + 2 * LANES <= pairs; i += 2 * LANES) {
      interleavedTwo(x, offset + 4L * i, heads, stride, cos, sin, angle + i);
    }
    for (; i + LANES <= pairs; i += LANES) {
      interleavedOne(x, offset + 4L * i, heads, stride, cos, sin, angle + i);
    }
    ScalarRotationKernel.interleaved(x, Format.BF16, offset, heads, stride, table, row, i);
  }

  private static void interleavedTwo(
      MemorySegment x, long offset, int heads, long stride, float[] cos, float[] sin, int angle) {
    FloatVector c0 = FloatVector.fromArray(FLOATS, cos, angle);
    FloatVector c1 = FloatVector.fromArray(FLOATS, cos, angle + LANES);
    FloatVector s0 = FloatVector.fromArray(FLOATS, sin, angle);
    FloatVector s1 = FloatVector.fromArray(FLOATS, sin, angle + LANES);
    long at = offset;
    for (int h = 0; h < heads; h++, at += stride) {
      IntVector word0 = ShortVector.fromMemorySegment(SHORTS, x, at, ORDER).reinterpretAsInts();
      FloatVector a0 = word0.lanewise(LEFT, 16).reinterpretAsFloats();
      FloatVector b0 = word0.and(UPPER).reinterpretAsFloats();
      IntVector p0 = a0.mul(c0).sub(b0.mul(s0)).reinterpretAsInts();
      IntVector q0 = b0.mul(c0).add(a0.mul(s0)).reinterpretAsInts();
      p0 = p0.add(p0.lanewise(RIGHT, 16).and(1)).add(HALF_UNIT).lanewise(RIGHT, 16);
      q0 = q0.add(q0.lanewise(RIGHT, 16).and(1)).add(HALF_UNIT).and(UPPER);
      p0.or(q0).reinterpretAsShorts().intoMemorySegment(x, at, ORDER);
      IntVector word1 =
          ShortVector.fromMemorySegment(SHORTS, x, at + 2 * BYTES, ORDER).reinterpretAsInts();
      FloatVector a1 = word1.lanewise(LEFT, 16).reinterpretAsFloats();
      FloatVector b1 = word1.and(UPPER).reinterpretAsFloats();
      IntVector p1 = a1.mul(c1).sub(b1.mul(s1)).reinterpretAsInts();
      IntVector q1 = b1.mul(c1).add(a1.mul(s1)).reinterpretAsInts();
      p1 = p1.add(p1.lanewise(RIGHT, 16).and(1)).add(HALF_UNIT).lanewise(RIGHT, 16);
      q1 = q1.add(q1.lanewise(RIGHT, 16).and(1)).add(HALF_UNIT).and(UPPER);
      p1.or(q1).reinterpretAsShorts().intoMemorySegment(x, at + 2 * BYTES, ORDER);
    }
  }

  private static void interleavedOne(
      MemorySegment x, long offset, int heads, long stride, float[] cos, float[] sin, int angle) {
    FloatVector c0 = FloatVector.fromArray(FLOATS, cos, angle);
    FloatVector s0 = FloatVector.fromArray(FLOATS, sin, angle);
    long at = offset;
    for (int h = 0; h < heads; h++, at += stride) {
      IntVector word0 = ShortVector.fromMemorySegment(SHORTS, x, at, ORDER).reinterpretAsInts();
      FloatVector a0 = word0.lanewise(LEFT, 16).reinterpretAsFloats();
      FloatVector b0 = word0.and(UPPER).reinterpretAsFloats();
      IntVector p0 = a0.mul(c0).sub(b0.mul(s0)).reinterpretAsInts();
      IntVector q0 = b0.mul(c0).add(a0.mul(s0)).reinterpretAsInts();
      p0 = p0.add(p0.lanewise(RIGHT, 16).and(1)).add(HALF_UNIT).lanewise(RIGHT, 16);
      q0 = q0.add(q0.lanewise(RIGHT, 16).and(1)).add(HALF_UNIT).and(UPPER);
      p0.or(q0).reinterpretAsShorts().intoMemorySegment(x, at, ORDER);
    }
  }
}
