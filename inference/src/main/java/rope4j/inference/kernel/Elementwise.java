package rope4j.inference.kernel;

import static rope4j.inference.kernel.Kernels.TILE;

/// Loops over tiles that are simple enough for the compiler to vectorise by itself.
public final class Elementwise {

  private Elementwise() {}

  /// `x[r][t] += bias[first + r]` for the rows of a tile.
  public static void addRows(float[] x, int offset, int rows, float[] bias, int first) {
    for (int r = 0; r < rows; r++) {
      float value = bias[first + r];
      int at = offset + r * TILE;
      for (int t = 0; t < TILE; t++) {
        x[at + t] += value;
      }
    }
  }

  /// `y += scale * x`.
  public static void addScaled(
      float[] y, int yOffset, float[] x, int xOffset, int length, float scale) {
    for (int i = 0; i < length; i++) {
      y[yOffset + i] += scale * x[xOffset + i];
    }
  }

  /// `x *= scale`.
  public static void scale(float[] x, int offset, int length, float scale) {
    for (int i = offset; i < offset + length; i++) {
      x[i] *= scale;
    }
  }

  /// Keeps all within plus and minus a limit.
  public static void clamp(float[] x, int offset, int length, float limit) {
    for (int i = offset; i < offset + length; i++) {
      x[i] = Math.min(limit, Math.max(-limit, x[i]));
    }
  }

  /// `x = max(0, x)^2`.
  public static void squaredRelu(float[] x, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      float positive = Math.max(0, x[i]);
      x[i] = positive * positive;
    }
  }
}
