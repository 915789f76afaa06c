package rope4j.inference.kernel;

/// One token's activations rounded to eight bits ([EightBits]), for [RoundedRowProduct]s. Made once
/// and filled for product after product.
public final class RoundedToken {

  private static final int BLOCK = EightBits.BLOCK;

  /// Rounded activations; times the scale of their block they are the activations.
  short[] integers = {};

  /// Scales of the blocks.
  float[] scales = {};

  /// Sums of the rounded activations of each block, with its scale.
  float[] sums = {};

  /// Rounded activations with their scale; the second half of each block has 16 times the first
  /// taken off.
  float[] split = {};

  /// Takes activations in.
  ///
  /// @param x `[columns]` from `offset` on
  /// @param columns in whole blocks
  public void round(float[] x, int offset, int columns) {
    if (integers.length < columns) {
      integers = new short[columns];
      split = new float[columns];
      scales = new float[columns / BLOCK];
      sums = new float[columns / BLOCK];
    }
    for (int block = 0; block < columns / BLOCK; block++) {
      int from = block * BLOCK;
      float most = 0;
      for (int i = from; i < from + BLOCK; i++) {
        most = Math.max(most, Math.abs(x[offset + i]));
      }
      float scale = most / EightBits.LARGEST;
      float inverse = most < EightBits.SMALLEST ? 0 : EightBits.LARGEST / most;
      scales[block] = scale;
      int sum = 0;
      for (int i = from; i < from + BLOCK; i++) {
        float shifted = x[offset + i] * inverse + EightBits.ROUND;
        int rounded = (int) (shifted - EightBits.ROUND);
        integers[i] = (short) rounded;
        sum += rounded;
      }
      sums[block] = sum * scale;
      for (int i = from; i < from + BLOCK / 2; i++) {
        split[i] = scale * integers[i];
        split[i + BLOCK / 2] = scale * (integers[i + BLOCK / 2] - 16 * integers[i]);
      }
    }
  }
}
