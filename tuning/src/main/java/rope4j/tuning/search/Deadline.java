package rope4j.tuning.search;

import java.util.function.LongSupplier;

/// When a search has to end: for a budget that is a time, so long after this was made, closed forms
/// included; for any other, never.
public final class Deadline {

  private final LongSupplier nanos;
  private final long start;
  private final long most;

  /// @param nanos the time, as [System#nanoTime]
  public Deadline(Budget budget, LongSupplier nanos) {
    this.nanos = nanos;
    this.start = nanos.getAsLong();
    this.most = budget instanceof Budget.Time(var time) ? time.toNanos() : Long.MAX_VALUE;
  }

  /// Seconds since this was made.
  public double seconds() {
    return (nanos.getAsLong() - start) / 1e9;
  }

  /// Nanoseconds that are left; 0 or less when it has passed.
  long left() {
    return most - (nanos.getAsLong() - start);
  }

  /// Whether it has passed.
  public boolean passed() {
    return left() <= 0;
  }
}
