package rope4j.rotation.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The Vector API. The loops over heads are in [Float32Arrays], [Float32Segments],
/// [Bfloat16Segments] and [Float16Segments]; here is in which order they go over a batch.
///
/// A token whose angles do not fit into the registers is gone through once for each part of them.
/// That is done a few heads at a time, so that memory is still read in order.
record VectorRotationKernel() implements RotationKernel {

  private static final VectorSpecies<Float> WIDE = Widths.floats();
  private static final VectorSpecies<Double> DOUBLES =
      VectorSpecies.of(double.class, WIDE.vectorShape());
  private static final VectorSpecies<Float> ROUNDED =
      VectorSpecies.of(float.class, VectorShape.forBitSize(WIDE.vectorBitSize() / 2));
  private static final VectorOperators.Conversion<Double, Float> ROUND = VectorOperators.D2F;

  /// Channels of the heads that are gone through together, where there is more than one pass.
  private static final int TOGETHER = 1024;

  /// How many heads to go through at a time.
  ///
  /// @param stride channels from one head to the next
  /// @param atOnce pairs that one pass turns
  private static int together(int heads, long stride, int pairs, int atOnce) {
    return pairs <= atOnce
        ? Math.max(1, heads)
        : (int) Math.clamp(TOGETHER / stride, 1, Math.max(1, heads));
  }

  @Override
  public void half(
      float[] x, int offset, int tokens, int heads, int stride, AngleTable table, int row) {
    int together = together(heads, stride, table.pairs(), Float32Arrays.halfAtOnce());
    int at = offset;
    for (int t = row; t < row + tokens; t++) {
      for (int h = 0; h < heads; h += together) {
        int count = Math.min(together, heads - h);
        Float32Arrays.half(x, at, count, stride, table, t);
        at += count * stride;
      }
    }
  }

  @Override
  public void interleaved(
      float[] x, int offset, int tokens, int heads, int stride, AngleTable table, int row) {
    int together = together(heads, stride, table.pairs(), Float32Arrays.interleavedAtOnce());
    int at = offset;
    for (int t = row; t < row + tokens; t++) {
      for (int h = 0; h < heads; h += together) {
        int count = Math.min(together, heads - h);
        Float32Arrays.interleaved(x, at, count, stride, table, t);
        at += count * stride;
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
    int together = together(heads, stride, format, table.pairs(), Float32Arrays.halfAtOnce());
    long at = offset;
    for (int t = row; t < row + tokens; t++) {
      for (int h = 0; h < heads; h += together) {
        int count = Math.min(together, heads - h);
        switch (format) {
          case F32 -> Float32Segments.half(x, at, count, stride, table, t);
          case F16 -> Float16Segments.half(x, at, count, stride, table, t);
          case BF16 -> Bfloat16Segments.half(x, at, count, stride, table, t);
        }
        at += count * stride;
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
    int atOnce = Float32Arrays.interleavedAtOnce();
    int together = together(heads, stride, format, table.pairs(), atOnce);
    long at = offset;
    for (int t = row; t < row + tokens; t++) {
      for (int h = 0; h < heads; h += together) {
        int count = Math.min(together, heads - h);
        switch (format) {
          case F32 -> Float32Segments.interleaved(x, at, count, stride, table, t);
          case F16 -> Float16Segments.interleaved(x, at, count, stride, table, t);
          case BF16 -> Bfloat16Segments.interleaved(x, at, count, stride, table, t);
        }
        at += count * stride;
      }
    }
  }

  private static int together(int heads, long stride, Format format, int pairs, int atOnce) {
    return switch (format) {
      case F32 -> together(heads, stride / Float.BYTES, pairs, atOnce);
      case F16 -> Float16Segments.heads(2 * pairs);
      case BF16 -> together(heads, stride / Short.BYTES, pairs, Bfloat16Segments.atOnce());
    };
  }

  /// Two vectors of pairs at a time, whose state stays in registers from row to row.
  @Override
  public void walk(
      AngleState state,
      AngleTable table,
      int row,
      int rows,
      double cosMagnitude,
      double sinMagnitude) {
    int i = 0;
    for (; i + 2 * DOUBLES.length() <= table.pairs(); i += 2 * DOUBLES.length()) {
      walkTwo(state, table, row, rows, cosMagnitude, sinMagnitude, i);
    }
    ScalarRotationKernel.walk(state, table, row, rows, cosMagnitude, sinMagnitude, i);
  }

  private static void walkTwo(
      AngleState state,
      AngleTable table,
      int row,
      int rows,
      double cosMagnitude,
      double sinMagnitude,
      int pair) {
    int upper = pair + DOUBLES.length();
    int pairs = table.pairs();
    float[] cos = table.cos();
    float[] sin = table.sin();
    DoubleVector stepCos0 = DoubleVector.fromArray(DOUBLES, state.stepCos(), pair);
    DoubleVector stepCos1 = DoubleVector.fromArray(DOUBLES, state.stepCos(), upper);
    DoubleVector stepSin0 = DoubleVector.fromArray(DOUBLES, state.stepSin(), pair);
    DoubleVector stepSin1 = DoubleVector.fromArray(DOUBLES, state.stepSin(), upper);
    DoubleVector c0 = DoubleVector.fromArray(DOUBLES, state.cos(), pair);
    DoubleVector c1 = DoubleVector.fromArray(DOUBLES, state.cos(), upper);
    DoubleVector s0 = DoubleVector.fromArray(DOUBLES, state.sin(), pair);
    DoubleVector s1 = DoubleVector.fromArray(DOUBLES, state.sin(), upper);
    for (int t = 0, at = row * pairs + pair; t < rows; t++, at += pairs) {
      int next = at + DOUBLES.length();
      c0.mul(cosMagnitude).convertShape(ROUND, ROUNDED, 0).reinterpretAsFloats().intoArray(cos, at);
      s0.mul(sinMagnitude).convertShape(ROUND, ROUNDED, 0).reinterpretAsFloats().intoArray(sin, at);
      c1.mul(cosMagnitude)
          .convertShape(ROUND, ROUNDED, 0)
          .reinterpretAsFloats()
          .intoArray(cos, next);
      s1.mul(sinMagnitude)
          .convertShape(ROUND, ROUNDED, 0)
          .reinterpretAsFloats()
          .intoArray(sin, next);
      DoubleVector turned0 = c0.mul(stepCos0).sub(s0.mul(stepSin0));
      DoubleVector turned1 = c1.mul(stepCos1).sub(s1.mul(stepSin1));
      s0 = s0.mul(stepCos0).add(c0.mul(stepSin0));
      s1 = s1.mul(stepCos1).add(c1.mul(stepSin1));
      c0 = turned0;
      c1 = turned1;
    }
    c0.intoArray(state.cos(), pair);
    c1.intoArray(state.cos(), upper);
    s0.intoArray(state.sin(), pair);
    s1.intoArray(state.sin(), upper);
  }
}
