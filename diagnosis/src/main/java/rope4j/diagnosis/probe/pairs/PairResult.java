package rope4j.diagnosis.probe.pairs;

import java.util.List;
import java.util.Optional;

/// Why strategies fail in this model.
///
/// @param complete whether all was measured
/// @param strategy the strategy whose pairs were reverted one by one
/// @param reach the largest distance between two tokens that attend to each other, which angles are
///   told for: the context, or the window that attention was cut to
/// @param pairs every pair, in order
/// @param correlations how well predictions order what reverting changes; empty when that was not
///   measured for all pairs
/// @param strategies what each strategy leaves unseen
/// @param standingOut pairs of heads with values far above the rest of their head
public record PairResult(
    boolean complete,
    String strategy,
    int reach,
    List<PairRisk> pairs,
    Optional<Correlations> correlations,
    List<StrategyRisk> strategies,
    StandingOut standingOut) {

  public PairResult {
    pairs = List.copyOf(pairs);
    strategies = List.copyOf(strategies);
  }

  /// What predictions order, and how well.
  ///
  /// @param cost the loss of reverting with its sign: high where the strategy is right about every
  ///   pair it moves
  /// @param costBeyondChance the same, where a cost whose interval reaches 0 counts as none: pairs
  ///   on which nothing hangs come out a little above 0 or below, and would be put in an order by
  ///   noise
  /// @param size the cost without its sign: how much hangs on the pair, for better or worse
  /// @param sizeOfMoved `size` over the pairs that the strategy moves; the others are 0 in all,
  ///   which helps the risk and the shift
  public record Correlations(
      Correlation cost,
      Optional<Correlation> costBeyondChance,
      Correlation size,
      Optional<Correlation> sizeOfMoved) {}

  /// Spearman's rank correlation with what reverting a pair changes.
  ///
  /// @param risk of shift times norm share
  /// @param shift of the shift alone
  /// @param overrun of the ratio that is often quoted
  /// @param pairs number of pairs
  public record Correlation(double risk, double shift, double overrun, int pairs) {}

  /// @param strategy name of the strategy
  /// @param unseenRisk sum over pairs of unseen radians times norm share
  /// @param worstPair the pair that adds most to it; −1 when there is none
  /// @param unseenByPair what adds up to `unseenRisk`, pair by pair
  /// @param spread of attention by position
  public record StrategyRisk(
      String strategy,
      double unseenRisk,
      int worstPair,
      List<Double> unseenByPair,
      List<AttentionSpread> spread) {

    public StrategyRisk {
      unseenByPair = List.copyOf(unseenByPair);
      spread = List.copyOf(spread);
    }
  }
}
