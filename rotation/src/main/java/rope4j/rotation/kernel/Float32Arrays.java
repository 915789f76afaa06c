package rope4j.rotation.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Heads of one token in arrays of float32: the widest species while it fits, then 128 bits, then
/// plain Java for what is left.
///
/// The angles of a token are the same for all of its heads: several vectors of them are kept in
/// registers while the heads go by, so that only the heads themselves are loaded and stored, in the
/// order in which they lie.
///
/// No vector is passed to a method: one that is not inlined would have it boxed.
final class Float32Arrays {

  private static final VectorSpecies<Float> WIDE = Widths.floats();
  private static final VectorSpecies<Float> NARROW = FloatVector.SPECIES_128;
  private static final int LANES = WIDE.length();
  private static final int FOUR = NARROW.length();

  /// Whether sixteen vectors of angles leave registers for the rest: AVX-512 has 32.
  static final boolean MANY_REGISTERS = WIDE.vectorBitSize() == 512;

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

  private Float32Arrays() {}

  /// Pairs of half pairing that one pass over the heads turns.
  static int halfAtOnce() {
    return 4 * LANES;
  }

  /// Interleaved pairs that one pass over the heads turns.
  static int interleavedAtOnce() {
    return (MANY_REGISTERS ? 4 : 2) * LANES;
  }

  static void half(float[] x, int offset, int heads, int stride, AngleTable table, int row) {
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

  static void interleaved(float[] x, int offset, int heads, int stride, AngleTable table, int row) {
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
}
