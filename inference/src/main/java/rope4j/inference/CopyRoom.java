package rope4j.inference;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;

/// Bytes of the heap that copies of a model's weights may take: half of what the JVM may use, or
/// what the sessions in use leave of seven eighths of it, if that is less. When a new session needs
/// what copies have taken, they are dropped, and made again as far as there is room.
final class CopyRoom {

  private final long heap;
  private final Map<Object, Long> sessions = new WeakHashMap<>();
  private final Set<InterleavedRows> holders = Collections.newSetFromMap(new WeakHashMap<>());
  private long taken;

  /// Read without the lock too: a panel that finds no room asks at every token.
  private volatile long left;

  /// @param heap bytes that the JVM may use
  CopyRoom(long heap) {
    this.heap = heap;
    left = heap / 2;
  }

  /// Leaves so many bytes to a session, until it is garbage.
  synchronized void reserve(Object session, long bytes) {
    sessions.put(session, bytes);
    long needed = sessions.values().stream().mapToLong(Long::longValue).sum();
    long most = Math.max(0, Math.min(heap / 2, heap - heap / 8 - needed));
    if (taken > most) {
      holders.forEach(InterleavedRows::drop);
      holders.clear();
      taken = 0;
    }
    left = most - taken;
  }

  /// Takes bytes, if there are so many.
  ///
  /// @param holder what is told to drop its copies when the bytes are needed
  boolean take(long bytes, InterleavedRows holder) {
    if (bytes > left) {
      return false;
    }
    synchronized (this) {
      if (bytes > left) {
        return false;
      }
      holders.add(holder);
      taken += bytes;
      left -= bytes;
      return true;
    }
  }

  /// Gives bytes back that the JVM turned out not to have; until the next session there are no
  /// more.
  synchronized void exhausted(long bytes) {
    taken -= bytes;
    left = 0;
  }
}
