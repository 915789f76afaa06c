package rope4j.inference.kernel;

import static rope4j.inference.kernel.Kernels.TILE;

/// Plain Java.
record ScalarBlockKernels() implements BlockKernels {

  static final float SWISH_ALPHA = 1.702f;
  static final float SWISH_LIMIT = 7;

  @Override
  public void layerNorm(
      float[] x, int xOffset, float[] weight, float[] y, int yOffset, int channels, float epsilon) {
    for (int t = 0; t < TILE; t++) {
      double sum = 0;
      for (int i = 0; i < channels; i++) {
        sum += x[xOffset + i * TILE + t];
      }
      float mean = (float) (sum / channels);
      double squares = 0;
      for (int i = 0; i < channels; i++) {
        float value = x[xOffset + i * TILE + t] - mean;
        squares += value * value;
      }
      float scale = (float) (1 / Math.sqrt(squares / channels + epsilon));
      for (int i = 0; i < channels; i++) {
        y[yOffset + i * TILE + t] = (x[xOffset + i * TILE + t] - mean) * scale * weight[i];
      }
    }
  }

  @Override
  public void softCap(float[] x, int offset, int length, float cap) {
    for (int i = offset; i < offset + length; i++) {
      x[i] = cap * (float) Math.tanh(x[i] / cap);
    }
  }

  @Override
  public void clampedSwishMultiply(
      float[] gate, int gateOffset, float[] up, int upOffset, int length) {
    for (int i = 0; i < length; i++) {
      gate[gateOffset + i] = clampedSwish(gate[gateOffset + i], up[upOffset + i]);
    }
  }

  static float clampedSwish(float gate, float up) {
    float g = Math.min(gate, SWISH_LIMIT);
    float u = Math.clamp(up, -SWISH_LIMIT, SWISH_LIMIT);
    return (float) (g / (1 + Math.exp(-SWISH_ALPHA * g))) * (u + 1);
  }
}
