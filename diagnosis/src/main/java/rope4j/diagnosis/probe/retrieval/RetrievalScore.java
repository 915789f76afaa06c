package rope4j.diagnosis.probe.retrieval;

import java.util.List;
import java.util.OptionalInt;

/// What a strategy remembered in a task.
///
/// @param strategy name of the strategy
/// @param lengths one cell per length, all depths together
/// @param grid a cell per length and depth; empty where what is asked for stands at no one depth
/// @param kMax20 longest tested length such that there and at all shorter ones at least 20 % of the
///   questions are answered without a mistake
/// @param kMax80 the same for 80 %
public record RetrievalScore(
    String strategy,
    List<RetrievalCell> lengths,
    List<RetrievalCell> grid,
    OptionalInt kMax20,
    OptionalInt kMax80) {

  public RetrievalScore {
    lengths = List.copyOf(lengths);
    grid = List.copyOf(grid);
  }

  static RetrievalScore of(String strategy, List<RetrievalCell> lengths, List<RetrievalCell> grid) {
    return new RetrievalScore(strategy, lengths, grid, kMax(lengths, 0.2), kMax(lengths, 0.8));
  }

  private static OptionalInt kMax(List<RetrievalCell> lengths, double share) {
    OptionalInt most = OptionalInt.empty();
    for (RetrievalCell cell : lengths) {
      if (cell.exact().share() < share) {
        break;
      }
      most = OptionalInt.of(cell.length());
    }
    return most;
  }
}
