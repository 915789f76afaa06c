package rope4j.checkpoint.json;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.CheckpointException;

/// A JSON document of a stranger, as Python's `json` writes it: RFC 8259 plus the bare words `NaN`,
/// `Infinity` and `-Infinity`.
///
/// Objects become maps in the document's order, arrays lists, texts strings, whole numbers [Long]
/// (or [BigInteger]), other numbers [Double], and `null` null; all of it unmodifiable. Told apart
/// are whole and other numbers, because Python's readers do. Refused with line and column: a key
/// given twice, nesting deeper than [#MAX_DEPTH], numbers no double can hold, bytes that are not
/// UTF-8.
public final class JsonReader {

  /// Objects and arrays inside one another. Configurations have less than 10; the parser's stack
  /// grows with it.
  public static final int MAX_DEPTH = 64;

  /// Digits of a number; the longest double written out in full has 309 before its point.
  private static final int MAX_DIGITS = 400;

  private final CharBuffer text;
  private int at;
  private int depth;

  /// Line breaks stand between values only, never inside a text.
  private int line = 1;

  private int keyLine;

  private JsonReader(CharBuffer text) {
    this.text = text;
  }

  /// Reads a document that is one object.
  ///
  /// @throws CheckpointException when it is anything else; the message says where
  public static Map<String, @Nullable Object> readObject(byte[] bytes) {
    JsonReader reader = new JsonReader(decode(bytes));
    reader.skipBlanks();
    if (reader.peek() != '{') {
      throw reader.wrong("an object, which begins with {, was expected");
    }
    Map<String, @Nullable Object> object = reader.object();
    reader.skipBlanks();
    if (reader.at < reader.text.limit()) {
      throw reader.wrong("the end of the file was expected");
    }
    return object;
  }

  /// The line a key stands on, in a document that [#readObject] has read before.
  ///
  /// @param path the keys from the outside in
  /// @return from 1; empty when there is no such key
  static OptionalInt line(byte[] bytes, String... path) {
    JsonReader reader = new JsonReader(decode(bytes));
    for (int i = 0; i < path.length; i++) {
      reader.skipBlanks();
      if (reader.peek() != '{' || !reader.goTo(path[i])) {
        return OptionalInt.empty();
      }
      if (i == path.length - 1) {
        return OptionalInt.of(reader.keyLine);
      }
    }
    return OptionalInt.empty();
  }

  /// Moves from the opening brace here to the value of a key.
  private boolean goTo(String wanted) {
    at++;
    while (true) {
      skipBlanks();
      if (peek() != '"') {
        return false;
      }
      keyLine = line;
      String key = string();
      skipBlanks();
      at++;
      if (key.equals(wanted)) {
        return true;
      }
      value();
      skipBlanks();
      if (peek() != ',') {
        return false;
      }
      at++;
    }
  }

