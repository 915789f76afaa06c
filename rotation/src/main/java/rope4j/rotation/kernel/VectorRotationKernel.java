package rope4j.rotation.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// The Vector API: the widest species while it fits, then 128 bits, then plain Java for what is
/// left. Memory segments are in [Float32Segments], [Bfloat16Vectors] and [Float16Buffer].
///
/// The angles of a token are the same for all of its heads: several vectors of them are kept in
/// registers while the heads go by, so that only the heads themselves are loaded and stored, in the
/// order in which they lie. A token whose angles do not fit into the registers is gone through once
/// for each part of them, a few heads at a time.
///
/// No vector is passed to a method: one that is not inlined would have it boxed.
record VectorRotationKernel() implements RotationKernel {

  private static final VectorSpecies<Float> WIDE = Widths.floats();
  private static final VectorSpecies<Float> NARROW = FloatVector.SPECIES_128;
  private static final VectorSpecies<Double> DOUBLES =
      VectorSpecies.of(double.class, WIDE.vectorShape());
  private static final VectorSpecies<Float> ROUNDED =
      VectorSpecies.of(float.class, VectorShape.forBitSize(WIDE.vectorBitSize() / 2));
  private static final VectorOperators.Conversion<Double, Float> ROUND = VectorOperators.D2F;
  private static final int LANES = WIDE.length();
  private static final int FOUR = NARROW.length();

  /// Whether sixteen vectors of angles leave registers for the rest: AVX-512 has 32.
  static final boolean MANY_REGISTERS = WIDE.vectorBitSize() == 512;

  /// Channels of the heads that are gone through together, where there is more than one pass.
  private static final int TOGETHER = 1024;

  static final VectorShuffle<Float> WIDE_SWAP = VectorShuffle.fromOp(WIDE, lane -> lane ^ 1);
  private static final VectorShuffle<Float> NARROW_SWAP =
      VectorShuffle.fromOp(NARROW, lane -> lane ^ 1);

  // A pair's angle for both of its channels: from the lower and the upper half of a vector.
  static final VectorShuffle<Float> WIDE_LOW = VectorShuffle.fromOp(WIDE, lane -> lane / 2);
  static final VectorShuffle<Float> WIDE_HIGH =
      VectorShuffle.fromOp(WIDE, lane -> (lane + LANES) / 2);

  private static final VectorShuffle<Float> NARROW_LOW =
      VectorShuffle.fromOp(NARROW, lane -> lane / 2);
  private static final VectorShuffle<Float> NARROW_HIGH =
      VectorShuffle.fromOp(NARROW, lane -> (lane + FOUR) / 2);

  /// The first channel of a pair takes the sine away, the second adds it.
  static final float[] SIGNS = signs();

  private static float[] signs() {
    float[] signs = new float[Math.max(LANES, FOUR)];
    for (int lane = 0; lane < signs.length; lane++) {
      signs[lane] = lane % 2 == 0 ? -1 : 1;
    }
    return signs;
  }

  /// How many heads to go through at a time.
  ///
  /// @param fits whether one pass does a whole head
  static int together(int heads, long strideChannels, boolean fits) {
    return fits ? heads : (int) Math.clamp(TOGETHER / strideChannels, 1, Math.max(1, heads));
  }

  @Override
  public void half(
      float[] x, int offset, int tokens, int heads, int stride, AngleTable table, int row) {
    int together = together(heads, stride, table.pairs() <= 4 * LANES);
    int at = offset;
    for (int t = 0; t < tokens; t++) {
      for (int h = 0; h < heads; h += together) {
        int count = Math.min(together, heads - h);
        half(x, at, count, stride, table, row + t);
        at += count * stride;
      }
    }
  }

