package rope4j.rotation.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The sixteen-bit formats by the Vector API, which has no half-precision lanes: channels are
/// widened to float32 by integer arithmetic, rotated there, and narrowed again.
///
/// Widening, rotating and narrowing are loops of their own over a buffer that stays in the
/// first-level cache. Put into one loop they exceed what the compiler is willing to inline, and
/// every vector that crosses a call is then allocated on the heap.
final class HalfWidthVectors {

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));
  private static final int INFINITY = 0x7f800000;

  /// Channels that are widened at once: 8 KiB of floats.
  private static final int BUFFER = 2048;

  private static final ThreadLocal<float[]> BUFFERS =
      ThreadLocal.withInitial(() -> new float[BUFFER]);

  private HalfWidthVectors() {}

  /// A buffer of this thread for at least so many channels.
  static float[] buffer(int channels) {
    float[] buffer = BUFFERS.get();
    if (buffer.length < channels) {
      buffer = new float[channels];
      BUFFERS.set(buffer);
    }
    return buffer;
  }

  /// How many heads of so many channels are widened at once.
  static int headsAtOnce(int channels) {
    return Math.max(1, BUFFER / channels);
  }

  static void widen(MemorySegment x, Format format, long from, float[] to, int at, int channels) {
    int end =
        switch (format) {
          case F16 -> widenF16(x, from, to, at, channels);
          case BF16 -> widenBf16(x, from, to, at, channels);
          case F32 -> 0;
        };
    for (int i = end; i < channels; i++) {
      to[at + i] = ScalarRotationKernel.get(x, format, from + (long) i * format.bytes());
    }
  }

  static void narrow(float[] from, int at, MemorySegment x, Format format, long to, int channels) {
    int end =
        switch (format) {
          case F16 -> narrowF16(from, at, x, to, channels);
          case BF16 -> narrowBf16(from, at, x, to, channels);
          case F32 -> 0;
        };
    for (int i = end; i < channels; i++) {
      ScalarRotationKernel.set(x, format, to + (long) i * format.bytes(), from[at + i]);
    }
  }

  private static int widenBf16(MemorySegment x, long from, float[] to, int at, int channels) {
    int end = FLOATS.loopBound(channels);
    for (int i = 0; i < end; i += FLOATS.length()) {
      IntVector bits =
          (IntVector)
              ShortVector.fromMemorySegment(SHORTS, x, from + 2L * i, ORDER)
                  .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
      bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(to, at + i);
    }
    return end;
  }

  /// Rounds to the nearest, ties to even; NaN stays NaN.
  private static int narrowBf16(float[] from, int at, MemorySegment x, long to, int channels) {
    int end = FLOATS.loopBound(channels);
    for (int i = 0; i < end; i += FLOATS.length()) {
      IntVector bits = FloatVector.fromArray(FLOATS, from, at + i).reinterpretAsInts();
      IntVector upper = bits.lanewise(VectorOperators.LSHR, 16);
      IntVector rounded = bits.add(0x7fff).add(upper.and(1)).lanewise(VectorOperators.LSHR, 16);
      IntVector result =
          rounded.blend(upper.or(0x40), bits.and(0x7fffffff).compare(VectorOperators.GT, INFINITY));
      ((ShortVector) result.convertShape(VectorOperators.I2S, SHORTS, 0))
          .intoMemorySegment(x, to + 2L * i, ORDER);
    }
    return end;
  }

  /// Sign, exponent and mantissa, moved to where float32 has them, are a value too small by 2^112:
  /// the product puts normal and subnormal values right. Infinity and NaN then stand at 65536 and
  /// above and get the exponent of their kind.
  private static int widenF16(MemorySegment x, long from, float[] to, int at, int channels) {
    int end = FLOATS.loopBound(channels);
    for (int i = 0; i < end; i += FLOATS.length()) {
      IntVector signExtended =
          (IntVector)
              ShortVector.fromMemorySegment(SHORTS, x, from + 2L * i, ORDER)
                  .convertShape(VectorOperators.S2I, INTS, 0);
      IntVector bits =
          signExtended
              .lanewise(VectorOperators.LSHL, 13)
              .and(0x8fffe000)
              .reinterpretAsFloats()
              .mul(0x1p112f)
              .reinterpretAsInts();
      bits.blend(
              bits.or(INFINITY), bits.and(INFINITY).compare(VectorOperators.GE, (127 + 16) << 23))
          .reinterpretAsFloats()
          .intoArray(to, at + i);
    }
    return end;
  }

  /// Rounds to the nearest, ties to even: a power of two is added that leaves exactly binary16's
  /// mantissa, or the fixed step of its subnormals, in the sum; what is too large for it has become
  /// infinite before.
  ///
  /// Source of the method: Maratyszcza/FP16, `fp16_ieee_from_fp32_value`.
  private static int narrowF16(float[] from, int at, MemorySegment x, long to, int channels) {
    int end = FLOATS.loopBound(channels);
    for (int i = 0; i < end; i += FLOATS.length()) {
      FloatVector values = FloatVector.fromArray(FLOATS, from, at + i);
      IntVector bits = values.reinterpretAsInts();
      IntVector exponent = bits.and(INFINITY).max((127 - 14) << 23);
      FloatVector base = values.abs().mul(0x1p112f).mul(0x1p-110f);
      IntVector sum = exponent.add(15 << 23).reinterpretAsFloats().add(base).reinterpretAsInts();
      IntVector magnitude = sum.lanewise(VectorOperators.LSHR, 13).and(0x7c00).add(sum.and(0xfff));
      IntVector result =
          magnitude
              .blend(0x7e00, bits.and(0x7fffffff).compare(VectorOperators.GT, INFINITY))
              .or(bits.lanewise(VectorOperators.LSHR, 16).and(0x8000));
      ((ShortVector) result.convertShape(VectorOperators.I2S, SHORTS, 0))
          .intoMemorySegment(x, to + 2L * i, ORDER);
    }
    return end;
  }
}
