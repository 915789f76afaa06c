package rope4j.diagnosis.prediction;

import java.util.OptionalInt;
import rope4j.rotation.Frequencies;

/// How the score of equal query and key falls with distance: the mean of `cos(m * frequency)` over
/// all pairs, 1 at distance 0.
///
/// Source: Su et al., RoFormer, arXiv 2104.09864, section 3.4.3; Men et al., arXiv 2405.14591, for
/// the mean of cosines.
///
/// @param searchedTo distance up to which the curve was searched, tokens
/// @param firstZero the first distance at which the mean is below 0; empty when there is none
/// @param minimum the lowest mean
/// @param minimumDistance where it is, tokens
public record DecayCurve(
    int searchedTo, OptionalInt firstZero, double minimum, int minimumDistance) {

  /// @param frequencies of all pairs that turn
  /// @param searchTo largest distance, at least 1 token
  public static DecayCurve of(Frequencies frequencies, int searchTo) {
    Arguments.forwards("the inverse frequencies", frequencies);
    Arguments.atLeast(1, "the distance to search to", searchTo);
    CosineSum sum = new CosineSum(frequencies);
    CosineSum.At least = sum.minimum(1, searchTo);
    OptionalInt zero =
        least.value() < 0 ? sum.firstNegative(1, least.distance()) : OptionalInt.empty();
    return new DecayCurve(searchTo, zero, least.value() / frequencies.pairs(), least.distance());
  }

  /// One point of the curve: the mean cosine at a distance, -1 to 1.
  public static double similarity(Frequencies frequencies, int distance) {
    double sum = 0;
    for (int i = 0; i < frequencies.pairs(); i++) {
      sum += Math.cos(distance * frequencies.inverse(i));
    }
    return sum / frequencies.pairs();
  }

  /// RoFormer's upper bound at a distance: the mean over `j = 1..pairs` of `|S_j|`, where `S_j`
  /// sums the first `j` rotations as complex numbers; `(pairs + 1) / 2` at distance 0.
  public static double upperBound(Frequencies frequencies, int distance) {
    double real = 0;
    double imaginary = 0;
    double sum = 0;
    for (int i = 0; i < frequencies.pairs(); i++) {
      double angle = distance * frequencies.inverse(i);
      real += Math.cos(angle);
      imaginary += Math.sin(angle);
      sum += Math.hypot(real, imaginary);
    }
    return sum / frequencies.pairs();
  }
}
