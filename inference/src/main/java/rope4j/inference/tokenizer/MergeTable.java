package rope4j.inference.tokenizer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The pairs BPE merges. Every text that is a token or a side of a pair is a piece with a number;
/// the numbers of tokens are their ids.
final class MergeTable {

  /// A pair to merge.
  record Pair(String left, String right) {

    /// A pair as files write it, with a space between.
    static Pair parse(String written) {
      int space = written.indexOf(' ', 1);
      return space < 0
          ? new Pair("", "")
          : new Pair(written.substring(0, space), written.substring(space + 1));
    }
  }

  private final Map<String, Integer> pieces;
  private final LongTable ranks;
  private final int[] merged;
  private final int tokens;

  /// Numbers the pieces.
  ///
  /// @param ids the tokens' ids by their texts, all below `tokens`
  /// @param pairs the pairs, the soonest merged first
  MergeTable(Map<String, Integer> ids, int tokens, List<Pair> pairs) {
    this.tokens = tokens;
    pieces = new HashMap<>(ids);
    ranks = new LongTable(pairs.size());
    merged = new int[pairs.size()];
    for (int rank = 0; rank < merged.length; rank++) {
      Pair pair = pairs.get(rank);
      if (!pair.left().isEmpty() && !pair.right().isEmpty()) {
        ranks.putIfAbsent(key(number(pair.left()), number(pair.right())), rank);
        merged[rank] = number(pair.left() + pair.right());
      }
    }
  }

  private int number(String text) {
    Integer number = pieces.putIfAbsent(text, tokens + pieces.size());
    return number == null ? pieces.get(text) : number;
  }

  /// The texts of all pieces.
  Set<String> texts() {
    return pieces.keySet();
  }

  /// The piece with a text, or -1: then no pair has it.
  int piece(String text) {
    return pieces.getOrDefault(text, -1);
  }

  /// The token a piece is, or -1.
  int token(int piece) {
    return piece < tokens ? piece : -1;
  }

  /// When two pieces are merged, 0 the soonest, or -1.
  int rank(int left, int right) {
    return left < 0 || right < 0 ? -1 : ranks.get(key(left, right));
  }

  /// What the pair of a rank is merged to.
  int merged(int rank) {
    return merged[rank];
  }

  private static long key(int left, int right) {
    return (long) left << 32 | right;
  }
}
