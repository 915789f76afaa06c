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

  /// Whether vectors have the lanes these kernels are written for: four floats at least.
  static boolean areWideEnough() {
    return LANES >= 4;
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
    VectorTiles.multiply(a, aOffset, aRow, aDepth, b, bOffset, c, cOffset, rows, depth, accumulate);
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
