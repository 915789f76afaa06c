package rope4j.inference.kernel;

import java.util.Arrays;
import java.util.Optional;
import rope4j.checkpoint.TensorType;

/// Plain Java.
record ScalarKernels() implements Kernels {

  @Override
  public boolean vectorized() {
    return false;
  }

  @Override
  public Optional<WeightDecoder> decoder(TensorType type) {
    return ScalarDecoders.of(type);
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
    for (int r = 0; r < rows; r++) {
      int out = cOffset + r * TILE;
      if (!accumulate) {
        Arrays.fill(c, out, out + TILE, 0);
      }
      for (int k = 0; k < depth; k++) {
        float factor = a[aOffset + r * aRow + k * aDepth];
        int in = bOffset + k * TILE;
        for (int t = 0; t < TILE; t++) {
          c[out + t] += factor * b[in + t];
        }
      }
    }
  }

  @Override
  public void rmsNorm(
      float[] x, int xOffset, float[] weight, float[] y, int yOffset, int channels, float epsilon) {
    for (int t = 0; t < TILE; t++) {
      double squares = 0;
      for (int i = 0; i < channels; i++) {
        float value = x[xOffset + i * TILE + t];
        squares += value * value;
      }
      float scale = (float) (1 / Math.sqrt(squares / channels + epsilon));
      for (int i = 0; i < channels; i++) {
        y[yOffset + i * TILE + t] = x[xOffset + i * TILE + t] * scale * weight[i];
      }
    }
  }

  @Override
  public void softmaxStep(float[] scores, int keys, float[] max, float[] sum, float[] correction) {
    for (int t = 0; t < TILE; t++) {
      float highest = max[t];
      for (int k = 0; k < keys; k++) {
        highest = Math.max(highest, scores[k * TILE + t]);
      }
      float keep = (float) Math.exp(max[t] - highest);
      float total = sum[t] * keep;
      for (int k = 0; k < keys; k++) {
        float weight = (float) Math.exp(scores[k * TILE + t] - highest);
        scores[k * TILE + t] = weight;
        total += weight;
      }
      max[t] = highest;
      sum[t] = total;
      correction[t] = keep;
    }
  }

  @Override
  public void scaleTokens(float[] x, int offset, int rows, float[] factor) {
    for (int r = 0; r < rows; r++) {
      for (int t = 0; t < TILE; t++) {
        x[offset + r * TILE + t] *= factor[t];
      }
    }
  }

  @Override
  public void siluMultiply(float[] gate, int gateOffset, float[] up, int upOffset, int length) {
    for (int i = 0; i < length; i++) {
      float g = gate[gateOffset + i];
      gate[gateOffset + i] = (float) (g / (1 + Math.exp(-g))) * up[upOffset + i];
    }
  }

  @Override
  public void logSumExpStep(float[] logits, int offset, int rows, float[] max, double[] sum) {
    for (int t = 0; t < TILE; t++) {
      float highest = max[t];
      for (int r = 0; r < rows; r++) {
        highest = Math.max(highest, logits[offset + r * TILE + t]);
      }
      double total = sum[t] * Math.exp(max[t] - highest);
      for (int r = 0; r < rows; r++) {
        total += Math.exp(logits[offset + r * TILE + t] - highest);
      }
      max[t] = highest;
      sum[t] = total;
    }
  }
}
