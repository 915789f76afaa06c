package rope4j.inference.kernel;

import static jdk.incubator.vector.VectorOperators.LSHL;

import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import rope4j.checkpoint.TensorType;

/// The Vector API. Every loop runs down channels, keys or vocabulary rows with tokens in the lanes.
record VectorKernels() implements Kernels {

  static final VectorSpecies<Float> SPECIES = species();
  private static final int LANES = SPECIES.length();

  /// Processors with 512-bit vectors have 32 of them; others 16.
  private static final boolean MANY_REGISTERS = SPECIES.vectorBitSize() == 512;

  @Override
  public int tile() {
    return TILE;
  }

  @Override
  public Kernels single() {
    return new VectorSingleKernels();
  }

  @Override
  public boolean vectorized() {
    return true;
  }

  /// The machine's width, or `-Drope4j.vectorBits=128|256|512`. A tile holds a whole number of
  /// vectors at every width up to 512 bits.
  private static VectorSpecies<Float> species() {
    int bits =
        Integer.getInteger("rope4j.vectorBits", FloatVector.SPECIES_PREFERRED.vectorBitSize());
    VectorSpecies<Float> preferred = VectorSpecies.of(float.class, VectorShape.forBitSize(bits));
    return preferred.length() * 2 <= TILE ? preferred : FloatVector.SPECIES_512;
  }

  @Override
  public Optional<WeightDecoder> decoder(TensorType type) {
    return VectorDecoders.of(type);
  }

  @Override
  public void multiply(
      float[] a,
      int aOffset,
      int aRow,
      int aDepth,
      float[] b,
      int bOffset,
      float[] c,
      int cOffset,
      int rows,
      int depth,
      boolean accumulate) {
    for (int t = 0; t < TILE; t += 2 * LANES) {
      int r = 0;
      for (; MANY_REGISTERS && aDepth == 1 && r + 8 <= rows; r += 8) {
        eightRows(
            a,
            aOffset + r * aRow,
            aRow,
            b,
            bOffset + t,
            c,
            cOffset + r * TILE + t,
            depth,
            accumulate);
      }
      for (; r + 4 <= rows; r += 4) {
        fourRows(
            a,
            aOffset + r * aRow,
            aRow,
            aDepth,
            b,
            bOffset + t,
            c,
            cOffset + r * TILE + t,
            depth,
            accumulate);
      }
      for (; r < rows; r++) {
        oneRow(
            a,
            aOffset + r * aRow,
            aDepth,
            b,
            bOffset + t,
            c,
            cOffset + r * TILE + t,
            depth,
            accumulate);
      }
    }
  }

