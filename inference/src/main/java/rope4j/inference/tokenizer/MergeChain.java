package rope4j.inference.tokenizer;

import java.util.Arrays;

/// A word as a chain of pieces of which neighbours are merged: the pair of the lowest rank first,
/// the leftmost of equal ones first. Takes time proportional to n log n; used for one word after
/// another.
final class MergeChain {

  /*
   * An entry of the queue is (rank, left piece). It is stale when the pair that begins there now has
   * another rank.
   */

  private final MergeTable table;
  private final LongHeap queue = new LongHeap(64);
  private int[] piece = new int[64];
  private int[] start = new int[64];
  private int[] previous = new int[64];
  private int[] next = new int[64];
  private int size;

  MergeChain(MergeTable table) {
    this.table = table;
  }

  void clear() {
    size = 0;
    queue.clear();
  }

  /// Adds a piece, or -1 for what no pair has, and the place where it begins.
  void add(int number, int at) {
    if (size == piece.length) {
      piece = Arrays.copyOf(piece, 2 * size);
      start = Arrays.copyOf(start, 2 * size);
      previous = Arrays.copyOf(previous, 2 * size);
      next = Arrays.copyOf(next, 2 * size);
    }
    piece[size] = number;
    start[size] = at;
    previous[size] = size - 1;
    next[size] = -1;
    if (size > 0) {
      next[size - 1] = size;
    }
    size++;
  }

  void merge() {
    for (int i = 0; i + 1 < size; i++) {
      findPair(i);
    }
    while (!queue.isEmpty()) {
      long entry = queue.removeLeast();
      int left = (int) entry;
      int rank = (int) (entry >>> 32);
      int right = next[left];
      if (right < 0 || table.rank(piece[left], piece[right]) != rank) {
        continue;
      }
      piece[left] = table.merged(rank);
      piece[right] = -1;
      next[left] = next[right];
      next[right] = -1;
      if (next[left] >= 0) {
        previous[next[left]] = left;
      }
      if (previous[left] >= 0) {
        findPair(previous[left]);
      }
      findPair(left);
    }
  }

  private void findPair(int left) {
    int rank = next[left] < 0 ? -1 : table.rank(piece[left], piece[next[left]]);
    if (rank >= 0) {
      queue.add((long) rank << 32 | left);
    }
  }

  /// Whether there is nothing in the chain; otherwise link 0 is the first.
  boolean isEmpty() {
    return size == 0;
  }

  /// The link after this one, or -1.
  int next(int link) {
    return next[link];
  }

  int piece(int link) {
    return piece[link];
  }

  /// Where a link's text begins; it ends where the next one begins.
  int start(int link) {
    return start[link];
  }
}
