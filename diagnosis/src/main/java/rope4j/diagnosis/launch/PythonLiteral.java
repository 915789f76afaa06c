package rope4j.diagnosis.launch;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.json.JsonReader;

/// A value as Python writes it: dictionaries, lists, texts, numbers, True, False and None. It has
/// the types of [JsonReader].
final class PythonLiteral {

  private static final Pattern NUMBER =
      Pattern.compile("[-+]?([0-9][0-9_]*\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?");

  private static final Pattern WORD = Pattern.compile("\\w+");

  private final String argument;
  private final String text;
  private int at;
  private int depth;

  private PythonLiteral(String argument, String text) {
    this.argument = argument;
    this.text = text;
  }

  /// @param argument whose value it is, for messages
  /// @throws IllegalArgumentException when it is anything else
  static @Nullable Object read(String argument, String text) {
    PythonLiteral reader = new PythonLiteral(argument, text);
    Object value = reader.value();
    reader.skipBlanks();
    if (reader.at < text.length()) {
      throw reader.wrong();
    }
    return value;
  }

  /// The quote that ends the text that begins here, or the last character.
  static int endOfString(String text, int begin) {
    for (int i = begin + 1; i < text.length(); i++) {
      if (text.charAt(i) == '\\') {
        i++;
      } else if (text.charAt(i) == text.charAt(begin)) {
        return i;
      }
    }
    return text.length() - 1;
  }

  private @Nullable Object value() {
    skipBlanks();
    return switch (peek()) {
      case '{' -> dictionary();
      case '[', '(' -> list();
      case '"', '\'' -> string();
      default -> wordOrNumber();
    };
  }

  private Map<String, @Nullable Object> dictionary() {
    enter();
    Map<String, @Nullable Object> dictionary = new LinkedHashMap<>();
    while (!closes('}')) {
      if (peek() != '"' && peek() != '\'') {
        throw wrong();
      }
      String key = string();
      skipBlanks();
      if (peek() != ':') {
        throw wrong();
      }
      at++;
      dictionary.put(key, value());
      comma('}');
    }
    return dictionary;
  }

  private List<@Nullable Object> list() {
    char close = peek() == '[' ? ']' : ')';
    enter();
    List<@Nullable Object> list = new ArrayList<>();
    while (!closes(close)) {
      list.add(value());
      comma(close);
    }
    return list;
  }

  private void enter() {
    if (++depth > JsonReader.MAX_DEPTH) {
      throw wrong();
    }
    at++;
  }

  private boolean closes(char close) {
    skipBlanks();
    if (peek() != close) {
      return false;
    }
    depth--;
    at++;
    return true;
  }

  private void comma(char close) {
    skipBlanks();
    if (peek() == ',') {
      at++;
    } else if (peek() != close) {
      throw wrong();
    }
  }

  private String string() {
    int end = endOfString(text, at);
    if (end == at || text.charAt(end) != text.charAt(at)) {
      throw wrong();
    }
    String inside = text.substring(at + 1, end);
    at = end + 1;
    return inside;
  }

  private @Nullable Object wordOrNumber() {
    Matcher number = NUMBER.matcher(text).region(at, text.length());
    if (number.lookingAt()) {
      at = number.end();
      return number(number.group().replace("_", ""));
    }
    Matcher word = WORD.matcher(text).region(at, text.length());
    String name = word.lookingAt() ? word.group() : "";
    at += name.length();
    return switch (name) {
      case "True" -> true;
      case "False" -> false;
      case "None" -> null;
      default -> {
        at -= name.length();
        throw wrong();
      }
    };
  }

  private Object number(String digits) {
    if (digits.matches("[-+]?[0-9]{1,400}")) {
      BigInteger whole = new BigInteger(digits);
      return whole.bitLength() < Long.SIZE ? (Object) whole.longValue() : whole;
    }
    double value = Double.parseDouble(digits);
    if (!Double.isFinite(value)) {
      throw wrong();
    }
    return value;
  }

  private void skipBlanks() {
    while (at < text.length()) {
      if (text.charAt(at) == '#') {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (Character.isWhitespace(text.charAt(at))) {
        at++;
      } else {
        return;
      }
    }
  }

  private char peek() {
    return at < text.length() ? text.charAt(at) : '\0';
  }

  private IllegalArgumentException wrong() {
    return new IllegalArgumentException(
        argument
            + " is '"
            + Values.shortened(text)
            + "', which can't be read at character "
            + (at + 1)
            + "; no Python is run here, so write the value itself");
  }
}
