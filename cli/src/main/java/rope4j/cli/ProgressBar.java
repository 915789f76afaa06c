package rope4j.cli;

import java.io.PrintWriter;
import java.util.Locale;
import rope4j.diagnosis.Progress;

/// Shows how far a measurement is, on standard error: a bar with the time left on a terminal, else
/// a line now and then.
final class ProgressBar implements Progress, AutoCloseable {

  private static final int WIDTH = 16;
  private static final long BAR_NANOS = 100_000_000L;
  private static final long LINE_NANOS = 15_000_000_000L;

  private final PrintWriter err;
  private final boolean terminal;
  private final String unit;
  private final long start = System.nanoTime();
  private long last = start;

  /// @param terminal whether the line can be written over
  ProgressBar(PrintWriter err, boolean terminal) {
    this(err, terminal, "tokens");
  }

  /// @param terminal whether the line can be written over
  /// @param unit of what is counted
  ProgressBar(PrintWriter err, boolean terminal, String unit) {
    this.err = err;
    this.terminal = terminal;
    this.unit = unit;
  }

  @Override
  public void report(String stage, long done, long total) {
    long now = System.nanoTime();
    if (now - last < (terminal ? BAR_NANOS : LINE_NANOS) || total == 0) {
      return;
    }
    last = now;
    double share = (double) done / total;
    double left = (now - start) / 1e9 * (1 - share) / share;
    String status =
        String.format(
            Locale.ROOT,
            "%-12.12s %3.0f %%  %s of %s %s, %s left",
            stage,
            100 * share,
            count(done),
            count(total),
            unit,
            time(left));
    if (terminal) {
      int filled = (int) Math.round(share * WIDTH);
      err.print("\r" + "█".repeat(filled) + "░".repeat(WIDTH - filled) + " " + status + "\033[K");
      err.flush();
    } else {
      err.println(status);
    }
  }

  /// At most six characters.
  private static String count(long tokens) {
    if (tokens < 100_000) {
      return Long.toString(tokens);
    }
    return tokens < 100_000_000 ? tokens / 1000 + " k" : tokens / 1_000_000 + " M";
  }

  private static String time(double seconds) {
    long whole = Math.round(seconds);
    return whole < 60
        ? whole + " s"
        : String.format(Locale.ROOT, "%d:%02d min", whole / 60, whole % 60);
  }

  /// Clears the bar.
  @Override
  public void close() {
    if (terminal) {
      err.print("\r\033[K");
      err.flush();
    }
  }
}