  private static void half(
      float[] x, int offset, int heads, int stride, AngleTable table, int row) {
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
    for (; i + FOUR <= pairs; i += FOUR) {
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
    for (int h = 0, a = offset, b = offset + pairs; h < heads; h++, a += stride, b += stride) {
      FloatVector a0 = FloatVector.fromArray(WIDE, x, a);
      FloatVector a1 = FloatVector.fromArray(WIDE, x, a + LANES);
      FloatVector a2 = FloatVector.fromArray(WIDE, x, a + 2 * LANES);
      FloatVector a3 = FloatVector.fromArray(WIDE, x, a + 3 * LANES);
      FloatVector b0 = FloatVector.fromArray(WIDE, x, b);
      FloatVector b1 = FloatVector.fromArray(WIDE, x, b + LANES);
      FloatVector b2 = FloatVector.fromArray(WIDE, x, b + 2 * LANES);
      FloatVector b3 = FloatVector.fromArray(WIDE, x, b + 3 * LANES);
      a0.mul(c0).sub(b0.mul(s0)).intoArray(x, a);
      a1.mul(c1).sub(b1.mul(s1)).intoArray(x, a + LANES);
      a2.mul(c2).sub(b2.mul(s2)).intoArray(x, a + 2 * LANES);
      a3.mul(c3).sub(b3.mul(s3)).intoArray(x, a + 3 * LANES);
      b0.mul(c0).add(a0.mul(s0)).intoArray(x, b);
      b1.mul(c1).add(a1.mul(s1)).intoArray(x, b + LANES);
      b2.mul(c2).add(a2.mul(s2)).intoArray(x, b + 2 * LANES);
      b3.mul(c3).add(a3.mul(s3)).intoArray(x, b + 3 * LANES);
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
    for (int h = 0, a = offset, b = offset + pairs; h < heads; h++, a += stride, b += stride) {
      FloatVector a0 = FloatVector.fromArray(WIDE, x, a);
      FloatVector b0 = FloatVector.fromArray(WIDE, x, b);
      a0.mul(c0).sub(b0.mul(s0)).intoArray(x, a);
      b0.mul(c0).add(a0.mul(s0)).intoArray(x, b);
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
    for (int h = 0, a = offset, b = offset + pairs; h < heads; h++, a += stride, b += stride) {
      FloatVector a0 = FloatVector.fromArray(NARROW, x, a);
      FloatVector b0 = FloatVector.fromArray(NARROW, x, b);
      a0.mul(c0).sub(b0.mul(s0)).intoArray(x, a);
      b0.mul(c0).add(a0.mul(s0)).intoArray(x, b);
    }
  }

  @Override
  public void interleaved(
      float[] x, int offset, int tokens, int heads, int stride, AngleTable table, int row) {
    int together = together(heads, stride, table.pairs() <= (MANY_REGISTERS ? 4 : 2) * LANES);
    int at = offset;
    for (int t = 0; t < tokens; t++) {
      for (int h = 0; h < heads; h += together) {
        int count = Math.min(together, heads - h);
        interleaved(x, at, count, stride, table, row + t);
        at += count * stride;
      }
    }
  }

  private static void interleaved(
      float[] x, int offset, int heads, int stride, AngleTable table, int row) {
    int pairs = table.pairs();
    int angle = row * pairs;
    float[] cos = table.cos();
    float[] sin = table.sin();
    int i = 0;
    for (; MANY_REGISTERS && i + 4 * LANES <= pairs; i += 4 * LANES) {
      interleavedEight(x, offset + 2 * i, heads, stride, cos, sin, angle + i);
    }
    for (; i + 2 * LANES <= pairs; i += 2 * LANES) {
      interleavedFour(x, offset + 2 * i, heads, stride, cos, sin, angle + i);
    }
    for (; i + LANES <= pairs; i += LANES) {
      interleavedTwo(x, offset + 2 * i, heads, stride, cos, sin, angle + i);
    }
    for (; i + FOUR <= pairs; i += FOUR) {
      interleavedNarrow(x, offset + 2 * i, heads, stride, cos, sin, angle + i);
    }
    for (; i < pairs; i++) {
      for (int h = 0, at = offset + 2 * i; h < heads; h++, at += stride) {
        ScalarRotationKernel.rotate(x, at, at + 1, table, angle + i);
      }
    }
  }

  private static void interleavedEight(
      float[] x, int offset, int heads, int stride, float[] cos, float[] sin, int angle) {
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
    for (int h = 0, at = offset; h < heads; h++, at += stride) {
      FloatVector v0 = FloatVector.fromArray(WIDE, x, at);
      v0.mul(c0).add(v0.rearrange(WIDE_SWAP).mul(s0)).intoArray(x, at);
      FloatVector v1 = FloatVector.fromArray(WIDE, x, at + LANES);
      v1.mul(c1).add(v1.rearrange(WIDE_SWAP).mul(s1)).intoArray(x, at + LANES);
      FloatVector v2 = FloatVector.fromArray(WIDE, x, at + 2 * LANES);
      v2.mul(c2).add(v2.rearrange(WIDE_SWAP).mul(s2)).intoArray(x, at + 2 * LANES);
      FloatVector v3 = FloatVector.fromArray(WIDE, x, at + 3 * LANES);
      v3.mul(c3).add(v3.rearrange(WIDE_SWAP).mul(s3)).intoArray(x, at + 3 * LANES);
      FloatVector v4 = FloatVector.fromArray(WIDE, x, at + 4 * LANES);
      v4.mul(c4).add(v4.rearrange(WIDE_SWAP).mul(s4)).intoArray(x, at + 4 * LANES);
      FloatVector v5 = FloatVector.fromArray(WIDE, x, at + 5 * LANES);
      v5.mul(c5).add(v5.rearrange(WIDE_SWAP).mul(s5)).intoArray(x, at + 5 * LANES);
      FloatVector v6 = FloatVector.fromArray(WIDE, x, at + 6 * LANES);
      v6.mul(c6).add(v6.rearrange(WIDE_SWAP).mul(s6)).intoArray(x, at + 6 * LANES);
      FloatVector v7 = FloatVector.fromArray(WIDE, x, at + 7 * LANES);
      v7.mul(c7).add(v7.rearrange(WIDE_SWAP).mul(s7)).intoArray(x, at + 7 * LANES);
    }
  }

  private static void interleavedFour(
      float[] x, int offset, int heads, int stride, float[] cos, float[] sin, int angle) {
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

  private static void interleavedTwo(
      float[] x, int offset, int heads, int stride, float[] cos, float[] sin, int angle) {
    FloatVector c1 = FloatVector.fromArray(WIDE, cos, angle);
    FloatVector s1 = FloatVector.fromArray(WIDE, sin, angle);
    FloatVector signs = FloatVector.fromArray(WIDE, SIGNS, 0);
    FloatVector c0 = c1.rearrange(WIDE_LOW);
    FloatVector s0 = s1.rearrange(WIDE_LOW).mul(signs);
    c1 = c1.rearrange(WIDE_HIGH);
    s1 = s1.rearrange(WIDE_HIGH).mul(signs);
    for (int h = 0, at = offset; h < heads; h++, at += stride) {
      FloatVector v0 = FloatVector.fromArray(WIDE, x, at);
      v0.mul(c0).add(v0.rearrange(WIDE_SWAP).mul(s0)).intoArray(x, at);
      FloatVector v1 = FloatVector.fromArray(WIDE, x, at + LANES);
      v1.mul(c1).add(v1.rearrange(WIDE_SWAP).mul(s1)).intoArray(x, at + LANES);
    }
  }

  private static void interleavedNarrow(
      float[] x, int offset, int heads, int stride, float[] cos, float[] sin, int angle) {
    FloatVector c1 = FloatVector.fromArray(NARROW, cos, angle);
    FloatVector s1 = FloatVector.fromArray(NARROW, sin, angle);
    FloatVector signs = FloatVector.fromArray(NARROW, SIGNS, 0);
    FloatVector c0 = c1.rearrange(NARROW_LOW);
    FloatVector s0 = s1.rearrange(NARROW_LOW).mul(signs);
    c1 = c1.rearrange(NARROW_HIGH);
    s1 = s1.rearrange(NARROW_HIGH).mul(signs);
    for (int h = 0, at = offset; h < heads; h++, at += stride) {
      FloatVector v0 = FloatVector.fromArray(NARROW, x, at);
      v0.mul(c0).add(v0.rearrange(NARROW_SWAP).mul(s0)).intoArray(x, at);
      FloatVector v1 = FloatVector.fromArray(NARROW, x, at + FOUR);
      v1.mul(c1).add(v1.rearrange(NARROW_SWAP).mul(s1)).intoArray(x, at + FOUR);
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
    switch (format) {
      case F32 -> Float32Segments.half(x, offset, tokens, heads, stride, table, row);
      case F16 -> widened(x, offset, tokens, heads, stride, table, row, false);
      case BF16 -> Bfloat16Vectors.half(x, offset, tokens, heads, stride, table, row);
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
    switch (format) {
      case F32 -> Float32Segments.interleaved(x, offset, tokens, heads, stride, table, row);
      case F16 -> widened(x, offset, tokens, heads, stride, table, row, true);
      case BF16 -> Bfloat16Vectors.interleaved(x, offset, tokens, heads, stride, table, row);
    }
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

  private static void widened(
      MemorySegment x,
      long offset,
      int tokens,
      int heads,
      long stride,
      AngleTable table,
      int row,
      boolean interleaved) {
    int channels = 2 * table.pairs();
    Float16Buffer buffer = Float16Buffer.ofThisThread(channels);
    float[] floats = buffer.floats();
    int together = buffer.heads(channels);
    long at = offset;
    for (int t = 0; t < tokens; t++) {
      for (int h = 0; h < heads; h += together) {
        int count = Math.min(together, heads - h);
        buffer.widen(x, at, stride, count, channels);
        if (interleaved) {
          interleaved(floats, 0, count, channels, table, row + t);
        } else {
          half(floats, 0, count, channels, table, row + t);
        }
        buffer.narrow(x, at, stride, count, channels);
        at += count * stride;
      }
    }
  }
}
