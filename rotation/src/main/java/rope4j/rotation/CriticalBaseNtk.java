package rope4j.rotation;

/// The base is raised so that the critical pair, the slowest that completed a turn in training,
/// completes it in the target length: `base^(ln(target/2pi) / ln(trained/2pi))`.
///
/// Source: Liu et al., arXiv 2310.05209 (critical dimension); koboldcpp and Gradient AI compute the
/// same.
///
/// @param trainedLength tokens the model was trained on, at least 7 so that a turn fits
/// @param targetLength tokens it shall reach, at least 7
public record CriticalBaseNtk(int trainedLength, int targetLength) implements Scaling {

  public CriticalBaseNtk {
    if (trainedLength < 7 || targetLength < 7) {
      throw new IllegalArgumentException(
          "critical-base ntk scaling needs lengths of at least 7 tokens (more than 2 pi), but they are "
              + trainedLength
              + " (original_max_position_embeddings) and "
              + targetLength
              + " (max_position_embeddings)");
    }
  }

  @Override
  public String name() {
    return "critical-base-ntk";
  }

  /// The raised base.
  public double scaledBase(RopeParameters parameters) {
    double exponent =
        Math.log(targetLength / (2 * Math.PI)) / Math.log(trainedLength / (2 * Math.PI));
    return Math.pow(parameters.base(), exponent);
  }

  @Override
  public Frequencies frequencies(RopeParameters parameters, int contextLength) {
    return NtkAware.rebased(parameters, scaledBase(parameters));
  }
}
