package rope4j.diagnosis.page;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/// Writes HTML that is also well-formed XML: whatever goes in is escaped, whatever is opened is
/// closed in order.
public final class Markup {

  /// A line break after these would show as a space.
  private static final Set<String> INLINE =
      Set.of("a", "b", "bdi", "br", "code", "small", "span", "strong", "tspan");

  private static final char REPLACEMENT = '\uFFFD';

  private final StringBuilder out = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /// @param attributes names and values in turn
  public Markup open(String tag, String... attributes) {
    start(tag, attributes);
    out.append('>');
    open.push(tag);
    return this;
  }

  /// Closes what was opened last.
  public Markup close() {
    String tag = open.pop();
    out.append("</").append(tag).append('>');
    return lineAfter(tag);
  }

  /// Text, escaped.
  public Markup text(String text) {
    escape(text);
    return this;
  }

  /// An element with nothing but text in it.
  public Markup element(String tag, String text, String... attributes) {
    return open(tag, attributes).text(text).close();
  }

  /// An element that has no content and no closing tag.
  public Markup empty(String tag, String... attributes) {
    start(tag, attributes);
    out.append("/>");
    return lineAfter(tag);
  }

  /// Markup of our own, as it is. Never anything that came from a file or a user.
  public Markup trusted(String markup) {
    out.append(markup);
    return this;
  }

  @Override
  public String toString() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("still open: " + open);
    }
    return out.toString();
  }

  private void start(String tag, String... attributes) {
    out.append('<').append(tag);
    for (int i = 0; i < attributes.length; i += 2) {
      out.append(' ').append(attributes[i]).append("=\"");
      escape(attributes[i + 1]);
      out.append('"');
    }
  }

  private Markup lineAfter(String tag) {
    if (!INLINE.contains(tag)) {
      out.append('\n');
    }
    return this;
  }

  private void escape(String text) {
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '&' -> out.append("&amp;");
            case '<' -> out.append("&lt;");
            case '>' -> out.append("&gt;");
            case '"' -> out.append("&quot;");
            case '\'' -> out.append("&#39;");
            default -> out.appendCodePoint(allowed(c) ? c : REPLACEMENT);
          }
        });
  }

  /// What XML and HTML both let into a document: no control characters, no half of a surrogate
  /// pair.
  private static boolean allowed(int c) {
    return c == '\t'
        || c == '\n'
        || c == '\r'
        || (c >= 0x20 && c < 0x7F)
        || (c > 0x9F && c < 0xD800)
        || (c > 0xDFFF && c < 0xFFFE)
        || c > 0xFFFF;
  }
}
