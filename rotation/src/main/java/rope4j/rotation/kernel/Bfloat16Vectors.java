package rope4j.rotation.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// bfloat16 by the Vector API. Two neighbouring channels are one 32-bit word, the first in its
/// lower half (little-endian), and come apart by a shift and a mask, without a shuffle or a change
/// of shape: an interleaved pair *is* a word, and of half pairing's words the lower halves take the
/// angles of even-numbered pairs and the upper halves those of odd-numbered ones.
///
/// Rounding is to the nearest, ties to even: half a unit, and one more for an odd last place, is
/// added below the cut. A NaN that comes from bfloat16 has nothing below the cut that could carry
/// into its sign. The steps are written out and not shared by a method: a vector that crosses a
/// call which is not inlined is allocated on the heap, and these loops are as long as the compiler
/// inlines.
final class Bfloat16Vectors {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Float> FLOATS = Widths.floats();
  private static final VectorSpecies<Short> SHORTS = Widths.shorts();
  private static final int UPPER = 0xffff0000;
  private static final VectorOperators.Binary RIGHT = VectorOperators.LSHR;
  private static final VectorOperators.Binary LEFT = VectorOperators.LSHL;

  private Bfloat16Vectors() {}

  static void interleaved(
      MemorySegment x, long offset, int heads, long stride, AngleTable table, int row) {
    int angle = row * table.pairs();
    int end = FLOATS.loopBound(table.pairs());
    for (int h = 0; h < heads; h++) {
      long head = offset + h * stride;
      for (int i = 0; i < end; i += FLOATS.length()) {
        FloatVector c = FloatVector.fromArray(FLOATS, table.cos(), angle + i);
        FloatVector s = FloatVector.fromArray(FLOATS, table.sin(), angle + i);
        IntVector word =
            ShortVector.fromMemorySegment(SHORTS, x, head + 4L * i, ORDER).reinterpretAsInts();
        FloatVector a = word.lanewise(LEFT, 16).reinterpretAsFloats();
        FloatVector b = word.and(UPPER).reinterpretAsFloats();
        IntVector first = a.mul(c).sub(b.mul(s)).reinterpretAsInts();
        IntVector second = b.mul(c).add(a.mul(s)).reinterpretAsInts();
        first = first.add(first.lanewise(RIGHT, 16).and(1)).add(0x7fff).lanewise(RIGHT, 16);
        second = second.add(second.lanewise(RIGHT, 16).and(1)).add(0x7fff).and(UPPER);
        first.or(second).reinterpretAsShorts().intoMemorySegment(x, head + 4L * i, ORDER);
      }
      ScalarRotationKernel.interleaved(x, Format.BF16, head, table, row, end);
    }
  }

  static void half(
      MemorySegment x, long offset, int heads, long stride, AngleTable table, int row) {
    int end = FLOATS.loopBound(table.pairs() / 2);
    for (int h = 0; h < heads; h++) {
      long head = offset + h * stride;
      halfLower(x, head, table, row, end);
      halfUpper(x, head, table, row, end);
      ScalarRotationKernel.half(x, Format.BF16, head, table, row, 2 * end);
    }
  }

  /// The even-numbered pairs, in the lower halves of the words.
  private static void halfLower(MemorySegment x, long head, AngleTable table, int row, int end) {
    int angle = row * table.pairs();
    long apart = table.pairs() * 2L;
    for (int i = 0; i < end; i += FLOATS.length()) {
      long at = head + 4L * i;
      FloatVector c = FloatVector.fromArray(FLOATS, table.orderedCos(), angle + i);
      FloatVector s = FloatVector.fromArray(FLOATS, table.orderedSin(), angle + i);
      IntVector firsts = ShortVector.fromMemorySegment(SHORTS, x, at, ORDER).reinterpretAsInts();
      IntVector seconds =
          ShortVector.fromMemorySegment(SHORTS, x, at + apart, ORDER).reinterpretAsInts();
      FloatVector a = firsts.lanewise(LEFT, 16).reinterpretAsFloats();
      FloatVector b = seconds.lanewise(LEFT, 16).reinterpretAsFloats();
      IntVector first = a.mul(c).sub(b.mul(s)).reinterpretAsInts();
      IntVector second = b.mul(c).add(a.mul(s)).reinterpretAsInts();
      first = first.add(first.lanewise(RIGHT, 16).and(1)).add(0x7fff).lanewise(RIGHT, 16);
      second = second.add(second.lanewise(RIGHT, 16).and(1)).add(0x7fff).lanewise(RIGHT, 16);
      firsts.and(UPPER).or(first).reinterpretAsShorts().intoMemorySegment(x, at, ORDER);
      seconds.and(UPPER).or(second).reinterpretAsShorts().intoMemorySegment(x, at + apart, ORDER);
    }
  }

  /// The odd-numbered pairs, in the upper halves of the words.
  private static void halfUpper(MemorySegment x, long head, AngleTable table, int row, int end) {
    int angle = row * table.pairs() + table.oddsFrom();
    long apart = table.pairs() * 2L;
    for (int i = 0; i < end; i += FLOATS.length()) {
      long at = head + 4L * i;
      FloatVector c = FloatVector.fromArray(FLOATS, table.orderedCos(), angle + i);
      FloatVector s = FloatVector.fromArray(FLOATS, table.orderedSin(), angle + i);
      IntVector firsts = ShortVector.fromMemorySegment(SHORTS, x, at, ORDER).reinterpretAsInts();
      IntVector seconds =
          ShortVector.fromMemorySegment(SHORTS, x, at + apart, ORDER).reinterpretAsInts();
      FloatVector a = firsts.and(UPPER).reinterpretAsFloats();
      FloatVector b = seconds.and(UPPER).reinterpretAsFloats();
      IntVector first = a.mul(c).sub(b.mul(s)).reinterpretAsInts();
      IntVector second = b.mul(c).add(a.mul(s)).reinterpretAsInts();
      first = first.add(first.lanewise(RIGHT, 16).and(1)).add(0x7fff).and(UPPER);
      second = second.add(second.lanewise(RIGHT, 16).and(1)).add(0x7fff).and(UPPER);
      firsts.and(~UPPER).or(first).reinterpretAsShorts().intoMemorySegment(x, at, ORDER);
      seconds.and(~UPPER).or(second).reinterpretAsShorts().intoMemorySegment(x, at + apart, ORDER);
    }
  }
}
