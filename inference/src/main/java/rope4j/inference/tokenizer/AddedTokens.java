package rope4j.inference.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/// Tokens that are found in a text as they are written, before it is cut into words.
///
/// The longest are found first, wherever they stand, and the leftmost of equal ones. Source:
/// llama.cpp `llama-vocab.cpp`, `tokenizer_st_partition`.
final class AddedTokens {

  /// A token to find.
  ///
  /// @param control whether it is found only when control tokens are asked for
  /// @param stripsLeft whether white space before it belongs to it
  /// @param stripsRight whether white space after it belongs to it
  record Added(String text, int id, boolean control, boolean stripsLeft, boolean stripsRight) {}

  /// A part of a text: a token found in it, or text where `id` is negative.
  record Part(int from, int to, int id) {}

  private final List<Added> tokens;
  private final CharTrie all = new CharTrie();
  private final CharTrie withoutControls = new CharTrie();

  AddedTokens(List<Added> added) {
    tokens =
        added.stream()
            .filter(token -> !token.text().isEmpty())
            .sorted(Comparator.comparingInt((Added token) -> token.text().length()).reversed())
            .toList();
    for (int n = 0; n < tokens.size(); n++) {
      all.add(tokens.get(n).text(), n);
      if (!tokens.get(n).control()) {
        withoutControls.add(tokens.get(n).text(), n);
      }
    }
  }

  /// Parts of a text in which no control token is found.
  List<Part> split(String text) {
    return split(text, withoutControls, new BitSet());
  }

  /// Parts of a text in which control tokens are found, except where one of their characters was
  /// typed.
  List<Part> splitAtControls(String text, BitSet typed) {
    return split(text, all, typed);
  }

  /// The control tokens as they are written.
  List<String> controls() {
    return tokens.stream().filter(Added::control).map(Added::text).toList();
  }

  private List<Part> split(String text, CharTrie trie, BitSet typed) {
    long[] occurrences = occurrences(text, trie);
    Arrays.sort(occurrences);
    // One found earlier is at least as long, so it covers an end of each that it overlaps.
    BitSet taken = new BitSet();
    List<Part> found = new ArrayList<>();
    for (long occurrence : occurrences) {
      Added token = tokens.get((int) (occurrence >>> 32));
      int from = (int) occurrence;
      int to = from + token.text().length();
      int firstTyped = typed.nextSetBit(from);
      if (token.control() && firstTyped >= 0 && firstTyped < to) {
        continue;
      }
      if (!taken.get(from) && !taken.get(to - 1)) {
        taken.set(from, to);
        found.add(new Part(from, to, (int) (occurrence >>> 32)));
      }
    }
    found.sort(Comparator.comparingInt(Part::from));
    return parts(text, found);
  }

  /// Place of a token in the order of search and place in the text, of each that stands there.
  private static long[] occurrences(String text, CharTrie trie) {
    long[] found = new long[0];
    int size = 0;
    for (int from = 0; from < text.length(); from++) {
      int node = trie.next(CharTrie.ROOT, text.charAt(from));
      for (int at = from + 1; node >= 0; at++) {
        int token = trie.number(node);
        if (token >= 0) {
          if (size == found.length) {
            found = Arrays.copyOf(found, Math.max(16, 2 * size));
          }
          found[size++] = (long) token << 32 | from;
        }
        node = at < text.length() ? trie.next(node, text.charAt(at)) : CharTrie.NONE;
      }
    }
    return Arrays.copyOf(found, size);
  }

  private List<Part> parts(String text, List<Part> found) {
    List<Part> parts = new ArrayList<>();
    int at = 0;
    for (Part part : found) {
      Added token = tokens.get(part.id());
      int before = part.from();
      while (token.stripsLeft() && before > at && isBlank(text.charAt(before - 1))) {
        before--;
      }
      if (before > at) {
        parts.add(new Part(at, before, -1));
      }
      parts.add(new Part(part.from(), part.to(), token.id()));
      at = part.to();
      int end = end(text, found, at);
      while (token.stripsRight() && at < end && isBlank(text.charAt(at))) {
        at++;
      }
    }
    if (at < text.length()) {
      parts.add(new Part(at, text.length(), -1));
    }
    return parts;
  }

  /// Where the next token begins: blanks of its own are not stripped.
  private static int end(String text, List<Part> found, int at) {
    int low = 0;
    int high = found.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (found.get(middle).from() < at) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < found.size() ? found.get(low).from() : text.length();
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c >= '\t' && c <= '\r';
  }
}
