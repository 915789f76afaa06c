package rope4j.inference.kernel;

/// Activations rounded to integers from -127 to 127 times a scale, in blocks of neighbouring
/// channels of a token, as llama.cpp rounds what it multiplies with weights of four bits.
///
/// Source: ggml `ggml-quants.c`, `quantize_row_q8_0`; the scale stays a float32 here.
public final class EightBits {

  /// Channels that share a scale.
  public static final int BLOCK = 32;

  static final float LARGEST = 127;

  /// Below it a block counts as zero: what divides by it would not be finite.
  static final float SMALLEST = 1e-36f;

  /// Added and taken off again, it leaves the nearest integer.
  static final float ROUND = 0x1.8p23f;

  private EightBits() {}

  /// Rounds one tile to floats that are a scale times an integer.
  ///
  /// @param x `[columns][tokens]` from `offset` on
  /// @param columns in whole blocks
  /// @param into receives the rounded values at the same places
  public static void round(float[] x, int offset, int columns, int tokens, float[] into) {
    for (int block = 0; block < columns; block += BLOCK) {
      int from = offset + block * tokens;
      for (int t = 0; t < tokens; t++) {
        float most = 0;
        for (int i = from + t; i < from + BLOCK * tokens; i += tokens) {
          most = Math.max(most, Math.abs(x[i]));
        }
        float scale = most / LARGEST;
        float inverse = most < SMALLEST ? 0 : LARGEST / most;
        for (int i = from + t; i < from + BLOCK * tokens; i += tokens) {
          float shifted = x[i] * inverse + ROUND;
          into[i] = (shifted - ROUND) * scale;
        }
      }
    }
  }
}
