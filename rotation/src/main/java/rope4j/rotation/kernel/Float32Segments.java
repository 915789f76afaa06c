package rope4j.rotation.kernel;

import static rope4j.rotation.kernel.Float32Arrays.MANY_REGISTERS;
import static rope4j.rotation.kernel.Float32Arrays.SIGNS;
import static rope4j.rotation.kernel.Float32Arrays.WIDE_HIGH;
import static rope4j.rotation.kernel.Float32Arrays.WIDE_LOW;
import static rope4j.rotation.kernel.Float32Arrays.WIDE_SWAP;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// [Float32Arrays] for memory segments; what is left over is done in plain Java.
final class Float32Segments {

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final VectorSpecies<Float> WIDE = Widths.floats();
  private static final int LANES = WIDE.length();
  private static final long BYTES = WIDE.vectorByteSize();

  private Float32Segments() {}

  static void half(
      MemorySegment x, long offset, int heads, long stride, AngleTable table, int row) {
    int pairs = table.pairs();
    int angle = row * pairs;
    float[] cos = table.cos();
    float[] sin = table.sin();
    int i = 0;
    for (; i + 4 * LANES <= pairs; i += 4 * LANES) {
      halfFour(x, offset + 4L * i, heads, stride, pairs, cos, sin, angle + i);
    }
    for (; i + LANES <= pairs; i += LANES) {
      halfOne(x, offset + 4L * i, heads, stride, pairs, cos, sin, angle + i);
    }
    ScalarRotationKernel.half(x, Format.F32, offset, heads, stride, table, row, i);
  }

