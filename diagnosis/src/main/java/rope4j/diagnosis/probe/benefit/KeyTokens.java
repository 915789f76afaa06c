package rope4j.diagnosis.probe.benefit;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which tokens past the trained length need the long context, and how well they are predicted:
/// LongPPL with the model as its own judge.
///
/// A token is a key token when the long context makes it likelier by more than 2 nats and its
/// likelihood under the long context is above exp(−2). The strategy with the lowest loss picks the
/// tokens, so that all strategies are compared on the same ones. Nothing is computed: control and
/// strategies have been measured.
///
/// Source: LongPPL (arXiv 2410.23771), which takes a second, larger model for a judge.
///
/// @param strategy name of the strategy
/// @param tokens tokens past the trained length
/// @param own key tokens by this strategy's own losses: what it uses the long context for
/// @param judged key tokens by the judge's losses
/// @param longPerplexity perplexity over the judge's key tokens; empty when there are none
public record KeyTokens(
    String strategy, int tokens, int own, int judged, Optional<Double> longPerplexity) {

  /// Nats that the long context must gain.
  public static final double ALPHA = 2;

  /// Log-likelihood that must be exceeded under the long context.
  public static final double BETA = -2;

  /// Losses of a strategy, a list of positions per window.
  public record Losses(String strategy, List<double[]> windows) {

    public Losses {
      windows = List.copyOf(windows);
    }
  }

  /// @param control losses of the same tokens within the trained length
  /// @param trainedLength first position that counts
  public static List<KeyTokens> of(
      List<double[]> control, List<Losses> strategies, int trainedLength) {
    if (strategies.isEmpty()) {
      return List.of();
    }
    Losses judge = strategies.getFirst();
    for (Losses other : strategies) {
      if (sum(other, trainedLength) < sum(judge, trainedLength)) {
        judge = other;
      }
    }
    List<KeyTokens> result = new ArrayList<>();
    for (Losses strategy : strategies) {
      result.add(count(control, strategy, judge, trainedLength));
    }
    return result;
  }

  private static KeyTokens count(
      List<double[]> control, Losses strategy, Losses judge, int trainedLength) {
    int tokens = 0;
    int own = 0;
    int judged = 0;
    double loss = 0;
    for (int w = 0; w < control.size(); w++) {
      double[] nearby = control.get(w);
      double[] mine = strategy.windows().get(w);
      double[] its = judge.windows().get(w);
      for (int p = trainedLength; p < nearby.length; p++) {
        tokens++;
        own += isKey(nearby[p], mine[p]) ? 1 : 0;
        if (isKey(nearby[p], its[p])) {
          judged++;
          loss += mine[p];
        }
      }
    }
    return new KeyTokens(
        strategy.strategy(),
        tokens,
        own,
        judged,
        judged == 0 ? Optional.empty() : Optional.of(Math.exp(loss / judged)));
  }

  static boolean isKey(double nearbyLoss, double longLoss) {
    return nearbyLoss - longLoss > ALPHA && -longLoss > BETA;
  }

  private static double sum(Losses losses, int from) {
    double sum = 0;
    for (double[] window : losses.windows()) {
      for (int p = from; p < window.length; p++) {
        sum += window[p];
      }
    }
    return sum;
  }
}
