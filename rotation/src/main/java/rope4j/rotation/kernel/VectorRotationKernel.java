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
  // registers while the heads go by, so that only the heads themselves are loaded and stored.

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
      FloatVector c = FloatVector.fromArray(WIDE, cos, angle + i);
      FloatVector s = FloatVector.fromArray(WIDE, sin, angle + i);
      for (int h = 0, at = offset + i; h < heads; h++, at += stride) {
        halfOne(x, at, pairs, c, s);
      }
    }
    for (; i + NARROW.length() <= pairs; i += NARROW.length()) {
      FloatVector c = FloatVector.fromArray(NARROW, cos, angle + i);
      FloatVector s = FloatVector.fromArray(NARROW, sin, angle + i);
      for (int h = 0, at = offset + i; h < heads; h++, at += stride) {
        FloatVector a = FloatVector.fromArray(NARROW, x, at);
        FloatVector b = FloatVector.fromArray(NARROW, x, at + pairs);
        a.mul(c).sub(b.mul(s)).intoArray(x, at);
        b.mul(c).add(a.mul(s)).intoArray(x, at + pairs);
      }
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
      halfOne(x, at, pairs, c0, s0);
      halfOne(x, at + LANES, pairs, c1, s1);
      halfOne(x, at + 2 * LANES, pairs, c2, s2);
      halfOne(x, at + 3 * LANES, pairs, c3, s3);
    }
  }

  private static void halfOne(float[] x, int at, int pairs, FloatVector c, FloatVector s) {
    FloatVector a = FloatVector.fromArray(WIDE, x, at);
    FloatVector b = FloatVector.fromArray(WIDE, x, at + pairs);
    a.mul(c).sub(b.mul(s)).intoArray(x, at);
    b.mul(c).add(a.mul(s)).intoArray(x, at + pairs);
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
      FloatVector c = FloatVector.fromArray(WIDE, cos, angle + i);
      FloatVector s = FloatVector.fromArray(WIDE, sin, angle + i);
      for (int h = 0, at = offset + i; h < heads; h++, at += stride) {
        interleavedOne(x, at, c, s);
      }
    }
    for (; i + NARROW.length() <= channels; i += NARROW.length()) {
      FloatVector c = FloatVector.fromArray(NARROW, cos, angle + i);
      FloatVector s = FloatVector.fromArray(NARROW, sin, angle + i);
      for (int h = 0, at = offset + i; h < heads; h++, at += stride) {
        FloatVector v = FloatVector.fromArray(NARROW, x, at);
        v.mul(c).add(v.rearrange(NARROW_SWAP).mul(s)).intoArray(x, at);
      }
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
      interleavedOne(x, at, c0, s0);
      interleavedOne(x, at + LANES, c1, s1);
      interleavedOne(x, at + 2 * LANES, c2, s2);
      interleavedOne(x, at + 3 * LANES, c3, s3);
    }
  }

  private static void interleavedOne(float[] x, int at, FloatVector c, FloatVector s) {
    FloatVector v = FloatVector.fromArray(WIDE, x, at);
    v.mul(c).add(v.rearrange(WIDE_SWAP).mul(s)).intoArray(x, at);
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
