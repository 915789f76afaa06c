package rope4j.inference.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/// BPE with a list of merges that begins with the characters of a word: Gemma 4, and SentencePiece
/// models in a tokenizer.json.
final class CharacterBpe implements TokenModel {

  /// Words that are their token, be there merges to it or not.
  enum Whole {
    NEVER,
    /// Words of line feeds only. Source: llama.cpp `llm_tokenizer_bpe_session`, for Gemma 4.
    LINE_FEEDS,
    ALWAYS
  }

  private final Map<String, Integer> ids;
  private final MergeTable merges;
  private final Unknowns unknowns;
  private final Whole whole;
  private final boolean fusesUnknowns;

  /// A model.
  ///
  /// @param fusesUnknowns whether unknown characters one after another are one unknown token
  CharacterBpe(
      Map<String, Integer> ids,
      MergeTable merges,
      Unknowns unknowns,
      Whole whole,
      boolean fusesUnknowns) {
    this.ids = ids;
    this.merges = merges;
    this.unknowns = unknowns;
    this.whole = whole;
    this.fusesUnknowns = fusesUnknowns;
  }

  @Override
  public void encode(String text, int[] spans, IntBuilder out) {
    MergeChain chain = new MergeChain(merges);
    for (int i = 0; i < spans.length; i += 2) {
      Integer token =
          isWhole(text, spans[i], spans[i + 1])
              ? ids.get(text.substring(spans[i], spans[i + 1]))
              : null;
      if (token != null) {
        out.add(token);
      } else {
        encode(text, spans[i], spans[i + 1], chain, out);
      }
    }
  }

  private boolean isWhole(String text, int from, int to) {
    return switch (whole) {
      case NEVER -> false;
      case ALWAYS -> true;
      case LINE_FEEDS -> text.substring(from, to).chars().allMatch(c -> c == '\n');
    };
  }

  private void encode(String text, int from, int to, MergeChain chain, IntBuilder out) {
    chain.clear();
    for (int at = from; at < to; at += Character.charCount(text.codePointAt(at))) {
      chain.add(merges.piece(Character.toString(text.codePointAt(at))), at);
    }
    chain.merge();
    boolean afterUnknown = false;
    for (int link = chain.isEmpty() ? -1 : 0; link >= 0; link = chain.next(link)) {
      int piece = chain.piece(link);
      int token = piece < 0 ? -1 : merges.token(piece);
      int end = chain.next(link) < 0 ? to : chain.start(chain.next(link));
      if (token >= 0) {
        out.add(token);
        afterUnknown = false;
      } else {
        String character = text.substring(chain.start(link), end);
        byte[] utf8 = character.getBytes(StandardCharsets.UTF_8);
        boolean inBytes = unknowns.hasBytes(utf8, 0, utf8.length);
        if (inBytes) {
          unknowns.addBytes(utf8, 0, utf8.length, out);
        } else if (!afterUnknown || !fusesUnknowns) {
          out.add(unknowns.token(character));
        }
        afterUnknown = !inBytes;
      }
    }
  }
}
