package rope4j.diagnosis.probe.trial;

import java.time.Duration;

/// When a measurement has to end.
@FunctionalInterface
public interface Limit {

  /// Never.
  Limit NONE = () -> false;

  /// Asked between batches of tokens.
  boolean reached();

  /// After a time from now on.
  static Limit after(Duration budget) {
    long end = System.nanoTime() + budget.toNanos();
    return () -> System.nanoTime() - end >= 0;
  }

  /// Whichever comes first.
  default Limit or(Limit other) {
    return () -> reached() || other.reached();
  }
}
