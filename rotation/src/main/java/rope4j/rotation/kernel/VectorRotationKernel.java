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

  private static final VectorShuffle<Float> WIDE_SWAP =
      VectorShuffle.fromOp(WIDE, lane -> lane ^ 1);
  private static final VectorShuffle<Float> NARROW_SWAP =
      VectorShuffle.fromOp(NARROW, lane -> lane ^ 1);

  @Override
  public void half(float[] x, int offset, int heads, int stride, AngleTable table, int row) {
    int pairs = table.pairs();
    int angle = row * pairs;
    float[] cos = table.cos();
    float[] sin = table.sin();
    int wideEnd = WIDE.loopBound(pairs);
    int narrowEnd = wideEnd + NARROW.loopBound(pairs - wideEnd);
    for (int h = 0; h < heads; h++) {
      int first = offset + h * stride;
      int second = first + pairs;
      int i = 0;
      for (; i < wideEnd; i += WIDE.length()) {
        FloatVector a = FloatVector.fromArray(WIDE, x, first + i);
        FloatVector b = FloatVector.fromArray(WIDE, x, second + i);
        FloatVector c = FloatVector.fromArray(WIDE, cos, angle + i);
        FloatVector s = FloatVector.fromArray(WIDE, sin, angle + i);
        a.mul(c).sub(b.mul(s)).intoArray(x, first + i);
        b.mul(c).add(a.mul(s)).intoArray(x, second + i);
      }
      for (; i < narrowEnd; i += NARROW.length()) {
        FloatVector a = FloatVector.fromArray(NARROW, x, first + i);
        FloatVector b = FloatVector.fromArray(NARROW, x, second + i);
        FloatVector c = FloatVector.fromArray(NARROW, cos, angle + i);
        FloatVector s = FloatVector.fromArray(NARROW, sin, angle + i);
        a.mul(c).sub(b.mul(s)).intoArray(x, first + i);
        b.mul(c).add(a.mul(s)).intoArray(x, second + i);
      }
      for (; i < pairs; i++) {
        ScalarRotationKernel.rotate(x, first + i, second + i, table, angle + i);
      }
    }
  }

  @Override
  public void interleaved(float[] x, int offset, int heads, int stride, AngleTable table, int row) {
    int channels = 2 * table.pairs();
    int angle = row * channels;
    float[] cos = table.orderedCos();
    float[] sin = table.orderedSin();
    int wideEnd = WIDE.loopBound(channels);
    int narrowEnd = wideEnd + NARROW.loopBound(channels - wideEnd);
    for (int h = 0; h < heads; h++) {
      int head = offset + h * stride;
      int i = 0;
      for (; i < wideEnd; i += WIDE.length()) {
        FloatVector v = FloatVector.fromArray(WIDE, x, head + i);
        FloatVector c = FloatVector.fromArray(WIDE, cos, angle + i);
        FloatVector s = FloatVector.fromArray(WIDE, sin, angle + i);
        v.mul(c).add(v.rearrange(WIDE_SWAP).mul(s)).intoArray(x, head + i);
      }
      for (; i < narrowEnd; i += NARROW.length()) {
        FloatVector v = FloatVector.fromArray(NARROW, x, head + i);
        FloatVector c = FloatVector.fromArray(NARROW, cos, angle + i);
        FloatVector s = FloatVector.fromArray(NARROW, sin, angle + i);
        v.mul(c).add(v.rearrange(NARROW_SWAP).mul(s)).intoArray(x, head + i);
      }
      for (; i < channels; i += 2) {
        ScalarRotationKernel.rotate(x, head + i, head + i + 1, table, (angle + i) / 2);
      }
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
