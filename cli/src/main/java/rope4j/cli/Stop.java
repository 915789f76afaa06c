package rope4j.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Ctrl-C while something is being written: the writer ends its line before the machine stops.
final class Stop implements AutoCloseable {

  private static final Duration A_LINE = Duration.ofSeconds(5);

  private final Duration patience;
  private final Runnable said;
  private final CountDownLatch finished = new CountDownLatch(1);
  private volatile boolean asked;
  private volatile boolean idle;

  private Stop(Duration patience, Runnable said) {
    this.patience = patience;
    this.said = said;
  }

  /// Listens from now on.
  static Stop onInterrupt() {
    return onInterrupt(A_LINE, () -> {});
  }

  /// Listens from now on.
  ///
  /// @param patience how long what is being done may take to end
  /// @param said tells the user that it is coming to its end
  static Stop onInterrupt(Duration patience, Runnable said) {
    Stop stop = new Stop(patience, said);
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(stop::ask));
    return stop;
  }

  private void ask() {
    asked = true;
    if (idle) {
      return;
    }
    if (finished.getCount() > 0) {
      said.run();
    }
    try {
      boolean _ = finished.await(patience.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Whether the user wants it to end.
  boolean isAsked() {
    return asked;
  }

  /// Says whether nothing is being written, so that there is nothing to wait for.
  void idle(boolean isIdle) {
    idle = isIdle;
  }

  /// Everything is written.
  @Override
  public void close() {
    finished.countDown();
  }
}
