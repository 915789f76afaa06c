package rope4j.rotation.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// The Vector API: the widest species while it fits, then 128 bits, then plain Java for what is
/// left. bfloat16 is in [Bfloat16Vectors]; binary16, for which there are no lanes, is widened into
/// a [Float16Buffer].
record VectorRotationKernel() implements RotationKernel {

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final VectorSpecies<Float> WIDE = Widths.floats();
  private static final VectorSpecies<Float> NARROW = FloatVector.SPECIES_128;
  private static final int LANES = WIDE.length();

  private static final VectorShuffle<Float> WIDE_SWAP =
      VectorShuffle.fromOp(WIDE, lane -> lane ^ 1);
  private static final VectorShuffle<Float> NARROW_SWAP =
      VectorShuffle.fromOp(NARROW, lane -> lane ^ 1);

  // The angles of a token are the same for all of its heads: four vectors of them are kept in
  // registers while the heads go by, so that only the heads themselves are loaded and stored. No
  // vector is passed to a method: one that is not inlined would have it boxed.

  @Override
  public void half(float[] x, int offset, int heads, int stride, AngleTable table, int row) {
    int pairs = table.pairs();
    int angle = row * pairs;
    float[] cos = table.cos();
    float[] sin = table.sin();
    int i = 0;
    for (; i + 4 * LANES <= pairs; i += 4 * LANES) {
      halfFour(x, offset + i, heads, stride, pairs, cos, sin, angle + i);
    }
    for (; i + LANES <= pairs; i += LANES) {
      halfOne(x, offset + i, heads, stride, pairs, cos, sin, angle + i);
    }
    for (; i + NARROW.length() <= pairs; i += NARROW.length()) {
      halfNarrow(x, offset + i, heads, stride, pairs, cos, sin, angle + i);
    }
    for (; i < pairs; i++) {
      for (int h = 0, at = offset + i; h < heads; h++, at += stride) {
        ScalarRotationKernel.rotate(x, at, at + pairs, table, angle + i);
      }
    }
  }

  private static void halfFour(
      float[] x,
      int offset,
      int heads,
      int stride,
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
    for (int h = 0, at = offset; h < heads; h++, at += stride) {
      FloatVector a0 = FloatVector.fromArray(WIDE, x, at);
      FloatVector b0 = FloatVector.fromArray(WIDE, x, at + pairs);
      a0.mul(c0).sub(b0.mul(s0)).intoArray(x, at);
      b0.mul(c0).add(a0.mul(s0)).intoArray(x, at + pairs);
      FloatVector a1 = FloatVector.fromArray(WIDE, x, at + LANES);
      FloatVector b1 = FloatVector.fromArray(WIDE, x, at + pairs + LANES);
      a1.mul(c1).sub(b1.mul(s1)).intoArray(x, at + LANES);
      b1.mul(c1).add(a1.mul(s1)).intoArray(x, at + pairs + LANES);
      FloatVector a2 = FloatVector.fromArray(WIDE, x, at + 2 * LANES);
      FloatVector b2 = FloatVector.fromArray(WIDE, x, at + pairs + 2 * LANES);
      a2.mul(c2).sub(b2.mul(s2)).intoArray(x, at + 2 * LANES);
      b2.mul(c2).add(a2.mul(s2)).intoArray(x, at + pairs + 2 * LANES);
      FloatVector a3 = FloatVector.fromArray(WIDE, x, at + 3 * LANES);
      FloatVector b3 = FloatVector.fromArray(WIDE, x, at + pairs + 3 * LANES);
      a3.mul(c3).sub(b3.mul(s3)).intoArray(x, at + 3 * LANES);
      b3.mul(c3).add(a3.mul(s3)).intoArray(x, at + pairs + 3 * LANES);
    }
  }

  private static void halfOne(
      float[] x,
      int offset,
      int heads,
      int stride,
      int pairs,
      float[] cos,
      float[] sin,
      int angle) {
    FloatVector c0 = FloatVector.fromArray(WIDE, cos, angle);
    FloatVector s0 = FloatVector.fromArray(WIDE, sin, angle);
    for (int h = 0, at = offset; h < heads; h++, at += stride) {
      FloatVector a0 = FloatVector.fromArray(WIDE, x, at);
      FloatVector b0 = FloatVector.fromArray(WIDE, x, at + pairs);
      a0.mul(c0).sub(b0.mul(s0)).intoArray(x, at);
      b0.mul(c0).add(a0.mul(s0)).intoArray(x, at + pairs);
    }
  }

