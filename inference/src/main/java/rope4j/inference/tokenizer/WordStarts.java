package rope4j.inference.tokenizer;

/// Cuts a text before each SentencePiece space that follows something else. Where no token of a
/// vocabulary reaches across such a place, the tokens are the same, and the work on a long text
/// needs the memory of a word.
final class WordStarts implements Splitter {

  /// U+2581, which stands for a space in the vocabulary.
  static final char SPACE = '▁';

  /// The splitter for a vocabulary: nothing is cut if a token reaches across.
  static Splitter of(Iterable<String> tokens) {
    for (String token : tokens) {
      for (int i = 1; i < token.length(); i++) {
        if (token.charAt(i) == SPACE && token.charAt(i - 1) != SPACE) {
          return Splitter.NONE;
        }
      }
    }
    return new WordStarts();
  }

  @Override
  public int[] split(String text, int[] spans) {
    IntBuilder words = new IntBuilder();
    for (int i = 0; i < spans.length; i += 2) {
      int from = spans[i];
      for (int at = from + 1; at < spans[i + 1]; at++) {
        if (text.charAt(at) == SPACE && text.charAt(at - 1) != SPACE) {
          words.add(from);
          words.add(at);
          from = at;
        }
      }
      words.add(from);
      words.add(spans[i + 1]);
    }
    return words.toArray();
  }
}
