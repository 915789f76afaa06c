package rope4j.rotation.absolute;

import rope4j.rotation.ElementType;

/// Attention with linear biases: a head adds `-slope * distance` to its scores instead of rotating.
///
/// Slopes are a geometric series for a power of two of heads. For other counts implementations
/// agree in the set but differ in order and rounding, hence [Variant].
///
/// Source: Press et al., arXiv 2108.12409; ofirpress/attention_with_linear_biases `get_slopes`.
public final class Alibi {

  /// Whose slopes.
  public enum Variant {
    /// The authors': the powers of the next smaller power of two, then every other of the next
    /// larger.
    FAIRSEQ,
    /// Bloom's, the same numbers.
    BLOOM,
    /// Falcon's, rounded to bfloat16; its bias is also multiplied by `1/sqrt(D)`.
    FALCON,
    /// MPT's, which interleaves the powers of the next larger power of two.
    MPT,
    /// llama.cpp's, the same numbers as the authors'.
    LLAMA_CPP
  }

  private Alibi() {}

  /// One slope per head, with the usual largest exponent 8.
  public static float[] slopes(Variant variant, int heads) {
    return slopes(variant, heads, 8);
  }

  /// One slope per head.
  ///
  /// @param heads at least 1
  /// @param biasMax the largest exponent of 1/2 (`alibi_bias_max`), above 0
  public static float[] slopes(Variant variant, int heads, double biasMax) {
    if (heads < 1 || !(biasMax > 0) || Double.isInfinite(biasMax)) {
      throw new IllegalArgumentException(
          "alibi needs at least 1 head and an alibi_bias_max above 0, but they are "
              + heads
              + " and "
              + biasMax);
    }
    return switch (variant) {
      case FAIRSEQ, BLOOM, LLAMA_CPP -> lowerThenUpper(heads, biasMax);
      case FALCON -> rounded(lowerThenUpper(heads, biasMax));
      case MPT -> upperInterleaved(heads, biasMax);
    };
  }

  private static float[] lowerThenUpper(int heads, double biasMax) {
    int lower = Integer.highestOneBit(heads);
    float[] slopes = new float[heads];
    for (int h = 0; h < heads; h++) {
      slopes[h] =
          h < lower
              ? power(biasMax * (h + 1) / lower)
              : power(biasMax * (2 * (h - lower) + 1) / (2.0 * lower));
    }
    return slopes;
  }

  private static float[] upperInterleaved(int heads, double biasMax) {
    int upper = Integer.highestOneBit(heads) == heads ? heads : 2 * Integer.highestOneBit(heads);
    float[] slopes = new float[heads];
    for (int h = 0; h < heads; h++) {
      int exponent;
      if (upper == heads) {
        exponent = h + 1;
      } else {
        exponent = h < upper / 2 ? 2 * h + 2 : 2 * (h - upper / 2) + 1;
      }
      slopes[h] = power(biasMax * exponent / upper);
    }
    return slopes;
  }

  private static float power(double exponent) {
    return (float) Math.pow(2, -exponent);
  }

  private static float[] rounded(float[] slopes) {
    for (int h = 0; h < slopes.length; h++) {
      slopes[h] = ElementType.BF16.round(slopes[h]);
    }
    return slopes;
  }

  /// The bias of a score: `-slope * (query - key)`.
  public static float bias(float slope, int query, int key) {
    return -slope * (query - key);
  }

  /// Bloom's form of the same bias, which softmax can't tell apart: `slope` times the key's index
  /// among the attended keys, and 0 at padding.
  public static float[] bloomRow(float slope, boolean[] attended) {
    float[] row = new float[attended.length];
    int index = 0;
    for (int k = 0; k < row.length; k++) {
      row[k] = attended[k] ? slope * index++ : 0;
    }
    return row;
  }

  /// MPT's row for the last query of `keys`: `slope * (key - (keys - 1))`.
  public static float[] mptRow(float slope, int keys) {
    float[] row = new float[keys];
    for (int k = 0; k < keys; k++) {
      row[k] = bias(slope, keys - 1, k);
    }
    return row;
  }
}
