package rope4j.inference.tokenizer;

import java.util.Map;

/// A text as a chain of symbols, at first one per character, of which neighbours are merged to
/// tokens: the highest score first, the leftmost of equal ones first.
final class Symbols {

  /*
   * llama.cpp keeps a queue of bigrams and drops those whose symbols have changed since. Here a
   * bigram is known by its left symbol: `pair[left]` is the token it would become now, and a queue
   * entry (rank, left) is stale when that token has another rank. If it has the same rank, the entry
   * says the same as the one that was queued for the new pair, so taking it is right.
   */

  private final String text;
  private final Map<String, Integer> ids;
  private final MergeRanks ranks;

  /// First char of a symbol; symbols merged into their left neighbour have length 0.
  private final int[] start;

  private final int[] length;
  private final int[] previous;
  private final int[] next;

  /// The token that a symbol and the one after it make, or -1.
  private final int[] pair;

  private final LongHeap queue;

  Symbols(String text, Map<String, Integer> ids, MergeRanks ranks) {
    this.text = text;
    this.ids = ids;
    this.ranks = ranks;
    int symbols = text.codePointCount(0, text.length());
    start = new int[symbols];
    length = new int[symbols];
    previous = new int[symbols];
    next = new int[symbols];
    pair = new int[symbols];
    queue = new LongHeap(symbols);
    int at = 0;
    for (int i = 0; i < symbols; i++) {
      start[i] = at;
      length[i] = Character.charCount(text.codePointAt(at));
      at += length[i];
      previous[i] = i - 1;
      next[i] = i + 1 < symbols ? i + 1 : -1;
    }
    for (int i = 0; i < symbols; i++) {
      findPair(i);
    }
  }

  void merge() {
    while (!queue.isEmpty()) {
      long entry = queue.removeLeast();
      int left = (int) entry;
      if (pair[left] < 0 || ranks.rank(pair[left]) != (int) (entry >>> 32)) {
        continue;
      }
      int right = next[left];
      length[left] += length[right];
      length[right] = 0;
      pair[right] = -1;
      next[left] = next[right];
      if (next[right] >= 0) {
        previous[next[right]] = left;
      }
      if (previous[left] >= 0) {
        findPair(previous[left]);
      }
      findPair(left);
    }
  }

  /// The symbol after this one, or -1.
  int next(int symbol) {
    return next[symbol];
  }

  String text(int symbol) {
    return text.substring(start[symbol], start[symbol] + length[symbol]);
  }

  private void findPair(int left) {
    int right = next[left];
    Integer id =
        right < 0 ? null : ids.get(text.substring(start[left], start[right] + length[right]));
    pair[left] = id == null ? -1 : id;
    if (id != null) {
      queue.add((long) ranks.rank(id) << 32 | left);
    }
  }
}
