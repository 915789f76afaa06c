package rope4j.rotation.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Plain Java.
record ScalarRotationKernel() implements RotationKernel {

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

  @Override
  public void half(float[] x, int offset, int heads, int stride, AngleTable table, int row) {
    int angle = row * table.pairs();
    for (int h = 0; h < heads; h++) {
      int head = offset + h * stride;
      for (int i = 0; i < table.pairs(); i++) {
        rotate(x, head + i, head + i + table.pairs(), table, angle + i);
      }
    }
  }

  @Override
  public void interleaved(float[] x, int offset, int heads, int stride, AngleTable table, int row) {
    int angle = row * table.pairs();
    for (int h = 0; h < heads; h++) {
      int head = offset + h * stride;
      for (int i = 0; i < table.pairs(); i++) {
        rotate(x, head + 2 * i, head + 2 * i + 1, table, angle + i);
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
    for (int h = 0; h < heads; h++) {
      half(x, format, offset + h * stride, table, row, 0);
    }
  }

  /// One head from pair `from` on: also what is left over by the wide kernels.
  static void half(MemorySegment x, Format format, long head, AngleTable table, int row, int from) {
    long apart = (long) table.pairs() * format.bytes();
    for (int i = from; i < table.pairs(); i++) {
      long first = head + (long) i * format.bytes();
      rotate(x, format, first, first + apart, table, row * table.pairs() + i);
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
    for (int h = 0; h < heads; h++) {
      interleaved(x, format, offset + h * stride, table, row, 0);
    }
  }

  /// One head from pair `from` on: also what is left over by the wide kernels.
  static void interleaved(
      MemorySegment x, Format format, long head, AngleTable table, int row, int from) {
    for (int i = from; i < table.pairs(); i++) {
      long first = head + 2L * i * format.bytes();
      rotate(x, format, first, first + format.bytes(), table, row * table.pairs() + i);
    }
  }

  static void rotate(float[] x, int first, int second, AngleTable table, int angle) {
    float c = table.cos()[angle];
    float s = table.sin()[angle];
    float a = x[first];
    float b = x[second];
    x[first] = a * c - b * s;
    x[second] = b * c + a * s;
  }

  private static void rotate(
      MemorySegment x, Format format, long first, long second, AngleTable table, int angle) {
    float c = table.cos()[angle];
    float s = table.sin()[angle];
    float a = get(x, format, first);
    float b = get(x, format, second);
    set(x, format, first, a * c - b * s);
    set(x, format, second, b * c + a * s);
  }

  static float get(MemorySegment x, Format format, long at) {
    return switch (format) {
      case F32 -> x.get(FLOAT, at);
      case F16 -> Float.float16ToFloat(x.get(SHORT, at));
      case BF16 -> Format.fromBfloat16(x.get(SHORT, at));
    };
  }

  static void set(MemorySegment x, Format format, long at, float value) {
    switch (format) {
      case F32 -> x.set(FLOAT, at, value);
      case F16 -> x.set(SHORT, at, Float.floatToFloat16(value));
      case BF16 -> x.set(SHORT, at, Format.toBfloat16(value));
    }
  }
}