  private static void halfFour(
      MemorySegment x,
      long offset,
      int heads,
      long stride,
      int pairs,
      float[] cos,
      float[] sin,
      int angle) {
    FloatVector c0 = FloatVector.fromArray(WIDE, cos, angle);
    FloatVector c1 = FloatVector.fromArray(WIDE, cos, angle + LANES);
    FloatVector c2 = FloatVector.fromArray(WIDE, cos, angle + 2 * LANES);
    FloatVector c3 = FloatVector.fromArray(WIDE, cos, angle + 3 * LANES);
    FloatVector s0 = FloatVector.fromArray(WIDE, sin, angle);
    FloatVector s1 = FloatVector.fromArray(WIDE, sin, angle + LANES);
    FloatVector s2 = FloatVector.fromArray(WIDE, sin, angle + 2 * LANES);
    FloatVector s3 = FloatVector.fromArray(WIDE, sin, angle + 3 * LANES);
    long a = offset;
    long b = offset + 4L * pairs;
    for (int h = 0; h < heads; h++, a += stride, b += stride) {
      FloatVector a0 = FloatVector.fromMemorySegment(WIDE, x, a, ORDER);
      FloatVector a1 = FloatVector.fromMemorySegment(WIDE, x, a + BYTES, ORDER);
      FloatVector a2 = FloatVector.fromMemorySegment(WIDE, x, a + 2 * BYTES, ORDER);
      FloatVector a3 = FloatVector.fromMemorySegment(WIDE, x, a + 3 * BYTES, ORDER);
      FloatVector b0 = FloatVector.fromMemorySegment(WIDE, x, b, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(WIDE, x, b + BYTES, ORDER);
      FloatVector b2 = FloatVector.fromMemorySegment(WIDE, x, b + 2 * BYTES, ORDER);
      FloatVector b3 = FloatVector.fromMemorySegment(WIDE, x, b + 3 * BYTES, ORDER);
      a0.mul(c0).sub(b0.mul(s0)).intoMemorySegment(x, a, ORDER);
      a1.mul(c1).sub(b1.mul(s1)).intoMemorySegment(x, a + BYTES, ORDER);
      a2.mul(c2).sub(b2.mul(s2)).intoMemorySegment(x, a + 2 * BYTES, ORDER);
      a3.mul(c3).sub(b3.mul(s3)).intoMemorySegment(x, a + 3 * BYTES, ORDER);
      b0.mul(c0).add(a0.mul(s0)).intoMemorySegment(x, b, ORDER);
      b1.mul(c1).add(a1.mul(s1)).intoMemorySegment(x, b + BYTES, ORDER);
      b2.mul(c2).add(a2.mul(s2)).intoMemorySegment(x, b + 2 * BYTES, ORDER);
      b3.mul(c3).add(a3.mul(s3)).intoMemorySegment(x, b + 3 * BYTES, ORDER);
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
    FloatVector c0 = FloatVector.fromArray(WIDE, cos, angle);
    FloatVector s0 = FloatVector.fromArray(WIDE, sin, angle);
    long a = offset;
    long b = offset + 4L * pairs;
    for (int h = 0; h < heads; h++, a += stride, b += stride) {
      FloatVector a0 = FloatVector.fromMemorySegment(WIDE, x, a, ORDER);
      FloatVector b0 = FloatVector.fromMemorySegment(WIDE, x, b, ORDER);
      a0.mul(c0).sub(b0.mul(s0)).intoMemorySegment(x, a, ORDER);
      b0.mul(c0).add(a0.mul(s0)).intoMemorySegment(x, b, ORDER);
    }
  }

  static void interleaved(
      MemorySegment x, long offset, int heads, long stride, AngleTable table, int row) {
    int pairs = table.pairs();
    int angle = row * pairs;
    float[] cos = table.cos();
    float[] sin = table.sin();
    int i = 0;
    for (; MANY_REGISTERS && i + 4 * LANES <= pairs; i += 4 * LANES) {
      interleavedEight(x, offset + 8L * i, heads, stride, cos, sin, angle + i);
    }
    for (; i + 2 * LANES <= pairs; i += 2 * LANES) {
      interleavedFour(x, offset + 8L * i, heads, stride, cos, sin, angle + i);
    }
    for (; i + LANES <= pairs; i += LANES) {
      interleavedTwo(x, offset + 8L * i, heads, stride, cos, sin, angle + i);
    }
    ScalarRotationKernel.interleaved(x, Format.F32, offset, heads, stride, table, row, i);
  }

  private static void interleavedEight(
      MemorySegment x, long offset, int heads, long stride, float[] cos, float[] sin, int angle) {
    FloatVector c1 = FloatVector.fromArray(WIDE, cos, angle);
    FloatVector c3 = FloatVector.fromArray(WIDE, cos, angle + LANES);
    FloatVector c5 = FloatVector.fromArray(WIDE, cos, angle + 2 * LANES);
    FloatVector c7 = FloatVector.fromArray(WIDE, cos, angle + 3 * LANES);
    FloatVector s1 = FloatVector.fromArray(WIDE, sin, angle);
    FloatVector s3 = FloatVector.fromArray(WIDE, sin, angle + LANES);
    FloatVector s5 = FloatVector.fromArray(WIDE, sin, angle + 2 * LANES);
    FloatVector s7 = FloatVector.fromArray(WIDE, sin, angle + 3 * LANES);
    FloatVector signs = FloatVector.fromArray(WIDE, SIGNS, 0);
    FloatVector c0 = c1.rearrange(WIDE_LOW);
    FloatVector s0 = s1.rearrange(WIDE_LOW).mul(signs);
    c1 = c1.rearrange(WIDE_HIGH);
    s1 = s1.rearrange(WIDE_HIGH).mul(signs);
    FloatVector c2 = c3.rearrange(WIDE_LOW);
    FloatVector s2 = s3.rearrange(WIDE_LOW).mul(signs);
    c3 = c3.rearrange(WIDE_HIGH);
    s3 = s3.rearrange(WIDE_HIGH).mul(signs);
    FloatVector c4 = c5.rearrange(WIDE_LOW);
    FloatVector s4 = s5.rearrange(WIDE_LOW).mul(signs);
    c5 = c5.rearrange(WIDE_HIGH);
    s5 = s5.rearrange(WIDE_HIGH).mul(signs);
    FloatVector c6 = c7.rearrange(WIDE_LOW);
    FloatVector s6 = s7.rearrange(WIDE_LOW).mul(signs);
    c7 = c7.rearrange(WIDE_HIGH);
    s7 = s7.rearrange(WIDE_HIGH).mul(signs);
    long at = offset;
    for (int h = 0; h < heads; h++, at += stride) {
      FloatVector v0 = FloatVector.fromMemorySegment(WIDE, x, at, ORDER);
      v0.mul(c0).add(v0.rearrange(WIDE_SWAP).mul(s0)).intoMemorySegment(x, at, ORDER);
      FloatVector v1 = FloatVector.fromMemorySegment(WIDE, x, at + BYTES, ORDER);
      v1.mul(c1).add(v1.rearrange(WIDE_SWAP).mul(s1)).intoMemorySegment(x, at + BYTES, ORDER);
      FloatVector v2 = FloatVector.fromMemorySegment(WIDE, x, at + 2 * BYTES, ORDER);
      v2.mul(c2).add(v2.rearrange(WIDE_SWAP).mul(s2)).intoMemorySegment(x, at + 2 * BYTES, ORDER);
      FloatVector v3 = FloatVector.fromMemorySegment(WIDE, x, at + 3 * BYTES, ORDER);
      v3.mul(c3).add(v3.rearrange(WIDE_SWAP).mul(s3)).intoMemorySegment(x, at + 3 * BYTES, ORDER);
      FloatVector v4 = FloatVector.fromMemorySegment(WIDE, x, at + 4 * BYTES, ORDER);
      v4.mul(c4).add(v4.rearrange(WIDE_SWAP).mul(s4)).intoMemorySegment(x, at + 4 * BYTES, ORDER);
      FloatVector v5 = FloatVector.fromMemorySegment(WIDE, x, at + 5 * BYTES, ORDER);
      v5.mul(c5).add(v5.rearrange(WIDE_SWAP).mul(s5)).intoMemorySegment(x, at + 5 * BYTES, ORDER);
      FloatVector v6 = FloatVector.fromMemorySegment(WIDE, x, at + 6 * BYTES, ORDER);
      v6.mul(c6).add(v6.rearrange(WIDE_SWAP).mul(s6)).intoMemorySegment(x, at + 6 * BYTES, ORDER);
      FloatVector v7 = FloatVector.fromMemorySegment(WIDE, x, at + 7 * BYTES, ORDER);
      v7.mul(c7).add(v7.rearrange(WIDE_SWAP).mul(s7)).intoMemorySegment(x, at + 7 * BYTES, ORDER);
    }
  }

  private static void interleavedFour(
      MemorySegment x, long offset, int heads, long stride, float[] cos, float[] sin, int angle) {
    FloatVector c1 = FloatVector.fromArray(WIDE, cos, angle);
    FloatVector c3 = FloatVector.fromArray(WIDE, cos, angle + LANES);
    FloatVector s1 = FloatVector.fromArray(WIDE, sin, angle);
    FloatVector s3 = FloatVector.fromArray(WIDE, sin, angle + LANES);
    FloatVector signs = FloatVector.fromArray(WIDE, SIGNS, 0);
    FloatVector c0 = c1.rearrange(WIDE_LOW);
    FloatVector s0 = s1.rearrange(WIDE_LOW).mul(signs);
    c1 = c1.rearrange(WIDE_HIGH);
    s1 = s1.rearrange(WIDE_HIGH).mul(signs);
    FloatVector c2 = c3.rearrange(WIDE_LOW);
    FloatVector s2 = s3.rearrange(WIDE_LOW).mul(signs);
    c3 = c3.rearrange(WIDE_HIGH);
    s3 = s3.rearrange(WIDE_HIGH).mul(signs);
    long at = offset;
    for (int h = 0; h < heads; h++, at += stride) {
      FloatVector v0 = FloatVector.fromMemorySegment(WIDE, x, at, ORDER);
      v0.mul(c0).add(v0.rearrange(WIDE_SWAP).mul(s0)).intoMemorySegment(x, at, ORDER);
      FloatVector v1 = FloatVector.fromMemorySegment(WIDE, x, at + BYTES, ORDER);
      v1.mul(c1).add(v1.rearrange(WIDE_SWAP).mul(s1)).intoMemorySegment(x, at + BYTES, ORDER);
      FloatVector v2 = FloatVector.fromMemorySegment(WIDE, x, at + 2 * BYTES, ORDER);
      v2.mul(c2).add(v2.rearrange(WIDE_SWAP).mul(s2)).intoMemorySegment(x, at + 2 * BYTES, ORDER);
      FloatVector v3 = FloatVector.fromMemorySegment(WIDE, x, at + 3 * BYTES, ORDER);
      v3.mul(c3).add(v3.rearrange(WIDE_SWAP).mul(s3)).intoMemorySegment(x, at + 3 * BYTES, ORDER);
    }
  }

  private static void interleavedTwo(
      MemorySegment x, long offset, int heads, long stride, float[] cos, float[] sin, int angle) {
    FloatVector c1 = FloatVector.fromArray(WIDE, cos, angle);
    FloatVector s1 = FloatVector.fromArray(WIDE, sin, angle);
    FloatVector signs = FloatVector.fromArray(WIDE, SIGNS, 0);
    FloatVector c0 = c1.rearrange(WIDE_LOW);
    FloatVector s0 = s1.rearrange(WIDE_LOW).mul(signs);
    c1 = c1.rearrange(WIDE_HIGH);
    s1 = s1.rearrange(WIDE_HIGH).mul(signs);
    long at = offset;
    for (int h = 0; h < heads; h++, at += stride) {
      FloatVector v0 = FloatVector.fromMemorySegment(WIDE, x, at, ORDER);
      v0.mul(c0).add(v0.rearrange(WIDE_SWAP).mul(s0)).intoMemorySegment(x, at, ORDER);
      FloatVector v1 = FloatVector.fromMemorySegment(WIDE, x, at + BYTES, ORDER);
      v1.mul(c1).add(v1.rearrange(WIDE_SWAP).mul(s1)).intoMemorySegment(x, at + BYTES, ORDER);
    }
  }
}
