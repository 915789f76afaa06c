package rope4j.diagnosis.prediction;

/// What awaits one pair of channels at the target length.
///
/// Pairs are ranked by [#unseenRadians] and [#shiftRadians], never by [#overrun]: reverting single
/// pairs shows no relation between that ratio and the loss.
///
/// @param index the pair, 0 is the fastest in the usual order
/// @param inverseFrequency radians per token it was trained with
/// @param scaledInverseFrequency radians per token it will turn with
/// @param wavelength tokens per turn in training; infinite for a pair that stands still
/// @param trainedTurns turns within the trained length (YaRN, arXiv 2309.00071, equation 17); below
///   1 the pair saw a part of the circle only
/// @param unseenRadians arc it reaches at the target length and did not in training: 0 to 2 pi
/// @param shiftRadians how far the scaled angle of the last token lies from the unscaled one, at
///   most 2 pi: what a missing or a wrong scaling costs
/// @param overrun arc at the target length over the arc seen in training, for a pair that made less
///   than one turn; 1 for all others (LongRoPE2, arXiv 2502.20082, equations 9 and 10); infinite
///   where a pair turns that stood still in training
public record PairForecast(
    int index,
    double inverseFrequency,
    double scaledInverseFrequency,
    double wavelength,
    double trainedTurns,
    double unseenRadians,
    double shiftRadians,
    double overrun) {

  static final double TURN = 2 * Math.PI;

  /// Arcs closer than this differ by the rounding of float64 only.
  private static final double ROUNDING = 1e-9;

  static PairForecast of(
      int index, double trained, double scaled, int trainedLength, int targetLength) {
    double turns = trainedLength * trained / TURN;
    double seen = Math.min(trainedLength * trained, TURN);
    double reached = Math.min(targetLength * scaled, TURN);
    double unseen = reached - seen > ROUNDING ? reached - seen : 0;
    double shift = Math.min(targetLength * Math.abs(trained - scaled), TURN);
    return new PairForecast(
        index,
        trained,
        scaled,
        TURN / trained,
        turns,
        unseen,
        shift,
        turns < 1 ? ratio(reached, seen) : 1);
  }

  private static double ratio(double reached, double seen) {
    return reached == seen ? 1 : reached / seen;
  }

  /// Whether the pair reaches angles it never saw in training.
  public boolean seesUnseenAngles() {
    return unseenRadians > 0;
  }

  /// Whether the pair turned in training, but less than once.
  public boolean isPartial() {
    return inverseFrequency > 0 && trainedTurns < 1;
  }

  /// How many times slower the pair turns than in training; 1 for a pair that stands still in both.
  public double interpolation() {
    return scaledInverseFrequency == inverseFrequency
        ? 1
        : inverseFrequency / scaledInverseFrequency;
  }
}
