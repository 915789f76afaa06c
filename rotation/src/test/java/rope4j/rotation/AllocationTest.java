package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Nothing is allocated once the code is compiled. Runs in a JVM of its own, as an engine would.
class AllocationTest {

  private static final int CALLS = 2000;

  @Test
  void fillingAndRotatingAllocateNothing() throws ReflectiveOperationException {
    for (Pairing pairing : Pairing.values()) {
      RopeParameters parameters =
          new RopeParameters(128, 128, 10000, 4096, pairing, new Yarn(4, 4096));
      Rotation rotation = Rotation.of(parameters, 4096, Precision.EXACT);
      CosSin table = rotation.table(1);
      float[] queries = new float[4 * 128];
      float[] keys = new float[2 * 128];
      MemorySegment half = MemorySegment.ofArray(new short[2 * 128]);
      PositionWalk walk = rotation.walk(0);
      Runnable calls =
          () -> {
            for (int n = 0; n < CALLS; n++) {
              rotation.fill(table, n, 1);
              rotation.rotate(queries, 0, 4, table);
              rotation.rotate(queries, 0, 4, keys, 0, 2, table);
              walk.fillNext(table, 1);
              rotation.rotate(half, ElementType.F16, 0, 2, table);
              rotation.rotate(half, ElementType.BF16, 0, 2, table);
            }
          };
      assertThat(leastAllocated(calls)).as(pairing.name()).isLessThan(CALLS);
    }
  }

  /// The Vector API allocates until it is compiled, which takes a busy machine many seconds: the
  /// best round of a minute counts, and the first that allocates nothing ends it.
  private static long leastAllocated(Runnable calls) throws ReflectiveOperationException {
    long least = Long.MAX_VALUE;
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (least >= CALLS && System.nanoTime() < deadline) {
      long before = allocated();
      calls.run();
      least = Math.min(least, allocated() - before);
    }
    return least;
  }

  /// By reflection, since the module under test does not read java.management.
  private static long allocated() throws ReflectiveOperationException {
    Object bean =
        Class.forName("java.lang.management.ManagementFactory")
            .getMethod("getThreadMXBean")
            .invoke(null);
    return (long)
        Class.forName("com.sun.management.ThreadMXBean")
            .getMethod("getCurrentThreadAllocatedBytes")
            .invoke(bean);
  }
}
