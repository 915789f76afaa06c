package rope4j.inference;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.Vocabulary;
import rope4j.checkpoint.Vocabulary.Kind;
import rope4j.checkpoint.Vocabulary.Token;

/// SentencePiece BPE as llama.cpp does it.
///
/// Source: llama.cpp `llama-vocab.cpp`: `llm_tokenizer_spm_session`, `tokenizer_st_partition`,
/// `llama_vocab::impl::byte_to_token` and `token_to_piece`. One deviation: where a vocabulary has
/// tokens neither for a character nor for its bytes, llama.cpp ends with an exception; here the
/// character becomes the unknown token, as in SentencePiece itself.
final class SentencePieceTokenizer implements Tokenizer {

  /// U+2581, which stands for a space in the vocabulary.
  private static final char SPACE = '▁';

  private final Vocabulary vocabulary;
  private final Map<String, Integer> ids = new HashMap<>();
  private final MergeRanks ranks;
  private final int[] byteTokens = new int[256];

  /// Tokens that are found in the raw text before anything is merged, longest first.
  private final List<Integer> userDefined;

  SentencePieceTokenizer(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
    for (int id = 0; id < vocabulary.size(); id++) {
      // The last of several equal ones, as in llama.cpp's table.
      ids.put(vocabulary.tokens().get(id).text(), id);
    }
    ranks = new MergeRanks(vocabulary);
    for (int b = 0; b < byteTokens.length; b++) {
      byteTokens[b] = ids.getOrDefault("<0x%02X>".formatted(b), -1);
    }
    userDefined = userDefined(vocabulary);
  }

  private static List<Integer> userDefined(Vocabulary vocabulary) {
    List<Integer> found = new ArrayList<>();
    for (int id = 0; id < vocabulary.size(); id++) {
      Token token = vocabulary.tokens().get(id);
      if (token.kind() == Kind.USER_DEFINED && !token.text().isEmpty()) {
        found.add(id);
      }
    }
    found.sort(
        Comparator.comparingInt((Integer id) -> vocabulary.tokens().get(id).text().length())
            .reversed());
    return List.copyOf(found);
  }

  @Override
  public int[] encode(String text) {
    IntBuilder out = new IntBuilder();
    // A surrogate without its partner is no character; UTF-8 could not carry it.
    String valid = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    encode(valid, 0, out);
    return out.toArray();
  }

  /// Cuts the text at user-defined tokens, the longest ones first, and merges what lies between.
  private void encode(String text, int fromUserDefined, IntBuilder out) {
    for (int n = fromUserDefined; n < userDefined.size(); n++) {
      int id = userDefined.get(n);
      String special = vocabulary.tokens().get(id).text();
      int at = text.indexOf(special);
      if (at < 0) {
        continue;
      }
      int from = 0;
      while (at >= 0) {
        encode(text.substring(from, at), n + 1, out);
        out.add(id);
        from = at + special.length();
        at = text.indexOf(special, from);
      }
      encode(text.substring(from), n + 1, out);
      return;
    }
    if (!text.isEmpty()) {
      merge((vocabulary.addsSpacePrefix() ? SPACE + text : text).replace(' ', SPACE), out);
    }
  }

  private void merge(String text, IntBuilder out) {
    Symbols symbols = new Symbols(text, ids, ranks);
    symbols.merge();
    for (int symbol = 0; symbol >= 0; symbol = symbols.next(symbol)) {
      String piece = symbols.text(symbol);
      Integer id = ids.get(piece);
      if (id != null) {
        out.add(id);
      } else {
        addBytes(piece, out);
      }
    }
  }

  private void addBytes(String character, IntBuilder out) {
    byte[] bytes = character.getBytes(StandardCharsets.UTF_8);
    for (byte b : bytes) {
      if (byteTokens[b & 0xff] < 0) {
        out.add(
            vocabulary
                .unknown()
                .orElseThrow(() ->
                    new CheckpointException(
                        "the vocabulary has no token for '"
                            + character
                            + "' and none for unknown characters: remove it from the text")));
        return;
      }
    }
    for (byte b : bytes) {
      out.add(byteTokens[b & 0xff]);
    }
  }

  @Override
  public String decode(int... tokens) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    boolean atStart = vocabulary.addsSpacePrefix();
    for (int id : tokens) {
      Token token = vocabulary.tokens().get(id);
      String piece =
          switch (token.kind()) {
            case CONTROL, UNKNOWN -> "";
            case USER_DEFINED -> token.text();
            case UNDEFINED, NORMAL, UNUSED, BYTE -> token.text().replace(SPACE, ' ');
          };
      if (token.kind() == Kind.BYTE) {
        bytes.write(byteOf(token));
      } else {
        // The space was put there by encode: before a text, and after a token found in it.
        boolean added = atStart && token.kind() != Kind.USER_DEFINED && piece.startsWith(" ");
        bytes.writeBytes((added ? piece.substring(1) : piece).getBytes(StandardCharsets.UTF_8));
      }
      atStart =
          vocabulary.addsSpacePrefix()
              && (token.kind() == Kind.CONTROL || token.kind() == Kind.USER_DEFINED);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /// The value of a token such as `<0x0A>`; '?' for one that is not written so.
  private static int byteOf(Token token) {
    String text = token.text();
    try {
      return text.length() == 6 ? Integer.parseInt(text, 3, 5, 16) : '?';
    } catch (NumberFormatException e) {
      return '?';
    }
  }

  @Override
  public OptionalInt bos() {
    return vocabulary.bos();
  }

  @Override
  public OptionalInt eos() {
    return vocabulary.eos();
  }

  @Override
  public boolean addsBos() {
    return vocabulary.addsBos();
  }

  @Override
  public int vocabularySize() {
    return vocabulary.size();
  }
}
