package rope4j.inference.tokenizer;

/// Cuts digits into groups of three that are counted from the right, as one writes thousands.
///
/// By hand, because the expressions for it look ahead to the end of the digits from each of them.
///
/// @param which which characters are digits
record DigitGroups(Which which) implements Splitter {

  /// Digits that are grouped.
  enum Which {
    /// 0 to 9.
    ASCII,
    /// 0 to 9, where neither an ASCII letter nor an underscore follows.
    ASCII_AT_WORD_END,
    /// Every number of Unicode.
    UNICODE
  }

  @Override
  public int[] split(String text, int[] spans) {
    IntBuilder words = new IntBuilder();
    for (int i = 0; i < spans.length; i += 2) {
      split(text, spans[i], spans[i + 1], words);
    }
    return words.toArray();
  }

  private void split(String text, int begin, int end, IntBuilder words) {
    int from = begin;
    int at = begin;
    while (at < end) {
      int digits = 0;
      int after = at;
      while (after < end && isDigit(text.codePointAt(after))) {
        after += Character.charCount(text.codePointAt(after));
        digits++;
      }
      if (digits == 0) {
        at += Character.charCount(text.codePointAt(at));
        continue;
      }
      if (which == Which.ASCII_AT_WORD_END && after < end && isWord(text.charAt(after))) {
        at = after;
        continue;
      }
      if (at > from) {
        words.add(from);
        words.add(at);
      }
      int group = at;
      for (; digits > 0; digits--) {
        at += Character.charCount(text.codePointAt(at));
        if (digits % 3 == 1) {
          words.add(group);
          words.add(at);
          group = at;
        }
      }
      from = at;
    }
    if (from < end) {
      words.add(from);
      words.add(end);
    }
  }

  private boolean isDigit(int c) {
    return which == Which.UNICODE ? Unicode.isNumber(c) : c >= '0' && c <= '9';
  }

  private static boolean isWord(char c) {
    return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '_';
  }
}