  private static void halfNarrow(
      float[] x,
      int offset,
      int heads,
      int stride,
      int pairs,
      float[] cos,
      float[] sin,
      int angle) {
    FloatVector c0 = FloatVector.fromArray(NARROW, cos, angle);
    FloatVector s0 = FloatVector.fromArray(NARROW, sin, angle);
    for (int h = 0, at = offset; h < heads; h++, at += stride) {
      FloatVector a0 = FloatVector.fromArray(NARROW, x, at);
      FloatVector b0 = FloatVector.fromArray(NARROW, x, at + pairs);
      a0.mul(c0).sub(b0.mul(s0)).intoArray(x, at);
      b0.mul(c0).add(a0.mul(s0)).intoArray(x, at + pairs);
    }
  }

  @Override
  public void interleaved(float[] x, int offset, int heads, int stride, AngleTable table, int row) {
    int channels = 2 * table.pairs();
    int angle = row * channels;
    float[] cos = table.orderedCos();
    float[] sin = table.orderedSin();
    int i = 0;
    for (; i + 4 * LANES <= channels; i += 4 * LANES) {
      interleavedFour(x, offset + i, heads, stride, cos, sin, angle + i);
    }
    for (; i + LANES <= channels; i += LANES) {
      interleavedOne(x, offset + i, heads, stride, cos, sin, angle + i);
    }
    for (; i + NARROW.length() <= channels; i += NARROW.length()) {
      interleavedNarrow(x, offset + i, heads, stride, cos, sin, angle + i);
    }
    for (; i < channels; i += 2) {
      for (int h = 0, at = offset + i; h < heads; h++, at += stride) {
        ScalarRotationKernel.rotate(x, at, at + 1, table, (angle + i) / 2);
      }
    }
  }

  private static void interleavedFour(
      float[] x, int offset, int heads, int stride, float[] cos, float[] sin, int angle) {
    FloatVector c0 = FloatVector.fromArray(WIDE, cos, angle);
    FloatVector c1 = FloatVector.fromArray(WIDE, cos, angle + LANES);
    FloatVector c2 = FloatVector.fromArray(WIDE, cos, angle + 2 * LANES);
    FloatVector c3 = FloatVector.fromArray(WIDE, cos, angle + 3 * LANES);
    FloatVector s0 = FloatVector.fromArray(WIDE, sin, angle);
    FloatVector s1 = FloatVector.fromArray(WIDE, sin, angle + LANES);
    FloatVector s2 = FloatVector.fromArray(WIDE, sin, angle + 2 * LANES);
    FloatVector s3 = FloatVector.fromArray(WIDE, sin, angle + 3 * LANES);
    for (int h = 0, at = offset; h < heads; h++, at += stride) {
      FloatVector v0 = FloatVector.fromArray(WIDE, x, at);
      v0.mul(c0).add(v0.rearrange(WIDE_SWAP).mul(s0)).intoArray(x, at);
      FloatVector v1 = FloatVector.fromArray(WIDE, x, at + LANES);
      v1.mul(c1).add(v1.rearrange(WIDE_SWAP).mul(s1)).intoArray(x, at + LANES);
      FloatVector v2 = FloatVector.fromArray(WIDE, x, at + 2 * LANES);
      v2.mul(c2).add(v2.rearrange(WIDE_SWAP).mul(s2)).intoArray(x, at + 2 * LANES);
      FloatVector v3 = FloatVector.fromArray(WIDE, x, at + 3 * LANES);
      v3.mul(c3).add(v3.rearrange(WIDE_SWAP).mul(s3)).intoArray(x, at + 3 * LANES);
    }
  }

  private static void interleavedOne(
      float[] x, int offset, int heads, int stride, float[] cos, float[] sin, int angle) {
    FloatVector c0 = FloatVector.fromArray(WIDE, cos, angle);
    FloatVector s0 = FloatVector.fromArray(WIDE, sin, angle);
    for (int h = 0, at = offset; h < heads; h++, at += stride) {
      FloatVector v0 = FloatVector.fromArray(WIDE, x, at);
      v0.mul(c0).add(v0.rearrange(WIDE_SWAP).mul(s0)).intoArray(x, at);
    }
  }

