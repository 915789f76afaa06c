package rope4j.inference.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// The text of tokens that come one by one: characters are given out as soon as their last byte is
/// there. Not safe for use by many threads.
///
/// ```java
/// TextDecoder decoder = new TextDecoder(tokenizer);
/// for (int id : ids) {
///   out.print(decoder.add(id));
/// }
/// out.print(decoder.end());
/// ```
public final class TextDecoder {

  private final Tokenizer tokenizer;
  private final CharsetDecoder utf8 =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);

  /// The bytes of a character that has not ended.
  private byte[] open = {};

  /// A decoder that has seen nothing.
  public TextDecoder(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /// The text that a token completes; empty while a character lacks bytes.
  ///
  /// @throws IndexOutOfBoundsException when the id is beyond the vocabulary
  public String add(int id) {
    return decode(tokenizer.bytes(id), false);
  }

  /// What is left: U+FFFD for a character that lacks bytes. Afterwards the decoder is as new.
  public String end() {
    String rest = decode(new byte[0], true);
    utf8.reset();
    return rest;
  }

  private String decode(byte[] bytes, boolean last) {
    ByteBuffer in = ByteBuffer.allocate(open.length + bytes.length).put(open).put(bytes).flip();
    CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
    utf8.decode(in, out, last);
    if (last) {
      utf8.flush(out);
    }
    open = new byte[in.remaining()];
    in.get(open);
    return out.flip().toString();
  }
}
