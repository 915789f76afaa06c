package rope4j.diagnosis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// Which strategy is recommended: the best verdict, then the lowest loss past the trained length;
/// and where others can't be told from that one, the least damage to short text among them.
///
/// Two strategies are told apart on the same windows: by the 95 % interval of the difference of
/// their losses.
final class Recommendation {

  private Recommendation() {}

  /// @param results of the strategies
  /// @param nll losses of a strategy, by its index in `results`: by window and position
  /// @param from first position past the trained length
  /// @param to position after the last
  /// @return empty when all break
  static Optional<StrategyResult> of(
      List<StrategyResult> results, IntFunction<List<double[]>> nll, int from, int to) {
    List<Integer> fit =
        IntStream.range(0, results.size())
            .filter(i -> results.get(i).verdict().level() != Verdict.Level.BREAKS)
            .boxed()
            .toList();
    Optional<Integer> lowest = fit.stream().min(Comparator.comparing(results::get, byLoss()));
    return lowest.map(first ->
        fit.stream()
            .filter(i ->
                i.equals(first)
                    || level(results.get(i)) == level(results.get(first))
                        && alike(nll.apply(i), nll.apply(first), from, to))
            .map(results::get)
            .min(
                Comparator.comparingDouble((StrategyResult result) -> result.shortDamage().meanKl())
                    .thenComparing(byLoss()))
            .orElseThrow());
  }

  /// The strategy with the lowest loss of those with the same verdict, where it is another one.
  static Optional<StrategyResult> passedOver(
      StrategyResult recommended, List<StrategyResult> results) {
    return results.stream()
        .filter(result -> level(result) == level(recommended))
        .min(byLoss())
        .filter(result -> !result.equals(recommended));
  }

  private static Comparator<StrategyResult> byLoss() {
    return Comparator.comparing(Recommendation::level)
        .thenComparingDouble(result -> result.added().nll().mean());
  }

  private static Verdict.Level level(StrategyResult result) {
    return result.verdict().level();
  }

  private static boolean alike(List<double[]> one, List<double[]> lower, int from, int to) {
    List<double[]> differences = new ArrayList<>();
    for (int w = 0; w < one.size(); w++) {
      double[] a = one.get(w);
      double[] b = lower.get(w);
      differences.add(IntStream.range(0, a.length).mapToDouble(p -> a[p] - b[p]).toArray());
    }
    Interval difference = Blocks.interval(differences, from, to);
    return difference.estimated() && difference.low() <= 0;
  }
}
