package rope4j.inference.tokenizer;

import java.nio.charset.StandardCharsets;

/// GPT-2's characters for bytes: byte-level vocabularies write a space as `Ġ`.
///
/// Printable characters of Latin-1 stand for their own bytes, the other bytes are numbered from
/// U+0100 on. Source: GPT-2 `encoder.py`, `bytes_to_unicode`.
final class ByteAlphabet {

  private static final char[] CHARS = new char[256];
  private static final short[] BYTES = new short[256 + 68];

  static {
    java.util.Arrays.fill(BYTES, (short) -1);
    int next = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = b >= 0x21 && b <= 0x7e || b >= 0xa1 && b <= 0xac || b >= 0xae;
      CHARS[b] = (char) (printable ? b : next++);
      BYTES[CHARS[b]] = (short) b;
    }
  }

  private ByteAlphabet() {}

  static char charOf(int unsignedByte) {
    return CHARS[unsignedByte];
  }

  static String write(byte[] bytes, int length) {
    char[] chars = new char[length];
    for (int i = 0; i < length; i++) {
      chars[i] = CHARS[bytes[i] & 0xff];
    }
    return new String(chars);
  }

  /// The bytes a token's text stands for. A text with other characters, as those of added tokens,
  /// stands for itself.
  static byte[] read(String text) {
    byte[] bytes = new byte[text.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = text.charAt(i);
      if (c >= BYTES.length || BYTES[c] < 0) {
        return text.getBytes(StandardCharsets.UTF_8);
      }
      bytes[i] = (byte) BYTES[c];
    }
    return bytes;
  }
}
