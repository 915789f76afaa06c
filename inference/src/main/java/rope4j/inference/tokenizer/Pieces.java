package rope4j.inference.tokenizer;

import java.nio.charset.StandardCharsets;
import rope4j.checkpoint.Vocabulary.Kind;
import rope4j.checkpoint.Vocabulary.Token;

/// How a vocabulary writes text in its tokens. Source: llama.cpp `llama-vocab.cpp`,
/// `token_to_piece`.
enum Pieces {
  /// `▁` is a space.
  SENTENCE_PIECE,
  /// Characters are bytes; see [ByteAlphabet].
  BYTE_LEVEL,
  /// A token without `##` begins a word.
  WORD_PIECE;

  private static final byte[] NOTHING = {};

  /// The bytes of a token in the middle of a text.
  byte[] bytes(Token token) {
    return switch (token.kind()) {
      case CONTROL, UNKNOWN -> NOTHING;
      case USER_DEFINED -> token.text().getBytes(StandardCharsets.UTF_8);
      case BYTE -> new byte[] {(byte) byteOf(token.text())};
      case UNDEFINED, NORMAL, UNUSED ->
          switch (this) {
            case SENTENCE_PIECE -> utf8(token.text().replace(WordStarts.SPACE, ' '));
            case BYTE_LEVEL -> ByteAlphabet.read(token.text());
            case WORD_PIECE ->
                utf8(
                    token.text().startsWith("##") ? token.text().substring(2) : " " + token.text());
          };
    };
  }

  /// Whether a space at the beginning of a token may be one that the tokenizer has added.
  static boolean isWritten(Token token) {
    return token.kind() != Kind.USER_DEFINED && token.kind() != Kind.BYTE;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// The value of a token such as `<0x0A>`; '?' for one that is not written so.
  private static int byteOf(String text) {
    try {
      return text.length() == 6 ? Integer.parseInt(text, 3, 5, 16) : '?';
    } catch (NumberFormatException _) {
      return '?';
    }
  }
}
