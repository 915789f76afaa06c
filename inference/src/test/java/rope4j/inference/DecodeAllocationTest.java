package rope4j.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.checkpoint.RopeOverrides;

/// A token allocates nothing once the code is compiled.
class DecodeAllocationTest {

  private static final int TOKENS = 200;

  private static Stream<String> models() {
    return Stream.of("llama-gqa", "llama-moe", "deepseek2-v3");
  }

  @ParameterizedTest
  @MethodSource("models")
  void aTokenAllocatesNothing(String name) throws ReflectiveOperationException {
    expectNothingAllocated(Zoo.path(name), SessionOptions.EXACT);
  }

  @Test
  void aTokenOfRoundedActivationsAllocatesNothing() throws ReflectiveOperationException {
    Path everyType = Path.of("src/test/resources/quantized/every-type.gguf");
    expectNothingAllocated(
        everyType, SessionOptions.EXACT.withActivations(SessionOptions.Activations.EIGHT_BITS));
  }

  private static void expectNothingAllocated(Path file, SessionOptions options)
      throws ReflectiveOperationException {
    // One thread does all the work, so that its own count is the whole.
    try (Model model = Model.load(file, 1)) {
      Session session = model.session(model.rotation(RopeOverrides.NONE, 256), 256, options);
      session.feed(new int[TOKENS + 2]);
      Runnable tokens =
          () -> {
            session.truncate(1);
            for (int n = 0; n < TOKENS; n++) {
              session.feed(n);
            }
          };
      assertThat(leastAllocated(tokens)).isLessThan(TOKENS);
    }
  }

  /// The Vector API allocates until it is compiled, which takes a busy machine many seconds: the
  /// best round of a minute counts, and the first that allocates nothing ends it.
  private static long leastAllocated(Runnable calls) throws ReflectiveOperationException {
    Allocations allocations = new Allocations();
    long least = Long.MAX_VALUE;
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (least >= TOKENS && System.nanoTime() < deadline) {
      long before = allocations.bytes();
      calls.run();
      least = Math.min(least, allocations.bytes() - before);
    }
    return least;
  }

  /// What the thread has allocated so far. By reflection, since the module under test does not read
  /// java.management; looked up before, so that asking allocates next to nothing.
  private static final class Allocations {
    private final Object bean;
    private final Method method;

    Allocations() throws ReflectiveOperationException {
      bean =
          Class.forName("java.lang.management.ManagementFactory")
              .getMethod("getThreadMXBean")
              .invoke(null);
      method =
          Class.forName("com.sun.management.ThreadMXBean")
              .getMethod("getCurrentThreadAllocatedBytes");
    }

    long bytes() throws ReflectiveOperationException {
      return (long) method.invoke(bean);
    }
  }
}
