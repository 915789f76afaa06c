package rope4j.inference;

import java.util.concurrent.atomic.AtomicLong;

/// Bytes of the heap that copies of a model's weights may take: half of what the JVM may use at
/// first, and less once its sessions need more than the other half. What was taken is kept.
final class CopyRoom {

  private final long heap;
  private final AtomicLong left;
  private final AtomicLong others = new AtomicLong();
  private final AtomicLong taken = new AtomicLong();

  /// @param heap bytes that the JVM may use
  CopyRoom(long heap) {
    this.heap = heap;
    left = new AtomicLong(heap / 2);
  }

  /// Keeps bytes free for something else. An eighth of the heap is kept free for good.
  void keepFree(long bytes) {
    long most = heap - heap / 8 - others.addAndGet(bytes) - taken.get();
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