  private static CharBuffer decode(byte[] bytes) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      // Never more characters than bytes.
      CharBuffer out = CharBuffer.allocate(bytes.length);
      var result = decoder.decode(in, out, true);
      if (result.isError()) {
        result.throwException();
      }
      return out.flip();
    } catch (CharacterCodingException e) {
      int line = 1;
      int lineStart = 0;
      for (int i = 0; i < in.position(); i++) {
        if (bytes[i] == '\n') {
          line++;
          lineStart = i + 1;
        }
      }
      throw new CheckpointException(
          "line %d, byte %d: this is not UTF-8; save the file as UTF-8"
              .formatted(line, in.position() - lineStart + 1),
          e);
    }
  }

  private @Nullable Object value() {
    skipBlanks();
    return switch (peek()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", null);
      case 'N' -> word("NaN", Double.NaN);
      case 'I' -> word("Infinity", Double.POSITIVE_INFINITY);
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
      default -> throw wrong("a value was expected");
    };
  }

  private Map<String, @Nullable Object> object() {
    enter();
    skipBlanks();
    if (peek() == '}') {
      leave();
      return Collections.emptyMap();
    }
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    while (true) {
      skipBlanks();
      int keyAt = at;
      if (peek() != '"') {
        throw wrong("a key in double quotes was expected");
      }
      String key = string();
      if (object.containsKey(key)) {
        at = keyAt;
        throw new CheckpointException(
            place() + ": the key \"" + shortened(key) + "\" is given twice; remove one of them");
      }
      skipBlanks();
      expect(':', "a colon");
      object.put(key, value());
      skipBlanks();
      if (peek() == '}') {
        leave();
        return Collections.unmodifiableMap(object);
      }
      expect(',', "a comma or }");
    }
  }

  private List<@Nullable Object> array() {
    enter();
    skipBlanks();
    if (peek() == ']') {
      leave();
      return Collections.emptyList();
    }
    List<@Nullable Object> array = new ArrayList<>();
    while (true) {
      array.add(value());
      skipBlanks();
      if (peek() == ']') {
        leave();
        return Collections.unmodifiableList(array);
      }
      expect(',', "a comma or ]");
    }
  }

  private void enter() {
    if (++depth > MAX_DEPTH) {
      throw new CheckpointException(
          place() + ": objects and lists are nested deeper than " + MAX_DEPTH);
    }
    at++;
  }

  private void leave() {
    depth--;
    at++;
  }

  private String string() {
    int begin = at;
    at++;
    StringBuilder read = new StringBuilder();
    while (true) {
      int c = peek();
      if (c < 0) {
        at = begin;
        throw wrong("the text that begins here has no end: a double quote was expected");
      }
      if (c < ' ') {
        throw wrong("a control character can't stand in a text; write \\n or \\u00XX");
      }
      at++;
      if (c == '"') {
        return read.toString();
      }
      read.append(c == '\\' ? escaped() : (char) c);
    }
  }

  private char escaped() {
    int c = peek();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> (char) c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        int code = 0;
        for (int i = 0; i < 4; i++, at++) {
          int digit = peek() < 128 ? Character.digit(peek(), 16) : -1;
          if (digit < 0) {
            throw wrong("four hexadecimal digits were expected after \\u");
          }
          code = code * 16 + digit;
        }
        yield (char) code;
      }
      default -> {
        at--;
        throw wrong("one of \" \\ / b f n r t u was expected after a backslash");
      }
    };
  }

  private @Nullable Object word(String word, @Nullable Object meaning) {
    for (int i = 0; i < word.length(); i++) {
      if (at + i >= text.limit() || text.get(at + i) != word.charAt(i)) {
        throw wrong(word + " was expected");
      }
    }
    at += word.length();
    return meaning;
  }

  private @Nullable Object number() {
    int begin = at;
    if (peek() == '-') {
      at++;
      if (peek() == 'I') {
        return word("Infinity", Double.NEGATIVE_INFINITY);
      }
    }
    int first = at;
    digits();
    if (text.get(first) == '0' && at > first + 1) {
      at = first;
      throw wrong("a number must not begin with 0");
    }
    boolean whole = true;
    if (peek() == '.') {
      whole = false;
      at++;
      digits();
    }
    if (peek() == 'e' || peek() == 'E') {
      whole = false;
      at++;
      if (peek() == '+' || peek() == '-') {
        at++;
      }
      digits();
    }
    String written = text.subSequence(begin, at).toString();
    double value = written.length() > MAX_DIGITS ? Double.NaN : Double.parseDouble(written);
    if (!Double.isFinite(value)) {
      at = begin;
      throw new CheckpointException(
          place() + ": the number " + shortened(written) + " is beyond what a double can hold");
    }
    return whole ? whole(written) : (Object) value;
  }

  private static Object whole(String written) {
    BigInteger value = new BigInteger(written);
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  private void digits() {
    int begin = at;
    while (peek() >= '0' && peek() <= '9') {
      at++;
    }
    if (at == begin) {
      throw wrong("a digit was expected");
    }
  }

  private void skipBlanks() {
    while (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t') {
      if (peek() == '\n') {
        line++;
      }
      at++;
    }
  }

  /// The character here, or -1 at the end.
  private int peek() {
    return at < text.limit() ? text.get(at) : -1;
  }

  private void expect(char c, String what) {
    if (peek() != c) {
      throw wrong(what + " was expected");
    }
    at++;
  }

  private CheckpointException wrong(String what) {
    int c = peek();
    if (c == '\uFEFF' && at == 0) {
      return new CheckpointException(
          "the file begins with a byte order mark (U+FEFF), which JSON does not allow; save it as UTF-8"
              + " without one (without BOM)");
    }
    String found =
        c < 0
            ? "the file ends here"
            : c > ' ' && c < 127 ? "here is " + (char) c : "here is U+%04X".formatted(c);
    return new CheckpointException(place() + ": " + what + ", but " + found);
  }

  private String place() {
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < Math.min(at, text.limit()); i++) {
      if (text.get(i) == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    return "line " + line + ", column " + (at - lineStart + 1);
  }

  /// Keys and numbers of a stranger may be megabytes long, or hold line breaks.
  private static String shortened(String written) {
    String line = written.replaceAll("\\p{Cntrl}", "?");
    return line.length() > 40 ? line.substring(0, 40) + "…" : line;
  }
}
