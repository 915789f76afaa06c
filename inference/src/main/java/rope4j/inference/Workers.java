package rope4j.inference;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A fixed set of threads that share the tasks of one step after another.
///
/// A step is short (tens of microseconds in a small model), so idle threads spin a moment before
/// they park, and tasks are taken one by one from a counter, so that an unlucky thread does not
/// hold up the rest. The calling thread works too.
final class Workers implements AutoCloseable {

  /// One piece of a step.
  @FunctionalInterface
  interface Task {
    /// @param index which piece, from 0
    /// @param worker which thread, from 0: the index of its scratch memory
    void run(int index, int worker);
  }

  private static final int SPINS = 2000;

  private final Thread[] helpers;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger running = new AtomicInteger();
  private volatile int step;
  private volatile boolean closed;
  private volatile @Nullable Throwable failure;
  private @Nullable Task task;
  private int tasks;
  private @Nullable Thread caller;

  /// @param threads threads that work, the caller included; at least 1
  Workers(int threads) {
    helpers = new Thread[threads - 1];
    for (int i = 0; i < helpers.length; i++) {
      int worker = i + 1;
      helpers[i] =
          Thread.ofPlatform().daemon().name("rope-worker-" + worker).start(() -> help(worker));
    }
  }

  /// Threads that work, the caller included.
  int threads() {
    return helpers.length + 1;
  }

  /// Runs all pieces and returns when the last is done; callers wait for each other. What a piece
  /// throws is thrown here, by one of the pieces if several do.
  ///
  /// @throws IllegalStateException after [#close]
  synchronized void run(int count, Task body) {
    if (closed) {
      throw new IllegalStateException("the model is closed");
    }
    task = body;
    tasks = count;
    caller = Thread.currentThread();
    next.set(0);
    running.set(helpers.length);
    step++;
    for (Thread helper : helpers) {
      LockSupport.unpark(helper);
    }
    drain(body, count, 0);
    for (int spin = 0; running.get() > 0; spin++) {
      if (spin < SPINS) {
        Thread.onSpinWait();
      } else {
        LockSupport.park(this);
      }
    }
    Throwable thrown = failure;
    if (thrown != null) {
      failure = null;
      switch (thrown) {
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new IllegalStateException(thrown);
      }
    }
  }

  private void help(int worker) {
    int seen = 0;
    while (true) {
      for (int spin = 0; step == seen; spin++) {
        if (closed) {
          return;
        }
        if (spin < SPINS) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(this);
        }
      }
      seen = step;
      Task current = task;
      if (current != null) {
        drain(current, tasks, worker);
      }
      if (running.decrementAndGet() == 0) {
        LockSupport.unpark(caller);
      }
    }
  }

  private void drain(Task body, int count, int worker) {
    try {
      for (int index = next.getAndIncrement(); index < count; index = next.getAndIncrement()) {
        body.run(index, worker);
      }
    } catch (Throwable thrown) {
      failure = thrown;
      next.set(count);
    }
  }

  /// Waits for a step that runs, then ends the threads.
  @Override
  public synchronized void close() {
    closed = true;
    for (Thread helper : helpers) {
      LockSupport.unpark(helper);
    }
  }
}
