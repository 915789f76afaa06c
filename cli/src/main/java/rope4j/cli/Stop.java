package rope4j.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Ctrl-C while something is being written: the writer ends its line before the machine stops.
final class Stop implements AutoCloseable {

  private static final long PATIENCE_SECONDS = 5;

  private final CountDownLatch finished = new CountDownLatch(1);
  private volatile boolean asked;
  private volatile boolean idle;

  private Stop() {}

  /// Listens from now on.
  static Stop onInterrupt() {
    Stop stop = new Stop();
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(stop::ask));
    return stop;
  }

  private void ask() {
    asked = true;
    if (idle) {
      return;
    }
    try {
      boolean _ = finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
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