  private static void interleavedNarrow(
      float[] x, int offset, int heads, int stride, float[] cos, float[] sin, int angle) {
    FloatVector c0 = FloatVector.fromArray(NARROW, cos, angle);
    FloatVector s0 = FloatVector.fromArray(NARROW, sin, angle);
    for (int h = 0, at = offset; h < heads; h++, at += stride) {
      FloatVector v0 = FloatVector.fromArray(NARROW, x, at);
      v0.mul(c0).add(v0.rearrange(NARROW_SWAP).mul(s0)).intoArray(x, at);
    }
  }

  @Override
  public void half(
      MemorySegment x,
      Format format,
      long offset,
      int heads,
      long stride,
      AngleTable table,
      int row) {
    switch (format) {
      case F32 -> halfFloats(x, offset, heads, stride, table, row);
      case F16 -> widened(x, offset, heads, stride, table, row, false);
      case BF16 -> Bfloat16Vectors.half(x, offset, heads, stride, table, row);
    }
  }

  @Override
  public void interleaved(
      MemorySegment x,
      Format format,
      long offset,
      int heads,
      long stride,
      AngleTable table,
      int row) {
    switch (format) {
      case F32 -> interleavedFloats(x, offset, heads, stride, table, row);
      case F16 -> widened(x, offset, heads, stride, table, row, true);
      case BF16 -> Bfloat16Vectors.interleaved(x, offset, heads, stride, table, row);
    }
  }

  private void widened(
      MemorySegment x,
      long offset,
      int heads,
      long stride,
      AngleTable table,
      int row,
      boolean interleaved) {
    int channels = 2 * table.pairs();
    Float16Buffer buffer = Float16Buffer.ofThisThread(channels);
    for (int first = 0; first < heads; first += buffer.heads(channels)) {
      int count = Math.min(buffer.heads(channels), heads - first);
      long from = offset + first * stride;
      buffer.widen(x, from, stride, count, channels);
      if (interleaved) {
        interleaved(buffer.floats(), 0, count, channels, table, row);
      } else {
        half(buffer.floats(), 0, count, channels, table, row);
      }
      buffer.narrow(x, from, stride, count, channels);
    }
  }

  private static void halfFloats(
      MemorySegment x, long offset, int heads, long stride, AngleTable table, int row) {
    int pairs = table.pairs();
    int angle = row * pairs;
    long apart = pairs * 4L;
    int end = WIDE.loopBound(pairs);
    for (int h = 0; h < heads; h++) {
      long head = offset + h * stride;
      int i = 0;
      for (; i < end; i += WIDE.length()) {
        long first = head + 4L * i;
        FloatVector a = FloatVector.fromMemorySegment(WIDE, x, first, ORDER);
        FloatVector b = FloatVector.fromMemorySegment(WIDE, x, first + apart, ORDER);
        FloatVector c = FloatVector.fromArray(WIDE, table.cos(), angle + i);
        FloatVector s = FloatVector.fromArray(WIDE, table.sin(), angle + i);
        a.mul(c).sub(b.mul(s)).intoMemorySegment(x, first, ORDER);
        b.mul(c).add(a.mul(s)).intoMemorySegment(x, first + apart, ORDER);
      }
      ScalarRotationKernel.half(x, Format.F32, head, table, row, i);
    }
  }

  private static void interleavedFloats(
      MemorySegment x, long offset, int heads, long stride, AngleTable table, int row) {
    int channels = 2 * table.pairs();
    int angle = row * channels;
    int end = WIDE.loopBound(channels);
    for (int h = 0; h < heads; h++) {
      long head = offset + h * stride;
      int i = 0;
      for (; i < end; i += WIDE.length()) {
        long at = head + 4L * i;
        FloatVector v = FloatVector.fromMemorySegment(WIDE, x, at, ORDER);
        FloatVector c = FloatVector.fromArray(WIDE, table.orderedCos(), angle + i);
        FloatVector s = FloatVector.fromArray(WIDE, table.orderedSin(), angle + i);
        v.mul(c).add(v.rearrange(WIDE_SWAP).mul(s)).intoMemorySegment(x, at, ORDER);
      }
      ScalarRotationKernel.interleaved(x, Format.F32, head, table, row, i / 2);
    }
  }
}
