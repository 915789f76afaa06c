package rope4j.inference.tokenizer;

import java.util.Arrays;
import java.util.Map;

/// BPE that begins with the bytes of a word, as GPT-2's.
///
/// Source: llama.cpp `llama-vocab.cpp`, `llm_tokenizer_bpe_session`. One deviation: a byte that is
/// no token is dropped there; here it is the unknown token or an error.
final class ByteLevelBpe implements TokenModel {

  private final Map<String, Integer> ids;
  private final MergeTable merges;
  private final Unknowns unknowns;
  private final boolean ignoresMerges;
  private final int[] bytePieces = new int[256];

  /// A model.
  ///
  /// @param ignoresMerges whether a word that is a token is that token, be there merges to it or
  ///   not
  ByteLevelBpe(
      Map<String, Integer> ids, MergeTable merges, Unknowns unknowns, boolean ignoresMerges) {
    this.ids = ids;
    this.merges = merges;
    this.unknowns = unknowns;
    this.ignoresMerges = ignoresMerges;
    for (int b = 0; b < bytePieces.length; b++) {
      bytePieces[b] = merges.piece(String.valueOf(ByteAlphabet.charOf(b)));
    }
  }

  @Override
  public void encode(String text, int[] spans, IntBuilder out) {
    MergeChain chain = new MergeChain(merges);
    byte[] word = new byte[64];
    for (int i = 0; i < spans.length; i += 2) {
      int most = 3 * (spans[i + 1] - spans[i]);
      if (word.length < most) {
        word = Arrays.copyOf(word, Math.max(most, 2 * word.length));
      }
      int length = utf8(text, spans[i], spans[i + 1], word);
      Integer whole = ignoresMerges ? ids.get(ByteAlphabet.write(word, length)) : null;
      if (whole != null) {
        out.add(whole);
      } else {
        encode(word, length, chain, out);
      }
    }
  }

  private void encode(byte[] word, int length, MergeChain chain, IntBuilder out) {
    chain.clear();
    for (int i = 0; i < length; i++) {
      chain.add(bytePieces[word[i] & 0xff], i);
    }
    chain.merge();
    for (int link = chain.isEmpty() ? -1 : 0; link >= 0; link = chain.next(link)) {
      int piece = chain.piece(link);
      int token = piece < 0 ? -1 : merges.token(piece);
      if (token >= 0) {
        out.add(token);
        continue;
      }
      int from = chain.start(link);
      int to = chain.next(link) < 0 ? length : chain.start(chain.next(link));
      if (unknowns.hasBytes(word, from, to)) {
        unknowns.addBytes(word, from, to, out);
      } else {
        out.add(unknowns.token("byte 0x%02X".formatted(word[from])));
      }
    }
  }

  /// Writes chars as UTF-8; returns the number of bytes. There are no surrogates without partner.
  private static int utf8(String text, int from, int to, byte[] bytes) {
    int size = 0;
    for (int i = from; i < to; i++) {
      int c = text.charAt(i);
      if (c < 0x80) {
        bytes[size++] = (byte) c;
      } else if (c < 0x800) {
        bytes[size++] = (byte) (0xc0 | c >> 6);
        bytes[size++] = (byte) (0x80 | c & 0x3f);
      } else if (Character.isHighSurrogate((char) c)) {
        c = text.codePointAt(i++);
        bytes[size++] = (byte) (0xf0 | c >> 18);
        bytes[size++] = (byte) (0x80 | c >> 12 & 0x3f);
        bytes[size++] = (byte) (0x80 | c >> 6 & 0x3f);
        bytes[size++] = (byte) (0x80 | c & 0x3f);
      } else {
        bytes[size++] = (byte) (0xe0 | c >> 12);
        bytes[size++] = (byte) (0x80 | c >> 6 & 0x3f);
        bytes[size++] = (byte) (0x80 | c & 0x3f);
      }
    }
    return size;
  }
}
