package rope4j.inference.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalInt;
import rope4j.checkpoint.CheckpointException;

/// What becomes of a character that is no token: its bytes, or the unknown token.
final class Unknowns {

  private final OptionalInt unknown;

  /// The tokens of the 256 bytes, -1 for those without.
  private final int[] bytes;

  private Unknowns(OptionalInt unknown, int[] bytes) {
    this.unknown = unknown;
    this.bytes = bytes;
  }

  /// Bytes are tokens such as `<0x0A>`.
  static Unknowns hexadecimal(Map<String, Integer> ids, OptionalInt unknown) {
    int[] bytes = new int[256];
    for (int b = 0; b < bytes.length; b++) {
      bytes[b] = ids.getOrDefault("<0x%02X>".formatted(b), -1);
    }
    return new Unknowns(unknown, bytes);
  }

  /// Bytes are the characters of [ByteAlphabet].
  static Unknowns alphabet(Map<String, Integer> ids, OptionalInt unknown) {
    int[] bytes = new int[256];
    for (int b = 0; b < bytes.length; b++) {
      bytes[b] = ids.getOrDefault(String.valueOf(ByteAlphabet.charOf(b)), -1);
    }
    return new Unknowns(unknown, bytes);
  }

  /// Bytes are no tokens.
  static Unknowns withoutBytes(OptionalInt unknown) {
    int[] bytes = new int[256];
    java.util.Arrays.fill(bytes, -1);
    return new Unknowns(unknown, bytes);
  }

  /// Whether every byte of a text is a token.
  boolean hasBytes(byte[] text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[text[i] & 0xff] < 0) {
        return false;
      }
    }
    return true;
  }

  /// Appends the tokens of bytes that [#hasBytes].
  void addBytes(byte[] text, int from, int to, IntBuilder out) {
    for (int i = from; i < to; i++) {
      out.add(bytes[text[i] & 0xff]);
    }
  }

  /// Appends the bytes of a text, or the unknown token once.
  void add(String text, IntBuilder out) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (hasBytes(utf8, 0, utf8.length)) {
      addBytes(utf8, 0, utf8.length, out);
    } else {
      out.add(token(text));
    }
  }

  /// The unknown token, in place of a text.
  int token(String text) {
    return unknown.orElseThrow(() ->
        new CheckpointException(
            "the vocabulary has no token for '"
                + shown(text)
                + "' and none for unknown characters: remove it from the text"));
  }

  /// A stranger's text within a sentence: one line, and not a long one.
  static String shown(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() > 20 ? line.substring(0, 20) + "…" : line;
  }
}
