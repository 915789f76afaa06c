package rope4j.inference.kernel;

import java.util.Arrays;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import rope4j.checkpoint.TensorType;

/// The Vector API for one token at a time: a tile is `[channel]`, and vectors go along channels,
/// keys or vocabulary rows.
record VectorSingleKernels() implements Kernels {

  private static final VectorSpecies<Float> SPECIES = VectorKernels.SPECIES;
  private static final int LANES = SPECIES.length();

  @Override
  public int tile() {
    return 1;
  }

  @Override
  public Kernels single() {
    return this;
  }

  @Override
  public boolean vectorized() {
    return true;
  }

  @Override
  public Optional<WeightDecoder> decoder(TensorType type) {
    return VectorDecoders.of(type);
  }

  @Override
  public Optional<RowProduct> rowProduct(TensorType type) {
    return VectorRowProducts.of(type);
  }

  @Override
  public Optional<RoundedRowProduct> roundedRowProduct(TensorType type) {
    return VectorRoundedRows.of(type);
  }

  @Override
  public Optional<InterleavedProduct> interleavedProduct(TensorType type) {
    return VectorInterleaved.of(type);
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
    if (aDepth == 1) {
      for (int r = 0; r < rows; r++) {
        float dot = dot(a, aOffset + r * aRow, b, bOffset, depth);
        c[cOffset + r] = accumulate ? c[cOffset + r] + dot : dot;
      }
    } else {
      if (!accumulate) {
        Arrays.fill(c, cOffset, cOffset + rows, 0);
      }
      for (int k = 0; k < depth; k++) {
        addScaled(c, cOffset, a, aOffset + k * aDepth, rows, b[bOffset + k]);
      }
    }
  }

  /// Four sums: as many as keep the multipliers busy while the loads last.
  private static float dot(float[] a, int aOffset, float[] b, int bOffset, int length) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int i = 0;
    for (; i + 4 * LANES <= length; i += 4 * LANES) {
      int x = aOffset + i;
      int y = bOffset + i;
      s0 = FloatVector.fromArray(SPECIES, a, x).fma(FloatVector.fromArray(SPECIES, b, y), s0);
      s1 =
          FloatVector.fromArray(SPECIES, a, x + LANES)
              .fma(FloatVector.fromArray(SPECIES, b, y + LANES), s1);
      s2 =
          FloatVector.fromArray(SPECIES, a, x + 2 * LANES)
              .fma(FloatVector.fromArray(SPECIES, b, y + 2 * LANES), s2);
      s3 =
          FloatVector.fromArray(SPECIES, a, x + 3 * LANES)
              .fma(FloatVector.fromArray(SPECIES, b, y + 3 * LANES), s3);
    }
    for (; i + LANES <= length; i += LANES) {
      s0 =
          FloatVector.fromArray(SPECIES, a, aOffset + i)
              .fma(FloatVector.fromArray(SPECIES, b, bOffset + i), s0);
    }
    float sum = s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
    for (; i < length; i++) {
      sum += a[aOffset + i] * b[bOffset + i];
    }
    return sum;
  }

  private static void addScaled(
      float[] y, int yOffset, float[] x, int xOffset, int length, float scale) {
    int i = 0;
    for (; i + LANES <= length; i += LANES) {
      FloatVector.fromArray(SPECIES, x, xOffset + i)
          .fma(
              FloatVector.broadcast(SPECIES, scale), FloatVector.fromArray(SPECIES, y, yOffset + i))
          .intoArray(y, yOffset + i);
    }
    for (; i < length; i++) {
      y[yOffset + i] += scale * x[xOffset + i];
    }
  }

  @Override
  public void rmsNorm(
      float[] x, int xOffset, float[] weight, float[] y, int yOffset, int channels, float epsilon) {
    double squares = dot(x, xOffset, x, xOffset, channels);
    float scale = (float) (1 / Math.sqrt(squares / channels + epsilon));
    int i = 0;
    for (; i + LANES <= channels; i += LANES) {
      FloatVector.fromArray(SPECIES, x, xOffset + i)
          .mul(scale)
          .mul(FloatVector.fromArray(SPECIES, weight, i))
          .intoArray(y, yOffset + i);
    }
    for (; i < channels; i++) {
      y[yOffset + i] = x[xOffset + i] * scale * weight[i];
    }
  }

  @Override
  public void softmaxStep(float[] scores, int keys, float[] max, float[] sum, float[] correction) {
    float highest = Math.max(max[0], highest(scores, 0, keys));
    float keep = (float) Math.exp(max[0] - highest);
    float total = sum[0] * keep;
    int k = 0;
    FloatVector sums = FloatVector.zero(SPECIES);
    for (; k + LANES <= keys; k += LANES) {
      FloatVector weights =
          VectorKernels.exp(FloatVector.fromArray(SPECIES, scores, k).sub(highest));
      weights.intoArray(scores, k);
      sums = sums.add(weights);
    }
    total += sums.reduceLanes(VectorOperators.ADD);
    for (; k < keys; k++) {
      scores[k] = (float) Math.exp(scores[k] - highest);
      total += scores[k];
    }
    max[0] = highest;
    sum[0] = total;
    correction[0] = keep;
  }

  private static float highest(float[] x, int offset, int length) {
    FloatVector most = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    int i = 0;
    for (; i + LANES <= length; i += LANES) {
      most = most.max(FloatVector.fromArray(SPECIES, x, offset + i));
    }
    float highest = most.reduceLanes(VectorOperators.MAX);
    for (; i < length; i++) {
      highest = Math.max(highest, x[offset + i]);
    }
    return highest;
  }

  @Override
  public void scaleTokens(float[] x, int offset, int rows, float[] factor) {
    for (int r = offset; r < offset + rows; r++) {
      x[r] *= factor[0];
    }
  }

  @Override
  public void siluMultiply(float[] gate, int gateOffset, float[] up, int upOffset, int length) {
    VectorKernels.silu(gate, gateOffset, up, upOffset, length);
  }

  @Override
  public void logSumExpStep(float[] logits, int offset, int rows, float[] max, double[] sum) {
    float highest = Math.max(max[0], highest(logits, offset, rows));
    double total = sum[0] * Math.exp(max[0] - highest);
    int r = 0;
    // Sums of a block stay small enough for float32; blocks are added in float64.
    while (r + LANES <= rows) {
      FloatVector block = FloatVector.zero(SPECIES);
      int end = Math.min(r + 64 * LANES, rows - LANES + 1);
      for (; r < end; r += LANES) {
        block =
            block.add(
                VectorKernels.exp(FloatVector.fromArray(SPECIES, logits, offset + r).sub(highest)));
      }
      total += block.reduceLanes(VectorOperators.ADD);
    }
    for (; r < rows; r++) {
      total += Math.exp(logits[offset + r] - highest);
    }
    max[0] = highest;
    sum[0] = total;
  }
}
