package rope4j.diagnosis.prediction;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import rope4j.rotation.Frequencies;

/// What one scaling does to one kind of layer at a target length, told from the frequencies alone.
///
/// Cheap parts come as values at once. [#baseBound], [#decayCurve] and [#aliasing] scan or sample
/// the whole length each time they are asked.
///
/// @param trained frequencies the layer was trained with
/// @param scaled frequencies it will run with, as many
/// @param trainedLength tokens it was trained on, at least 2
/// @param targetLength tokens it shall run on, at least 1
public record Forecast(
    Frequencies trained, Frequencies scaled, int trainedLength, int targetLength) {

  public Forecast {
    requireSamePairs(trained, scaled);
    Arguments.atLeast(2, "the trained length", trainedLength);
    Arguments.atLeast(1, "the target length", targetLength);
  }

  static void requireSamePairs(Frequencies trained, Frequencies scaled) {
    Arguments.forwards("the trained inverse frequencies", trained);
    Arguments.forwards("the scaled inverse frequencies", scaled);
    if (trained.pairs() != scaled.pairs()) {
      throw new IllegalArgumentException(
          "trained and scaled frequencies must have the same number of pairs, but they have "
              + trained.pairs()
              + " and "
              + scaled.pairs());
    }
  }

  /// Every pair in the order of the frequencies.
  public List<PairForecast> pairs() {
    return IntStream.range(0, trained.pairs())
        .mapToObj(i ->
            PairForecast.of(i, trained.inverse(i), scaled.inverse(i), trainedLength, targetLength))
        .toList();
  }

  /// Every pair, the one at most risk first: by unseen radians, then by shifted radians.
  public List<PairForecast> ranked() {
    return pairs().stream()
        .sorted(
            Comparator.comparingDouble(PairForecast::unseenRadians)
                .thenComparingDouble(PairForecast::shiftRadians)
                .reversed())
        .toList();
  }

  /// Target length over trained length, 1 when the target is not longer.
  public double extension() {
    return Math.max(1, (double) targetLength / trainedLength);
  }

  /// Number of pairs that reach angles they never saw in training.
  public int unseenPairs() {
    return (int) pairs().stream().filter(PairForecast::seesUnseenAngles).count();
  }

  /// The largest overrun among pairs that reach unseen angles; 1 when none does. To be shown, not
  /// to be ranked by.
  public double largestOverrun() {
    return pairs().stream()
        .filter(PairForecast::seesUnseenAngles)
        .mapToDouble(PairForecast::overrun)
        .max()
        .orElse(1);
  }

  /// Unseen radians of all pairs together.
  public double unseenRadians() {
    return pairs().stream().mapToDouble(PairForecast::unseenRadians).sum();
  }

  /// Shifted radians of all pairs together.
  public double shiftRadians() {
    return pairs().stream().mapToDouble(PairForecast::shiftRadians).sum();
  }

  /// Which pairs completed a turn in training.
  public CriticalDimension criticalDimension() {
    return CriticalDimension.of(pairs());
  }

  /// Which pairs completed few turns only.
  public UnderTraining underTraining() {
    return UnderTraining.of(pairs(), extension());
  }

  /// How well neighbouring tokens can be told apart.
  public Resolution resolution() {
    return Resolution.of(pairs());
  }

  /// What attention logits are multiplied by.
  public Temperature temperature() {
    return Temperature.of(scaled, trainedLength, targetLength);
  }

  /// How exactly angles can be formed at the target length.
  public AnglePrecision anglePrecision() {
    return AnglePrecision.of(trained, scaled, targetLength);
  }

  /// The base bound of the scaled frequencies, searched up to the target length.
  public BaseBound baseBound() {
    return BaseBound.of(scaled, targetLength);
  }

  /// The decay of scores under the scaled frequencies, up to the target length.
  public DecayCurve decayCurve() {
    return DecayCurve.of(scaled, targetLength);
  }

  /// How far positions can be confused under the scaled frequencies within the target length.
  public Aliasing aliasing() {
    return Aliasing.of(scaled, targetLength);
  }
}
