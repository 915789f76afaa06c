package rope4j.inference.tokenizer;

import java.util.Map;

/// SentencePiece BPE: two symbols merge if together they are a token, the one with the highest
/// score first.
///
/// Source: llama.cpp `llama-vocab.cpp`, `llm_tokenizer_spm_session`,
/// `llama_vocab::impl::byte_to_token`. One deviation: where a vocabulary has tokens neither for a
/// character nor for its bytes, llama.cpp ends with an exception; here the character becomes the
/// unknown token, as in SentencePiece itself.
record SentencePieceBpe(Map<String, Integer> ids, MergeRanks ranks, Unknowns unknowns)
    implements TokenModel {

  @Override
  public void encode(String text, int[] spans, IntBuilder out) {
    for (int i = 0; i < spans.length; i += 2) {
      Symbols symbols = new Symbols(text.substring(spans[i], spans[i + 1]), ids, ranks);
      symbols.merge();
      for (int symbol = 0; symbol >= 0; symbol = symbols.next(symbol)) {
        String piece = symbols.text(symbol);
        Integer id = ids.get(piece);
        if (id != null) {
          out.add(id);
        } else {
          unknowns.add(piece, out);
        }
      }
    }
  }
}
