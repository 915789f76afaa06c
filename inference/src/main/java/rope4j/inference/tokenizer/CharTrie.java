package rope4j.inference.tokenizer;

/// A set of texts, each with a number, which is walked through char by char.
final class CharTrie {

  static final int ROOT = 0;
  static final int NONE = -1;

  private final LongTable steps = new LongTable(64);
  private final IntBuilder numbers = new IntBuilder();

  CharTrie() {
    numbers.add(NONE);
  }

  /// Adds a text. The last of equal ones keeps its number.
  void add(String text, int number) {
    int node = ROOT;
    for (int i = 0; i < text.length(); i++) {
      int created = numbers.size();
      int next = steps.putIfAbsent(step(node, text.charAt(i)), created);
      if (next == created) {
        numbers.add(NONE);
      }
      node = next;
    }
    numbers.set(node, number);
  }

  /// The node after a char, or [#NONE].
  int next(int node, char c) {
    return steps.get(step(node, c));
  }

  /// The number of the text that ends at a node, or [#NONE].
  int number(int node) {
    return numbers.get(node);
  }

  private static long step(int node, char c) {
    return (long) node << 16 | c;
  }
}
