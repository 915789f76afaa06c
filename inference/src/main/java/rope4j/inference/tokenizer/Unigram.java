package rope4j.inference.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import rope4j.checkpoint.Vocabulary.Kind;
import rope4j.checkpoint.Vocabulary.Token;

/// SentencePiece Unigram: of all ways to write a word in tokens, the one with the highest sum of
/// scores.
///
/// Source: llama.cpp `llama-vocab.cpp`, `llm_tokenizer_ugm_session::tokenize`; SentencePiece
/// `unigram_model.cc`.
final class Unigram implements TokenModel {

  /// What an unknown character costs more than the worst token.
  private static final float UNKNOWN_PENALTY = 10;

  private static final int UNKNOWN = -1;

  private final CharTrie trie = new CharTrie();
  private final double[] scores;
  private final double unknownScore;
  private final Unknowns unknowns;

  Unigram(List<Token> tokens, Unknowns unknowns) {
    this.unknowns = unknowns;
    scores = new double[tokens.size()];
    float worst = Float.MAX_VALUE;
    for (int id = 0; id < scores.length; id++) {
      Token token = tokens.get(id);
      scores[id] = token.kind() == Kind.USER_DEFINED ? 0 : token.score();
      if (!Double.isFinite(scores[id])) {
        // No way to write a word may lead over it.
        continue;
      }
      if (token.kind() == Kind.NORMAL) {
        worst = Math.min(worst, token.score());
      }
      if (!token.text().isEmpty()) {
        switch (token.kind()) {
          case NORMAL, USER_DEFINED, UNUSED -> trie.add(token.text(), id);
          case UNDEFINED, UNKNOWN, CONTROL, BYTE -> {}
        }
      }
    }
    unknownScore = worst - UNKNOWN_PENALTY;
  }

  @Override
  public void encode(String text, int[] spans, IntBuilder out) {
    boolean afterUnknown = false;
    for (int i = 0; i < spans.length; i += 2) {
      afterUnknown = encode(text.substring(spans[i], spans[i + 1]), afterUnknown, out);
    }
  }

  /// Appends the best way to write a word; returns whether it ends with an unknown character.
  private boolean encode(String word, boolean afterUnknown, IntBuilder out) {
    int[] token = new int[word.length() + 1];
    int[] from = new int[word.length() + 1];
    walk(word, token, from);
    // Backwards over the best way; `from` then leads forwards.
    int[] to = new int[word.length() + 1];
    for (int at = word.length(); at > 0; at = from[at]) {
      to[from[at]] = at;
    }
    boolean unknown = afterUnknown;
    for (int at = 0; at < word.length(); at = to[at]) {
      int id = token[to[at]];
      if (id != UNKNOWN) {
        out.add(id);
        unknown = false;
        continue;
      }
      String character = word.substring(at, to[at]);
      byte[] utf8 = character.getBytes(StandardCharsets.UTF_8);
      if (unknowns.hasBytes(utf8, 0, utf8.length)) {
        unknowns.addBytes(utf8, 0, utf8.length, out);
        unknown = false;
      } else {
        if (!unknown) {
          out.add(unknowns.token(character));
        }
        unknown = true;
      }
    }
    return unknown;
  }

  private void walk(String word, int[] token, int[] from) {
    double[] best = new double[word.length() + 1];
    Arrays.fill(best, Double.NEGATIVE_INFINITY);
    best[0] = 0;
    int width;
    for (int at = 0; at < word.length(); at += width) {
      width = Character.charCount(word.codePointAt(at));
      boolean known = false;
      int node = trie.next(CharTrie.ROOT, word.charAt(at));
      for (int end = at + 1; node >= 0; end++) {
        int id = trie.number(node);
        if (id >= 0) {
          known |= end == at + width;
          if (best[at] + scores[id] > best[end]) {
            best[end] = best[at] + scores[id];
            token[end] = id;
            from[end] = at;
          }
        }
        node = end < word.length() ? trie.next(node, word.charAt(end)) : CharTrie.NONE;
      }
      int end = at + width;
      if (!known && best[at] + unknownScore > best[end]) {
        best[end] = best[at] + unknownScore;
        token[end] = UNKNOWN;
        from[end] = at;
      }
    }
  }
}
