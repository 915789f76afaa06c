package rope4j.diagnosis;

import java.util.OptionalInt;

/// What the measurement says about a strategy.
///
/// @param level how bad it gets anywhere in the context
/// @param from first position of the first bucket at that level; empty when it holds
/// @param degradesFrom first position of the first bucket that is worse than the control at all
public record Verdict(Level level, OptionalInt from, OptionalInt degradesFrom) {

  /// From good to bad.
  public enum Level {
    /// Nowhere worse than the control by the criteria.
    HOLDS,
    /// Worse than the control, still the same model.
    DEGRADES,
    /// Far worse than the control: what it writes there is not to be used.
    BREAKS
  }

  /// For people: `HOLDS`, `DEGRADES from 512`, `BREAKS at 256`.
  public String text() {
    return switch (level) {
      case HOLDS -> "HOLDS";
      case DEGRADES -> "DEGRADES from " + from.orElseThrow();
      case BREAKS -> "BREAKS at " + from.orElseThrow();
    };
  }
}
