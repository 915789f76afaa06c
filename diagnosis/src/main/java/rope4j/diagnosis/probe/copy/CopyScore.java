package rope4j.diagnosis.probe.copy;

import java.util.List;

/// How well a strategy copies.
///
/// @param strategy name of the strategy
/// @param cells one per length, ascending
public record CopyScore(String strategy, List<CopyCell> cells) {
  public CopyScore {
    cells = List.copyOf(cells);
  }
}
