package rope4j.diagnosis.rules;

import rope4j.diagnosis.text.Figures;

/// How far a wrong rotation has turned from the right one at a position.
///
/// @param position the position, tokens
/// @param pairs pairs that rotate
/// @param off pairs more than half a radian off
/// @param worst the largest difference, radians
record PhaseError(long position, int pairs, int off, double worst) {

  private static final double NOTICEABLE = 0.5;

  static PhaseError at(long position, double[] right, double[] wrong) {
    int off = 0;
    double worst = 0;
    int pairs = Math.min(right.length, wrong.length);
    for (int i = 0; i < pairs; i++) {
      double error = Math.abs(right[i] - wrong[i]) * position;
      off += error > NOTICEABLE ? 1 : 0;
      worst = Math.max(worst, error);
    }
    return new PhaseError(position, pairs, off, worst);
  }

  @Override
  public String toString() {
    return "at position "
        + position
        + " "
        + off
        + " of "
        + pairs
        + " pairs are more than 0.5 rad off, the worst by "
        + Figures.fixed(worst, 1)
        + " rad";
  }
}
