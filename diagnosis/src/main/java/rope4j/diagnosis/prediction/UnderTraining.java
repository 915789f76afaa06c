package rope4j.diagnosis.prediction;

import java.util.List;

/// Pairs that completed few turns, among which the critical dimension found by measuring tends to
/// lie, ahead of the theoretical one.
///
/// Source: LongRoPE2, arXiv 2502.20082, section 3.2: a pair below the real critical dimension wants
/// to be slowed by one to two times the extension.
///
/// @param pairs pairs with 1 to 10 turns in training
/// @param slowedTooLittle those of them that are slowed by less than the extension
/// @param extension target length over trained length, 1 when the target is not longer
public record UnderTraining(int pairs, int slowedTooLittle, double extension) {

  private static final double FEW_TURNS = 10;

  /// Relative rounding error of a factor that is meant to be the extension.
  private static final double ROUNDING = 1e-9;

  static UnderTraining of(List<PairForecast> pairs, double extension) {
    List<PairForecast> few =
        pairs.stream()
            .filter(pair -> pair.trainedTurns() >= 1 && pair.trainedTurns() < FEW_TURNS)
            .toList();
    long tooLittle =
        few.stream().filter(pair -> pair.interpolation() < extension * (1 - ROUNDING)).count();
    return new UnderTraining(few.size(), (int) tooLittle, extension);
  }
}
