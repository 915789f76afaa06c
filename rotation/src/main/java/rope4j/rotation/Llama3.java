package rope4j.rotation;

/// Llama 3.1's rule: wavelengths up to `originalLength / highFreqFactor` keep their frequency,
/// those from `originalLength / lowFreqFactor` on are interpolated, and between them the blend is
/// linear in the number of turns.
///
/// Source: Transformers `_compute_llama3_parameters`; the values 8, 1, 4 and 8192 are Meta's, found
/// by grid search. In a GGUF file it is baked into the tensor `rope_freqs`.
///
/// @param factor context length over trained length, above 0 and finite
/// @param originalLength tokens the model was trained on
/// @param lowFreqFactor turns up to which a pair is interpolated (`low_freq_factor`), above 0
/// @param highFreqFactor turns from which a pair keeps its frequency (`high_freq_factor`), at least
///   the low one; equal ones are legal (Llama 4 Scout) and leave no blend
public record Llama3(double factor, int originalLength, double lowFreqFactor, double highFreqFactor)
    implements Scaling {

  public Llama3 {
    Checks.factor("llama3", factor);
    Checks.originalLength("llama3", originalLength);
    Checks.positive("llama3 low_freq_factor", lowFreqFactor);
    Checks.positive("llama3 high_freq_factor", highFreqFactor);
    if (highFreqFactor < lowFreqFactor) {
      throw new IllegalArgumentException(
          "llama3 high_freq_factor must not be below low_freq_factor, but they are "
              + highFreqFactor
              + " and "
              + lowFreqFactor);
    }
  }

  @Override
  public String name() {
    return "llama3";
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    double[] inverse = parameters.unscaledInverseFrequencies();
    for (int i = 0; i < inverse.length; i++) {
      double wavelength = 2 * Math.PI / inverse[i];
      if (wavelength > originalLength / lowFreqFactor) {
        inverse[i] /= factor;
      } else if (wavelength >= originalLength / highFreqFactor) {
        double kept =
            highFreqFactor == lowFreqFactor
                ? 1
                : (originalLength / wavelength - lowFreqFactor) / (highFreqFactor - lowFreqFactor);
        inverse[i] = (1 - kept) * inverse[i] / factor + kept * inverse[i];
      }
    }
    return new Frequencies(inverse, 1);
  }
}
