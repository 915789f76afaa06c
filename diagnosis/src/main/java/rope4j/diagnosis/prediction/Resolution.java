package rope4j.diagnosis.prediction;

import java.util.List;

/// How well neighbouring tokens can still be told apart.
///
/// Source: Chen et al., Position Interpolation, arXiv 2306.15595, section 3.2, and YaRN, arXiv
/// 2309.00071, section 3.2, for the loss; Wang et al., Resonance RoPE, arXiv 2403.00071, for the
/// gap.
///
/// @param fastestLoss `1 - scaled/trained` for pair 0: the share of the angle between neighbours
///   that is gone; below 0 when it grew
/// @param fastPairs pairs with more than 32 turns in training, which YaRN leaves alone
/// @param meanFastLoss mean of the loss over the fast pairs; 0 without any
/// @param blurredPairs pairs whose angle between neighbours is below 2^-8 radians, which bfloat16
///   can't tell from 1
/// @param blurredPairsTrained the same count before scaling
/// @param resonanceGap largest distance of a scaled wavelength from a whole number of tokens, as a
///   share of the wavelength, over the pairs that completed a turn in training: what such a pair
///   drifts per turn
public record Resolution(
    double fastestLoss,
    int fastPairs,
    double meanFastLoss,
    int blurredPairs,
    int blurredPairsTrained,
    double resonanceGap) {

  private static final double FAST_TURNS = 32;
  private static final double BFLOAT16_STEP = 0x1p-8;

  static Resolution of(List<PairForecast> pairs) {
    List<PairForecast> fast =
        pairs.stream().filter(pair -> pair.trainedTurns() > FAST_TURNS).toList();
    return new Resolution(
        loss(pairs.getFirst()),
        fast.size(),
        fast.stream().mapToDouble(Resolution::loss).average().orElse(0),
        (int) pairs.stream().filter(pair -> pair.scaledInverseFrequency() < BFLOAT16_STEP).count(),
        (int) pairs.stream().filter(pair -> pair.inverseFrequency() < BFLOAT16_STEP).count(),
        pairs.stream()
            .filter(pair -> pair.trainedTurns() >= 1 && pair.scaledInverseFrequency() > 0)
            .mapToDouble(pair -> gap(PairForecast.TURN / pair.scaledInverseFrequency()))
            .max()
            .orElse(0));
  }

  private static double loss(PairForecast pair) {
    return pair.inverseFrequency() == 0
        ? 0
        : 1 - pair.scaledInverseFrequency() / pair.inverseFrequency();
  }

  private static double gap(double wavelength) {
    return Math.abs(wavelength - Math.rint(wavelength)) / wavelength;
  }
}
