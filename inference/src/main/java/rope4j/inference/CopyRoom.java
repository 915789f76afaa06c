package rope4j.inference;

import java.util.concurrent.atomic.AtomicLong;

/// Bytes of the heap that copies of a model's weights may take: half of what the JVM may use, and
/// less where a session needs more than the rest of it. What was taken is kept as long as the
/// model.
final class CopyRoom {

  private final long heap;
  private final AtomicLong left;
  private final AtomicLong taken = new AtomicLong();

  /// @param heap bytes that the JVM may use
  CopyRoom(long heap) {
    this.heap = heap;
    left = new AtomicLong(heap / 2);
  }

  /// Leaves so many bytes to a session, and an eighth of the heap to all else.
  void keepFree(long bytes) {
    long most = heap - heap / 8 - bytes - taken.get();
    left.accumulateAndGet(Math.max(0, most), Math::min);
  }

  /// Takes bytes, if there are so many.
  boolean take(long bytes) {
    boolean fits = left.getAndUpdate(now -> now >= bytes ? now - bytes : now) >= bytes;
    if (fits) {
      taken.addAndGet(bytes);
    }
    return fits;
  }
}
