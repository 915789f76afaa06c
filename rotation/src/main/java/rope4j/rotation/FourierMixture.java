package rope4j.rotation;

import java.util.Arrays;

/// FoPE: every pair turns by a learned mixture of frequencies instead of one, and pairs that would
/// not complete a turn in training get none.
///
/// `cos_i(p) = sum_j cosWeights[j][i] cos(p inverse_j)`, and sines likewise with their own weights.
///
/// Source: Hua et al., arXiv 2412.17739; vLLM `fope.py`.
///
/// @param inverse frequencies that are mixed, radians per token
/// @param cosWeights one row per frequency, one column per pair that turns
/// @param sinWeights likewise for sines
/// @param pairs pairs of the head; those past the columns get cosine 1 and the padding sine
/// @param paddingSine sine of the pairs that do not turn: 0 leaves them alone, and vLLM's first
///   version, which mixed them, had 1
public record FourierMixture(
    double[] inverse, float[][] cosWeights, float[][] sinWeights, int pairs, float paddingSine) {

  public FourierMixture {
    inverse = inverse.clone();
    cosWeights = copy(cosWeights);
    sinWeights = copy(sinWeights);
    if (cosWeights.length != inverse.length || sinWeights.length != inverse.length) {
      throw new IllegalArgumentException(
          "there are "
              + inverse.length
              + " frequencies, but "
              + cosWeights.length
              + " rows of cosine and "
              + sinWeights.length
              + " rows of sine weights");
    }
    for (int j = 0; j < inverse.length; j++) {
      if (cosWeights[j].length != sinWeights[j].length || cosWeights[j].length > pairs) {
        throw new IllegalArgumentException(
            "row "
                + j
                + " of the weights has "
                + cosWeights[j].length
                + " and "
                + sinWeights[j].length
                + " columns, but both must have the same number, at most the "
                + pairs
                + " pairs");
      }
    }
  }

  /// The frequencies FoPE keeps: those that complete a turn within the trained length, `inverse > 2
  /// pi / trainedLength`.
  public static double[] kept(RopeParameters parameters) {
    return Arrays.stream(parameters.unscaledInverseFrequencies())
        .filter(w -> w > 2 * Math.PI / parameters.trainedLength())
        .toArray();
  }

  /// Fills a table with the positions `firstPosition`, `firstPosition + 1`, …
  public void fill(CosSin table, int firstPosition, int tokens) {
    if (table.pairs != pairs) {
      throw new IllegalArgumentException(
          "the table holds " + table.pairs + " pairs per token, but the mixture " + pairs);
    }
    table.begin(tokens);
    for (int t = 0; t < tokens; t++) {
      fillRow(table, t * pairs, Math.addExact(firstPosition, t));
    }
  }

  private void fillRow(CosSin table, int at, int position) {
    float[] cos = table.angles.cos();
    float[] sin = table.angles.sin();
    int turning = inverse.length == 0 ? 0 : cosWeights[0].length;
    for (int i = 0; i < pairs; i++) {
      double mixedCos = i < turning ? 0 : 1;
      double mixedSin = i < turning ? 0 : paddingSine;
      for (int j = 0; i < turning && j < inverse.length; j++) {
        mixedCos += cosWeights[j][i] * Math.cos(position * inverse[j]);
        mixedSin += sinWeights[j][i] * Math.sin(position * inverse[j]);
      }
      cos[at + i] = (float) mixedCos;
      sin[at + i] = (float) mixedSin;
    }
  }

  private static float[][] copy(float[][] rows) {
    return Arrays.stream(rows).map(float[]::clone).toArray(float[][]::new);
  }
}
