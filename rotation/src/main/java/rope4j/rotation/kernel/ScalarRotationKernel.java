package rope4j.rotation.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Plain Java.
record ScalarRotationKernel() implements RotationKernel {

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

  @Override
  public void half(
      float[] x, int offset, int tokens, int heads, int stride, AngleTable table, int row) {
    int head = offset;
    for (int t = 0; t < tokens; t++) {
      int angle = (row + t) * table.pairs();
      for (int h = 0; h < heads; h++, head += stride) {
        for (int i = 0; i < table.pairs(); i++) {
          rotate(x, head + i, head + i + table.pairs(), table, angle + i);
        }
      }
    }
  }

  @Override
  public void interleaved(
      float[] x, int offset, int tokens, int heads, int stride, AngleTable table, int row) {
    int head = offset;
    for (int t = 0; t < tokens; t++) {
      int angle = (row + t) * table.pairs();
      for (int h = 0; h < heads; h++, head += stride) {
        for (int i = 0; i < table.pairs(); i++) {
          rotate(x, head + 2 * i, head + 2 * i + 1, table, angle + i);
        }
      }
    }
  }

  @Override
  public void half(
      MemorySegment x,
      Format format,
      long offset,
      int tokens,
      int heads,
      long stride,
      AngleTable table,
      int row) {
    for (int t = 0; t < tokens; t++) {
      half(x, format, offset + t * heads * stride, heads, stride, table, row + t, 0);
    }
  }

  /// The heads of one token from pair `from` on: also what is left over by the wide kernels.
  static void half(
      MemorySegment x,
      Format format,
      long offset,
      int heads,
      long stride,
      AngleTable table,
      int row,
      int from) {
    long apart = (long) table.pairs() * format.bytes();
    for (int i = from; i < table.pairs(); i++) {
      long first = offset + (long) i * format.bytes();
      for (int h = 0; h < heads; h++, first += stride) {
        rotate(x, format, first, first + apart, table, row * table.pairs() + i);
      }
    }
  }

  @Override
  public void interleaved(
      MemorySegment x,
      Format format,
      long offset,
      int tokens,
      int heads,
      long stride,
      AngleTable table,
      int row) {
    for (int t = 0; t < tokens; t++) {
      interleaved(x, format, offset + t * heads * stride, heads, stride, table, row + t, 0);
    }
  }

  /// The heads of one token from pair `from` on: also what is left over by the wide kernels.
  static void interleaved(
      MemorySegment x,
      Format format,
      long offset,
      int heads,
      long stride,
      AngleTable table,
      int row,
      int from) {
    for (int i = from; i < table.pairs(); i++) {
      long first = offset + 2L * i * format.bytes();
      for (int h = 0; h < heads; h++, first += stride) {
        rotate(x, format, first, first + format.bytes(), table, row * table.pairs() + i);
      }
    }
  }

  @Override
  public void walk(
      AngleState state,
      AngleTable table,
      int row,
      int rows,
      double cosMagnitude,
      double sinMagnitude) {
    walk(state, table, row, rows, cosMagnitude, sinMagnitude, 0);
  }

  /// From pair `from` on: also what is left over by the wide kernels.
  static void walk(
      AngleState state,
      AngleTable table,
      int row,
      int rows,
      double cosMagnitude,
      double sinMagnitude,
      int from) {
    for (int i = from; i < table.pairs(); i++) {
      double c = state.cos()[i];
      double s = state.sin()[i];
      for (int t = row; t < row + rows; t++) {
        table.cos()[t * table.pairs() + i] = (float) (c * cosMagnitude);
        table.sin()[t * table.pairs() + i] = (float) (s * sinMagnitude);
        double next = c * state.stepCos()[i] - s * state.stepSin()[i];
        s = s * state.stepCos()[i] + c * state.stepSin()[i];
        c = next;
      }
      state.cos()[i] = c;
      state.sin()[i] = s;
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
