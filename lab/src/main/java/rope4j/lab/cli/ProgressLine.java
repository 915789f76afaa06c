package rope4j.lab.cli;

import java.io.PrintWriter;
import java.util.Locale;
import rope4j.lab.experiment.RunProgress;

/// Shows how far a run is, on standard error: a line that is written over on a terminal, else a
/// line now and then.
final class ProgressLine implements RunProgress, AutoCloseable {

  private static final int WIDTH = 16;
  private static final long TERMINAL_NANOS = 200_000_000L;
  private static final long LINE_NANOS = 15_000_000_000L;

  private final PrintWriter err;
  private final boolean terminal;
  private final long start = System.nanoTime();
  private long last = start;

  ProgressLine(PrintWriter err, boolean terminal) {
    this.err = err;
    this.terminal = terminal;
  }

  @Override
  public void report(String what, double done, double total, double worked) {
    long now = System.nanoTime();
    if (now - last < (terminal ? TERMINAL_NANOS : LINE_NANOS)) {
      return;
    }
    last = now;
    double left = (now - start) / 1e9 * (total - done) / worked;
    String status =
        String.format(Locale.ROOT, "%3.0f %%  %s left  %s", 100 * done / total, time(left), what);
    if (terminal) {
      int filled = (int) Math.round(done / total * WIDTH);
      err.print("\r" + "█".repeat(filled) + "░".repeat(WIDTH - filled) + " " + status + "\033[K");
      err.flush();
    } else {
      err.println(status);
    }
  }

  private static String time(double seconds) {
    long whole = Math.round(seconds);
    if (whole < 60) {
      return whole + " s";
    }
    return whole < 3600
        ? String.format(Locale.ROOT, "%d:%02d min", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%d:%02d h", whole / 3600, whole / 60 % 60);
  }

  /// Clears the line.
  @Override
  public void close() {
    if (terminal) {
      err.print("\r\033[K");
      err.flush();
    }
  }
}
