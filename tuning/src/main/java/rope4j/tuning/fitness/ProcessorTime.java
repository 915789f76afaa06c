package rope4j.tuning.fitness;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/// Time that a processor worked for the current thread: what other programs do does not count.
public final class ProcessorTime {

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private ProcessorTime() {}

  /// Nanoseconds since some moment; of the clock where this JVM can't tell.
  public static long nanos() {
    return THREADS.isCurrentThreadCpuTimeSupported() && THREADS.isThreadCpuTimeEnabled()
        ? THREADS.getCurrentThreadCpuTime()
        : System.nanoTime();
  }
}
