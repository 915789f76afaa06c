package rope4j.diagnosis.probe.copy;

import java.util.Optional;

/// How well a strategy copies from a distance.
///
/// @param length tokens of the question, segment and repeat
/// @param distance tokens from each token of the repeat back to the same one in the segment
/// @param accuracy share of the repeat's tokens that are the likeliest token, 0 to 1
/// @param interval 95 % interval of the accuracy, over questions; empty when only one was asked
/// @param nll mean loss of the repeat's tokens, nats
/// @param questions how many were asked
public record CopyCell(
    int length,
    int distance,
    double accuracy,
    Optional<Interval> interval,
    double nll,
    int questions) {

  /// @param low lower end, 0 to 1
  /// @param high upper end, 0 to 1
  public record Interval(double low, double high) {}
}
