package rope4j.inference.tokenizer;

import java.text.Normalizer.Form;

/// What BERT does to a text, and where it cuts it: at white space, and around each punctuation mark
/// and Chinese character.
///
/// Source: BERT `tokenization.py`, `BasicTokenizer`; llama.cpp `llm_tokenizer_wpm_session`.
final class BertText {

  private BertText() {}

  /// The rewriting.
  ///
  /// @param cleans whether control characters are dropped and white space becomes a space
  /// @param separatesChinese whether a space is put around Chinese characters
  static Normalizer normalizer(
      boolean cleans, boolean separatesChinese, boolean stripsAccents, boolean lowercases) {
    return (text, _) -> {
      String plain = stripsAccents ? java.text.Normalizer.normalize(text, Form.NFD) : text;
      StringBuilder out = new StringBuilder(plain.length());
      plain
          .codePoints()
          .forEach(c -> {
            if (cleans && isDropped(c)
                || stripsAccents && Character.getType(c) == Character.NON_SPACING_MARK) {
              return;
            }
            if (cleans && Unicode.isWhiteSpace(c)) {
              out.append(' ');
            } else if (separatesChinese && isChinese(c)) {
              out.append(' ').appendCodePoint(c).append(' ');
            } else {
              out.appendCodePoint(lowercases ? Character.toLowerCase(c) : c);
            }
          });
      return out.toString();
    };
  }

  /// Cuts at white space, which is dropped, and around punctuation.
  static int[] split(String text, int[] spans) {
    IntBuilder words = new IntBuilder();
    for (int i = 0; i < spans.length; i += 2) {
      int from = spans[i];
      int width;
      for (int at = from; at < spans[i + 1]; at += width) {
        int c = text.codePointAt(at);
        width = Character.charCount(c);
        boolean mark = isMark(c);
        if (mark || Unicode.isWhiteSpace(c)) {
          add(from, at, words);
          from = at + width;
          if (mark) {
            add(at, from, words);
          }
        }
      }
      add(from, spans[i + 1], words);
    }
    return words.toArray();
  }

  private static void add(int from, int to, IntBuilder words) {
    if (to > from) {
      words.add(from);
      words.add(to);
    }
  }

  private static boolean isDropped(int c) {
    return c == 0
        || c == 0xfffd
        || !Unicode.isWhiteSpace(c)
            && switch (Character.getType(c)) {
              case Character.CONTROL,
                  Character.FORMAT,
                  Character.UNASSIGNED,
                  Character.PRIVATE_USE,
                  Character.SURROGATE ->
                  true;
              default -> false;
            };
  }

  private static boolean isMark(int c) {
    return Unicode.isPunctuation(c) || c < 0x7f && Unicode.isSymbol(c);
  }

  private static boolean isChinese(int c) {
    return c >= 0x4e00 && c <= 0x9fff
        || c >= 0x3400 && c <= 0x4dbf
        || c >= 0x20000 && c <= 0x2a6df
        || c >= 0x2a700 && c <= 0x2b73f
        || c >= 0x2b740 && c <= 0x2b81f
        || c >= 0x2b920 && c <= 0x2ceaf
        || c >= 0xf900 && c <= 0xfaff
        || c >= 0x2f800 && c <= 0x2fa1f;
  }
}
