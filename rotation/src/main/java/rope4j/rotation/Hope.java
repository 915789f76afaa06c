package rope4j.rotation;

/// HoPE: a pair that does not complete a turn within the trained length stands still.
///
/// Source: Chen et al., HoPE, arXiv 2410.21216; it is meant to be trained with, and put on at
/// inference alone it does harm.
///
/// @param trainedLength tokens within which a pair must turn once to keep turning
public record Hope(int trainedLength) implements Scaling {

  public Hope {
    Checks.originalLength("hope", trainedLength);
  }

  @Override
  public String name() {
    return "hope";
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    double[] inverse = parameters.unscaledInverseFrequencies();
    for (int i = 0; i < inverse.length; i++) {
      if (inverse[i] < 2 * Math.PI / trainedLength) {
        inverse[i] = 0;
      }
    }
    return new Frequencies(inverse, 1);
  }
}
