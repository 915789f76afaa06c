package rope4j.rotation.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The sixteen-bit formats by the Vector API, which has no half-precision lanes: values are widened
/// and narrowed by integer arithmetic on 32-bit lanes.
///
/// An interleaved pair is one 32-bit word, so that it comes apart by shifts and needs no shuffle;
/// its first channel is the lower half on a little-endian machine.
final class HalfWidthVectors {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(
          short.class, jdk.incubator.vector.VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));

  private HalfWidthVectors() {}

  static void halfBf16(
      MemorySegment x, long offset, int heads, long stride, AngleTable table, int row) {
    int pairs = table.pairs();
    int angle = row * pairs;
    long apart = pairs * 2L;
    int end = FLOATS.loopBound(pairs);
    for (int h = 0; h < heads; h++) {
      long head = offset + h * stride;
      int i = 0;
      for (; i < end; i += FLOATS.length()) {
        long first = head + 2L * i;
        FloatVector a = fromBf16(load(x, first));
        FloatVector b = fromBf16(load(x, first + apart));
        FloatVector c = FloatVector.fromArray(FLOATS, table.cos(), angle + i);
        FloatVector s = FloatVector.fromArray(FLOATS, table.sin(), angle + i);
        store(toBf16(a.mul(c).sub(b.mul(s))), x, first);
        store(toBf16(b.mul(c).add(a.mul(s))), x, first + apart);
      }
      ScalarRotationKernel.half(x, Format.BF16, head, table, row, i);
    }
  }

  static void interleavedBf16(
      MemorySegment x, long offset, int heads, long stride, AngleTable table, int row) {
    int pairs = table.pairs();
    int angle = row * pairs;
    int end = FLOATS.loopBound(pairs);
    for (int h = 0; h < heads; h++) {
      long head = offset + h * stride;
      int i = 0;
      for (; i < end; i += FLOATS.length()) {
        long at = head + 4L * i;
        IntVector both = IntVector.fromMemorySegment(INTS, x, at, ORDER);
        FloatVector a = fromBf16(both.and(0xffff));
        FloatVector b = fromBf16(both.lanewise(VectorOperators.LSHR, 16));
        FloatVector c = FloatVector.fromArray(FLOATS, table.cos(), angle + i);
        FloatVector s = FloatVector.fromArray(FLOATS, table.sin(), angle + i);
        IntVector first = toBf16(a.mul(c).sub(b.mul(s)));
        IntVector second = toBf16(b.mul(c).add(a.mul(s)));
        first.or(second.lanewise(VectorOperators.LSHL, 16)).intoMemorySegment(x, at, ORDER);
      }
      ScalarRotationKernel.interleaved(x, Format.BF16, head, table, row, i);
    }
  }

  static void halfF16(
      MemorySegment x, long offset, int heads, long stride, AngleTable table, int row) {
    int pairs = table.pairs();
    int angle = row * pairs;
    long apart = pairs * 2L;
    int end = FLOATS.loopBound(pairs);
    for (int h = 0; h < heads; h++) {
      long head = offset + h * stride;
      int i = 0;
      for (; i < end; i += FLOATS.length()) {
        long first = head + 2L * i;
        FloatVector a = fromF16(load(x, first));
        FloatVector b = fromF16(load(x, first + apart));
        FloatVector c = FloatVector.fromArray(FLOATS, table.cos(), angle + i);
        FloatVector s = FloatVector.fromArray(FLOATS, table.sin(), angle + i);
        store(toF16(a.mul(c).sub(b.mul(s))), x, first);
        store(toF16(b.mul(c).add(a.mul(s))), x, first + apart);
      }
      ScalarRotationKernel.half(x, Format.F16, head, table, row, i);
    }
  }

  static void interleavedF16(
      MemorySegment x, long offset, int heads, long stride, AngleTable table, int row) {
    int pairs = table.pairs();
    int angle = row * pairs;
    int end = FLOATS.loopBound(pairs);
    for (int h = 0; h < heads; h++) {
      long head = offset + h * stride;
      int i = 0;
      for (; i < end; i += FLOATS.length()) {
        long at = head + 4L * i;
        IntVector both = IntVector.fromMemorySegment(INTS, x, at, ORDER);
        FloatVector a = fromF16(both.and(0xffff));
        FloatVector b = fromF16(both.lanewise(VectorOperators.LSHR, 16));
        FloatVector c = FloatVector.fromArray(FLOATS, table.cos(), angle + i);
        FloatVector s = FloatVector.fromArray(FLOATS, table.sin(), angle + i);
        IntVector first = toF16(a.mul(c).sub(b.mul(s)));
        IntVector second = toF16(b.mul(c).add(a.mul(s)));
        first.or(second.lanewise(VectorOperators.LSHL, 16)).intoMemorySegment(x, at, ORDER);
      }
      ScalarRotationKernel.interleaved(x, Format.F16, head, table, row, i);
    }
  }

  /// Sixteen-bit values in the lower halves of 32-bit lanes.
  private static IntVector load(MemorySegment x, long at) {
    return (IntVector)
        ShortVector.fromMemorySegment(SHORTS, x, at, ORDER)
            .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
  }

  private static void store(IntVector lowerHalves, MemorySegment x, long at) {
    ((ShortVector) lowerHalves.convertShape(VectorOperators.I2S, SHORTS, 0))
        .intoMemorySegment(x, at, ORDER);
  }

  private static FloatVector fromBf16(IntVector bits) {
    return bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
  }

  /// Rounds to the nearest, ties to even; NaN stays NaN.
  private static IntVector toBf16(FloatVector values) {
    IntVector bits = values.reinterpretAsInts();
    IntVector upper = bits.lanewise(VectorOperators.LSHR, 16);
    IntVector rounded = bits.add(0x7fff).add(upper.and(1)).lanewise(VectorOperators.LSHR, 16);
    return rounded.blend(upper.or(0x40), values.test(VectorOperators.IS_NAN).cast(INTS));
  }

  /// Exponent and mantissa are read as a float32 that is too small by 2^112; the product puts
  /// normal and subnormal values right, and an all-ones exponent is filled up afterwards.
  private static FloatVector fromF16(IntVector bits) {
    IntVector magnitude = bits.and(0x7fff);
    IntVector sign = bits.and(0x8000).lanewise(VectorOperators.LSHL, 16);
    IntVector scaled =
        magnitude
            .lanewise(VectorOperators.LSHL, 13)
            .reinterpretAsFloats()
            .mul(0x1p112f)
            .reinterpretAsInts();
    VectorMask<Integer> special = magnitude.compare(VectorOperators.GE, 0x7c00);
    return scaled.lanewise(VectorOperators.OR, 0x7f800000, special).or(sign).reinterpretAsFloats();
  }

  /// Rounds to the nearest, ties to even. A result that is subnormal in binary16 is rounded by
  /// adding 0.5, whose last place is binary16's smallest step.
  private static IntVector toF16(FloatVector values) {
    IntVector bits = values.reinterpretAsInts();
    IntVector sign = bits.and(0x80000000);
    IntVector magnitude = bits.lanewise(VectorOperators.XOR, sign);
    IntVector odd = magnitude.lanewise(VectorOperators.LSHR, 13).and(1);
    IntVector normal =
        magnitude.add(((15 - 127) << 23) + 0xfff).add(odd).lanewise(VectorOperators.LSHR, 13);
    IntVector subnormal =
        magnitude.reinterpretAsFloats().add(0.5f).reinterpretAsInts().sub(0x3f000000);
    IntVector result =
        normal
            .blend(subnormal, magnitude.compare(VectorOperators.LT, (127 - 14) << 23))
            .blend(0x7c00, magnitude.compare(VectorOperators.GE, (127 + 16) << 23))
            .blend(0x7e00, magnitude.compare(VectorOperators.GT, 255 << 23));
    return result.or(sign.lanewise(VectorOperators.LSHR, 16));
  }
}
