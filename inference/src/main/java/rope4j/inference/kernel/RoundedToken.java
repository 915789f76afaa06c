package rope4j.inference.kernel;

import java.util.Arrays;

/// One token's activations rounded to eight bits ([EightBits]), for [RoundedRowProduct]s and
/// [InterleavedProduct]s. Made once and filled for product after product.
public final class RoundedToken {

  private static final int BLOCK = EightBits.BLOCK;

  /// Rounded activations; times the scale of their block they are the activations.
  short[] integers = {};

  /// Scales of the blocks.
  float[] scales = {};

  /// Sums of the rounded activations of each block, with its scale.
  float[] sums = {};

  /// Rounded activations with their scale.
  float[] floats = {};

  /// The same; the second half of each block has 16 times the first taken off.
  float[] split = {};

  /// Rounded activations in pairs of 16 bits: of four neighbours the first with the third, then the
  /// second with the fourth. Blocks behind the last one of an odd number of them are zero, here and
  /// in [#eights] and [#scales].
  int[] pairs = {};

  /// In both of each block's numbers of 16 bits, minus eight times the sum of the activations that
  /// lie there in [#pairs].
  int[] eights = {};

  /// The same for every 16 activations, and 32 times.
  int[] thirtyTwos = {};

  /// Takes activations in.
  ///
  /// @param x `[columns]` from `offset` on
  /// @param columns in whole blocks
  public void round(float[] x, int offset, int columns) {
    int blocks = columns / BLOCK;
    if (integers.length < columns) {
      integers = new short[columns];
      split = new float[columns];
      scales = new float[blocks + 1];
      sums = new float[blocks];
      pairs = new int[(blocks + 1) * BLOCK / 2];
      eights = new int[blocks + 1];
      thirtyTwos = new int[2 * blocks];
      floats = new float[columns];
    }
    for (int block = 0; block < blocks; block++) {
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
        floats[i] = scale * rounded;
        sum += rounded;
      }
      sums[block] = sum * scale;
      for (int i = from; i < from + BLOCK / 2; i++) {
        split[i] = scale * integers[i];
        split[i + BLOCK / 2] = scale * (integers[i + BLOCK / 2] - 16 * integers[i]);
      }
      pair(block);
    }
    scales[blocks] = 0;
    eights[blocks] = 0;
    Arrays.fill(pairs, blocks * BLOCK / 2, (blocks + 1) * BLOCK / 2, 0);
  }

  private void pair(int block) {
    int lower = 0;
    int upper = 0;
    for (int half = 2 * block; half < 2 * block + 2; half++) {
      int lowerOfHalf = 0;
      int upperOfHalf = 0;
      for (int i = half * BLOCK / 2; i < (half + 1) * BLOCK / 2; i += 4) {
        pairs[i / 2] = pair(integers[i], integers[i + 2]);
        pairs[i / 2 + 1] = pair(integers[i + 1], integers[i + 3]);
        lowerOfHalf += integers[i] + integers[i + 1];
        upperOfHalf += integers[i + 2] + integers[i + 3];
      }
      thirtyTwos[half] = pair(-32 * lowerOfHalf, -32 * upperOfHalf);
      lower += lowerOfHalf;
      upper += upperOfHalf;
    }
    eights[block] = pair(-8 * lower, -8 * upper);
  }

  private static int pair(int lower, int upper) {
    return lower & 0xFFFF | upper << 16;
  }
}
