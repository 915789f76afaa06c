package rope4j.inference.tokenizer;

import java.util.Map;
import java.util.OptionalInt;
import rope4j.checkpoint.CheckpointException;

/// WordPiece: the longest token a word begins with, then the longest that the rest does. A word
/// that can't be written so is one unknown token.
///
/// Source: BERT `tokenization.py`, `WordpieceTokenizer`; llama.cpp `llm_tokenizer_wpm_session`.
///
/// @param wordPrefix what the vocabulary writes before a token that begins a word: `▁` in GGUF
/// @param restPrefix what it writes before the others: `##` in a tokenizer.json
/// @param longest length of the longest token, chars
/// @param longestWord code points of a word from which on it is unknown
record WordPiece(
    Map<String, Integer> ids,
    OptionalInt unknown,
    String wordPrefix,
    String restPrefix,
    int longest,
    int longestWord)
    implements TokenModel {

  @Override
  public void encode(String text, int[] spans, IntBuilder out) {
    IntBuilder pieces = new IntBuilder();
    for (int i = 0; i < spans.length; i += 2) {
      pieces.clear();
      String word = text.substring(spans[i], spans[i + 1]);
      if (word.codePointCount(0, word.length()) <= longestWord
          && write(wordPrefix + word, pieces)) {
        for (int n = 0; n < pieces.size(); n++) {
          out.add(pieces.get(n));
        }
      } else {
        out.add(
            unknown.orElseThrow(() ->
                new CheckpointException(
                    "the vocabulary can't write '"
                        + Unknowns.shown(word)
                        + "' and has no token for unknown words: remove it from the text")));
      }
    }
  }

  private boolean write(String word, IntBuilder pieces) {
    int at = 0;
    while (at < word.length()) {
      String prefix = at == 0 ? "" : restPrefix;
      int end = Math.min(word.length(), at + longest);
      Integer id = null;
      for (; end > at && id == null; end--) {
        id = ids.get(prefix.isEmpty() ? word.substring(at, end) : prefix + word.substring(at, end));
      }
      if (id == null) {
        return false;
      }
      pieces.add(id);
      at = end + 1;
    }
    return true;
  }
}
