package rope4j.rotation.position;

import rope4j.rotation.ExplicitFrequencies;
import rope4j.rotation.PairAxes;
import rope4j.rotation.Pairing;
import rope4j.rotation.Precision;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Rotation;

/// Two-dimensional rotations of image patches: half of the pairs reads the row, half the column.
///
/// @param parameters frequencies of every pair
/// @param axes which coordinate each pair reads
public record VisionRope(RopeParameters parameters, PairAxes axes) {

  /// Qwen's vision towers: `base^(-2j/(D/2))`, rows on the first half of the pairs, columns on the
  /// second, half pairing; axis 0 is the row. ggml's VISION mode is the same.
  ///
  /// Source: Transformers `VisionRotaryEmbedding`.
  public static VisionRope qwen(int headDimension, double base) {
    return halves(headDimension, base, Pairing.HALF);
  }

  /// Llama 4's vision tower: as [#qwen] but interleaved, with axis 0 the *column* and coordinates
  /// counted from 1 ([PatchGrid#llama4]).
  ///
  /// Source: Transformers `modeling_llama4.py`, `Llama4VisionRotaryEmbedding`; vLLM
  /// `llama4_vision_rope.py`.
  public static VisionRope llama4(int headDimension, double base) {
    return halves(headDimension, base, Pairing.INTERLEAVED);
  }

  private static VisionRope halves(int headDimension, double base, Pairing pairing) {
    requireQuarters(headDimension);
    double[] inverse = new double[headDimension / 2];
    for (int i = 0; i < inverse.length; i++) {
      int j = i % (headDimension / 4);
      inverse[i] = 1 / Math.pow(base, 4.0 * j / headDimension);
    }
    return of(headDimension, base, pairing, inverse);
  }

  /// Pixtral: rows take the even-indexed and columns the odd-indexed frequencies `base^(-2i/D)`;
  /// half pairing, axis 0 is the row.
  ///
  /// Source: Transformers `modeling_pixtral.py`, `PixtralRotaryEmbedding`.
  public static VisionRope pixtral(int headDimension, double base) {
    requireQuarters(headDimension);
    int quarter = headDimension / 4;
    double[] inverse = new double[headDimension / 2];
    for (int i = 0; i < inverse.length; i++) {
      int j = i < quarter ? 2 * i : 2 * (i - quarter) + 1;
      inverse[i] = 1 / Math.pow(base, 2.0 * j / headDimension);
    }
    return of(headDimension, base, Pairing.HALF, inverse);
  }

  private static VisionRope of(int headDimension, double base, Pairing pairing, double[] inverse) {
    return new VisionRope(
        new RopeParameters(
            headDimension, headDimension, base, 1, pairing, new ExplicitFrequencies(inverse, 1)),
        PairAxes.vision(inverse.length));
  }

  private static void requireQuarters(int headDimension) {
    if (headDimension < 4 || headDimension % 4 != 0) {
      throw new IllegalArgumentException(
          "a two-dimensional rotation needs a head dimension divisible by 4, but it is "
              + headDimension);
    }
  }

  /// Its rotation; tables are filled by [Rotation#fillAxes].
  public Rotation rotation(Precision precision) {
    return Rotation.of(parameters, 1, precision).withAxes(axes);
  }
}