  // Rows whose columns are neighbours, so that the compiler sees that no index leaves the array.
  // Sixteen accumulators: each loaded factor is used twice, each loaded vector eight times, so that
  // the multipliers are the limit and not the loads.
  private static void eightRows(
      float[] a,
      int aOffset,
      int aRow,
      float[] b,
      int bOffset,
      float[] c,
      int cOffset,
      int depth,
      boolean accumulate) {
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s20 = s00;
    FloatVector s21 = s00;
    FloatVector s30 = s00;
    FloatVector s31 = s00;
    FloatVector s40 = s00;
    FloatVector s41 = s00;
    FloatVector s50 = s00;
    FloatVector s51 = s00;
    FloatVector s60 = s00;
    FloatVector s61 = s00;
    FloatVector s70 = s00;
    FloatVector s71 = s00;
    if (accumulate) {
      s00 = FloatVector.fromArray(SPECIES, c, cOffset);
      s01 = FloatVector.fromArray(SPECIES, c, cOffset + LANES);
      s10 = FloatVector.fromArray(SPECIES, c, cOffset + TILE);
      s11 = FloatVector.fromArray(SPECIES, c, cOffset + TILE + LANES);
      s20 = FloatVector.fromArray(SPECIES, c, cOffset + 2 * TILE);
      s21 = FloatVector.fromArray(SPECIES, c, cOffset + 2 * TILE + LANES);
      s30 = FloatVector.fromArray(SPECIES, c, cOffset + 3 * TILE);
      s31 = FloatVector.fromArray(SPECIES, c, cOffset + 3 * TILE + LANES);
      s40 = FloatVector.fromArray(SPECIES, c, cOffset + 4 * TILE);
      s41 = FloatVector.fromArray(SPECIES, c, cOffset + 4 * TILE + LANES);
      s50 = FloatVector.fromArray(SPECIES, c, cOffset + 5 * TILE);
      s51 = FloatVector.fromArray(SPECIES, c, cOffset + 5 * TILE + LANES);
      s60 = FloatVector.fromArray(SPECIES, c, cOffset + 6 * TILE);
      s61 = FloatVector.fromArray(SPECIES, c, cOffset + 6 * TILE + LANES);
      s70 = FloatVector.fromArray(SPECIES, c, cOffset + 7 * TILE);
      s71 = FloatVector.fromArray(SPECIES, c, cOffset + 7 * TILE + LANES);
    }
    int a1At = aOffset + aRow;
    int a2At = aOffset + 2 * aRow;
    int a3At = aOffset + 3 * aRow;
    int a4At = aOffset + 4 * aRow;
    int a5At = aOffset + 5 * aRow;
    int a6At = aOffset + 6 * aRow;
    int a7At = aOffset + 7 * aRow;
    for (int k = 0; k < depth; k++) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, bOffset + k * TILE);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, bOffset + k * TILE + LANES);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[aOffset + k]);
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[a1At + k]);
      s10 = a1.fma(b0, s10);
      s11 = a1.fma(b1, s11);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[a2At + k]);
      s20 = a2.fma(b0, s20);
      s21 = a2.fma(b1, s21);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[a3At + k]);
      s30 = a3.fma(b0, s30);
      s31 = a3.fma(b1, s31);
      FloatVector a4 = FloatVector.broadcast(SPECIES, a[a4At + k]);
      s40 = a4.fma(b0, s40);
      s41 = a4.fma(b1, s41);
      FloatVector a5 = FloatVector.broadcast(SPECIES, a[a5At + k]);
      s50 = a5.fma(b0, s50);
      s51 = a5.fma(b1, s51);
      FloatVector a6 = FloatVector.broadcast(SPECIES, a[a6At + k]);
      s60 = a6.fma(b0, s60);
      s61 = a6.fma(b1, s61);
      FloatVector a7 = FloatVector.broadcast(SPECIES, a[a7At + k]);
      s70 = a7.fma(b0, s70);
      s71 = a7.fma(b1, s71);
    }
    s00.intoArray(c, cOffset);
    s01.intoArray(c, cOffset + LANES);
    s10.intoArray(c, cOffset + TILE);
    s11.intoArray(c, cOffset + TILE + LANES);
    s20.intoArray(c, cOffset + 2 * TILE);
    s21.intoArray(c, cOffset + 2 * TILE + LANES);
    s30.intoArray(c, cOffset + 3 * TILE);
    s31.intoArray(c, cOffset + 3 * TILE + LANES);
    s40.intoArray(c, cOffset + 4 * TILE);
    s41.intoArray(c, cOffset + 4 * TILE + LANES);
    s50.intoArray(c, cOffset + 5 * TILE);
    s51.intoArray(c, cOffset + 5 * TILE + LANES);
    s60.intoArray(c, cOffset + 6 * TILE);
    s61.intoArray(c, cOffset + 6 * TILE + LANES);
    s70.intoArray(c, cOffset + 7 * TILE);
    s71.intoArray(c, cOffset + 7 * TILE + LANES);
  }

  // Eight accumulators: as many as two FMA units of latency four keep busy, and few enough for
  // sixteen registers.
  private static void fourRows(
      float[] a,
      int aOffset,
      int aRow,
      int aDepth,
      float[] b,
      int bOffset,
      float[] c,
      int cOffset,
      int depth,
      boolean accumulate) {
    int c1 = cOffset + TILE;
    int c2 = c1 + TILE;
    int c3 = c2 + TILE;
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s20 = s00;
    FloatVector s21 = s00;
    FloatVector s30 = s00;
    FloatVector s31 = s00;
    if (accumulate) {
      s00 = FloatVector.fromArray(SPECIES, c, cOffset);
      s01 = FloatVector.fromArray(SPECIES, c, cOffset + LANES);
      s10 = FloatVector.fromArray(SPECIES, c, c1);
      s11 = FloatVector.fromArray(SPECIES, c, c1 + LANES);
      s20 = FloatVector.fromArray(SPECIES, c, c2);
      s21 = FloatVector.fromArray(SPECIES, c, c2 + LANES);
      s30 = FloatVector.fromArray(SPECIES, c, c3);
      s31 = FloatVector.fromArray(SPECIES, c, c3 + LANES);
    }
    int row1 = aRow;
    int row2 = 2 * aRow;
    int row3 = 3 * aRow;
    int at = aOffset;
    int in = bOffset;
    for (int k = 0; k < depth; k++) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, in);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, in + LANES);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[at]);
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[at + row1]);
      s10 = a1.fma(b0, s10);
      s11 = a1.fma(b1, s11);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[at + row2]);
      s20 = a2.fma(b0, s20);
      s21 = a2.fma(b1, s21);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[at + row3]);
      s30 = a3.fma(b0, s30);
      s31 = a3.fma(b1, s31);
      at += aDepth;
      in += TILE;
    }
    s00.intoArray(c, cOffset);
    s01.intoArray(c, cOffset + LANES);
    s10.intoArray(c, c1);
    s11.intoArray(c, c1 + LANES);
    s20.intoArray(c, c2);
    s21.intoArray(c, c2 + LANES);
    s30.intoArray(c, c3);
    s31.intoArray(c, c3 + LANES);
  }

  private static void oneRow(
      float[] a,
      int aOffset,
      int aDepth,
      float[] b,
      int bOffset,
      float[] c,
      int cOffset,
      int depth,
      boolean accumulate) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    if (accumulate) {
      s0 = FloatVector.fromArray(SPECIES, c, cOffset);
      s1 = FloatVector.fromArray(SPECIES, c, cOffset + LANES);
    }
    for (int k = 0; k < depth; k++) {
      FloatVector factor = FloatVector.broadcast(SPECIES, a[aOffset + k * aDepth]);
      s0 = factor.fma(FloatVector.fromArray(SPECIES, b, bOffset + k * TILE), s0);
      s1 = factor.fma(FloatVector.fromArray(SPECIES, b, bOffset + k * TILE + LANES), s1);
    }
    s0.intoArray(c, cOffset);
    s1.intoArray(c, cOffset + LANES);
  }

  @Override
  public void rmsNorm(
      float[] x, int xOffset, float[] weight, float[] y, int yOffset, int channels, float epsilon) {
    for (int t = 0; t < TILE; t += LANES) {
      FloatVector squares = FloatVector.zero(SPECIES);
      for (int i = 0; i < channels; i++) {
        FloatVector value = FloatVector.fromArray(SPECIES, x, xOffset + i * TILE + t);
        squares = value.fma(value, squares);
      }
      FloatVector scale =
          FloatVector.broadcast(SPECIES, 1).div(squares.div(channels).add(epsilon).sqrt());
      for (int i = 0; i < channels; i++) {
        FloatVector.fromArray(SPECIES, x, xOffset + i * TILE + t)
            .mul(scale)
            .mul(weight[i])
            .intoArray(y, yOffset + i * TILE + t);
      }
    }
  }

  @Override
  public void softmaxStep(float[] scores, int keys, float[] max, float[] sum, float[] correction) {
    for (int t = 0; t < TILE; t += LANES) {
      FloatVector before = FloatVector.fromArray(SPECIES, max, t);
      FloatVector highest = before;
      for (int k = 0; k < keys; k++) {
        highest = highest.max(FloatVector.fromArray(SPECIES, scores, k * TILE + t));
      }
      FloatVector keep = exp(before.sub(highest));
      FloatVector total = FloatVector.fromArray(SPECIES, sum, t).mul(keep);
      for (int k = 0; k < keys; k++) {
        FloatVector weight = exp(FloatVector.fromArray(SPECIES, scores, k * TILE + t).sub(highest));
        weight.intoArray(scores, k * TILE + t);
        total = total.add(weight);
      }
      highest.intoArray(max, t);
      total.intoArray(sum, t);
      keep.intoArray(correction, t);
    }
  }

  @Override
  public void scaleTokens(float[] x, int offset, int rows, float[] factor) {
    for (int t = 0; t < TILE; t += LANES) {
      FloatVector by = FloatVector.fromArray(SPECIES, factor, t);
      for (int r = 0; r < rows; r++) {
        int at = offset + r * TILE + t;
        FloatVector.fromArray(SPECIES, x, at).mul(by).intoArray(x, at);
      }
    }
  }

  @Override
  public void siluMultiply(float[] gate, int gateOffset, float[] up, int upOffset, int length) {
    silu(gate, gateOffset, up, upOffset, length);
  }

  static void silu(float[] gate, int gateOffset, float[] up, int upOffset, int length) {
    int end = SPECIES.loopBound(length);
    int i = 0;
    for (; i < end; i += LANES) {
      FloatVector g = FloatVector.fromArray(SPECIES, gate, gateOffset + i);
      FloatVector u = FloatVector.fromArray(SPECIES, up, upOffset + i);
      g.mul(u).div(exp(g.neg()).add(1)).intoArray(gate, gateOffset + i);
    }
    for (; i < length; i++) {
      float g = gate[gateOffset + i];
      gate[gateOffset + i] = (float) (g / (1 + Math.exp(-g))) * up[upOffset + i];
    }
  }

  @Override
  public void logSumExpStep(float[] logits, int offset, int rows, float[] max, double[] sum) {
    float[] lanes = new float[LANES];
    for (int t = 0; t < TILE; t += LANES) {
      FloatVector before = FloatVector.fromArray(SPECIES, max, t);
      FloatVector highest = before;
      for (int r = 0; r < rows; r++) {
        highest = highest.max(FloatVector.fromArray(SPECIES, logits, offset + r * TILE + t));
      }
      for (int lane = 0; lane < LANES; lane++) {
        sum[t + lane] *= Math.exp(before.lane(lane) - highest.lane(lane));
      }
      // Short float32 sums, long float64 ones: a vocabulary has 10^5 rows.
      for (int r = 0; r < rows; ) {
        int end = Math.min(rows, r + 64);
        FloatVector total = FloatVector.zero(SPECIES);
        for (; r < end; r++) {
          total =
              total.add(
                  exp(FloatVector.fromArray(SPECIES, logits, offset + r * TILE + t).sub(highest)));
        }
        total.intoArray(lanes, 0);
        for (int lane = 0; lane < LANES; lane++) {
          sum[t + lane] += lanes[lane];
        }
      }
      highest.intoArray(max, t);
    }
  }

  private static final float LOG2_E = 1.442695f;
  // ln 2 in two pieces: the first has few enough bits that its product with an integer is exact.
  private static final float LN2_HIGH = 0.6933594f;
  private static final float LN2_LOW = -2.1219444e-4f;
  private static final float ROUND = 0x1.8p23f;
  private static final float SMALLEST = -87.3f;
  private static final float LARGEST = 88.7f;

  /// `e^x` to 2 ulp (the polynomial of Cephes `expf`); exactly 0 below -87.3, where the result is
  /// no normal float.
  static FloatVector exp(FloatVector x) {
    VectorMask<Float> vanishes = x.compare(VectorOperators.LT, SMALLEST);
    FloatVector bounded = x.max(SMALLEST).min(LARGEST);
    FloatVector shifted =
        bounded.fma(FloatVector.broadcast(SPECIES, LOG2_E), FloatVector.broadcast(SPECIES, ROUND));
    FloatVector n = shifted.sub(ROUND);
    FloatVector r = n.fma(FloatVector.broadcast(SPECIES, -LN2_HIGH), bounded);
    r = n.fma(FloatVector.broadcast(SPECIES, -LN2_LOW), r);
    FloatVector p = FloatVector.broadcast(SPECIES, 1.9875691e-4f);
    p = p.fma(r, FloatVector.broadcast(SPECIES, 1.3981999e-3f));
    p = p.fma(r, FloatVector.broadcast(SPECIES, 8.333452e-3f));
    p = p.fma(r, FloatVector.broadcast(SPECIES, 0.041665796f));
    p = p.fma(r, FloatVector.broadcast(SPECIES, 0.16666666f));
    p = p.fma(r, FloatVector.broadcast(SPECIES, 0.5f));
    p = p.fma(r.mul(r), r.add(1));
    // The low bits of the shifted float are the integer n; moved to the exponent they are 2^n.
    IntVector exponent = shifted.reinterpretAsInts().lanewise(LSHL, 23).add(0x3F800000);
    return p.mul(exponent.reinterpretAsFloats()).blend(0, vanishes);
  }
}
