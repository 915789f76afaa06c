package rope4j.chat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Writes a template of Jinja2 as the engine reads it, and refuses what the engine would take for
/// something else. Where both mean the same by the same words nothing changes; these differ:
///
/// - `f(a=b|length - 1)`: the value of a named argument goes into parentheses, because the engine
///   ends it at the filter.
/// - `list[::-1]`, which the engine does not parse, becomes a method of [PythonMethods].
/// - A comment becomes an expression that writes nothing, so that white space is trimmed around it
///   as Jinja2 does.
/// - Blanks before a tag are dropped here where Jinja2's `lstrip_blocks` drops them.
/// - What is written goes through a function that writes it as Python does, and `none` is a value
///   of its own.
/// - `{'a': {'b': 1}}` gets a blank between the brackets, where the engine would end.
/// - `is in` becomes `in`, and the `if` of a loop a word that [LoopTag] looks for.
/// - One line break at the end of the template is dropped.
final class TemplateSource {

  private static final String REVERSED_SLICE = "[::-1]";

  private static final Pattern TAG = Pattern.compile("\\{%[-+]?\\s*(\\w+)");
  private static final Pattern WORD = Pattern.compile("\\w+");
  private static final Pattern FILTER = Pattern.compile("\\|\\s*(\\w+)");
  private static final Pattern TEST = Pattern.compile("is\\s+(?:not\\s+)?(\\w+)");
  private static final Pattern DICTIONARY = Pattern.compile("\\s*\\{");
  private static final Pattern MEMBER = Pattern.compile("is\\s+(not\\s+)?in\\b");

  private final String source;
  private final StringBuilder out = new StringBuilder();

  private int at;

  /// The last words without a sign behind them, latest first.
  private final Deque<String> said = new ArrayDeque<>();

  private TemplateSource(String source) {
    this.source = source;
  }

  /// @throws TemplateException when a part of Jinja2 is used that the engine does not have
  static String translated(String jinja) {
    String text = jinja.replace("\r\n", "\n");
    return new TemplateSource(text.endsWith("\n") ? text.substring(0, text.length() - 1) : text)
        .translate();
  }

  private String translate() {
    while (at < source.length()) {
      if (source.startsWith("{#", at)) {
        comment();
      } else if (source.startsWith("{{", at)) {
        expression("}}", true);
      } else if (source.startsWith("{%", at)) {
        // What a macro's parameters are by default is no argument.
        String tag = tag();
        dropIndent();
        expression("%}", !tag.equals("macro"));
      } else {
        out.append(source.charAt(at++));
      }
    }
    return out.toString();
  }

  private void comment() {
    int end = source.indexOf("#}", at + 2);
    if (end < 0) {
      throw unsupported("a comment that does not end");
    }
    boolean trimsLeft = source.charAt(at + 2) == '-';
    boolean trimsRight = end > at + 2 && source.charAt(end - 1) == '-';
    dropIndent();
    out.append(trimsLeft ? "{{-" : "{{").append(" '' ").append(trimsRight ? "-}}" : "}}");
    at = end + 2;
    if (at < source.length() && source.charAt(at) == '\n') {
      at++;
    }
  }

  /// What `lstrip_blocks` drops: blanks between the beginning of a line and a tag or comment.
  private void dropIndent() {
    if ("-+".indexOf(source.charAt(at + 2)) >= 0) {
      return;
    }
    int line = out.length();
    while (line > 0 && " \t".indexOf(out.charAt(line - 1)) >= 0) {
      line--;
    }
    if (line == 0 || out.charAt(line - 1) == '\n') {
      out.setLength(line);
    }
  }

  private String tag() {
    Matcher tag = TAG.matcher(source).region(at, source.length());
    String name = tag.lookingAt() ? tag.group(1) : "";
    if (!Supported.TAGS.contains(name)) {
      throw unsupported("{% " + name + " %}");
    }
    return name;
  }

  /// Copies an expression or a tag; `=` on the stack is a named argument that has not ended.
  private void expression(String end, boolean calls) {
    Deque<Character> open = new ArrayDeque<>();
    Set<String> words = new HashSet<>();
    boolean writes = end.equals("}}");
    boolean brackets = false;
    said.clear();
    copy(at + 2);
    if (writes) {
      if (at < source.length() && "-+".indexOf(source.charAt(at)) >= 0) {
        copy(at + 1);
      }
      out.append(' ').append(Functions.TEXT).append("(");
      // The engine ends an argument at its filter, but takes a dictionary in brackets for a list.
      brackets = !DICTIONARY.matcher(source).region(at, source.length()).lookingAt();
      out.append(brackets ? "(" : "");
    }
    while (at < source.length()) {
      char c = source.charAt(at);
      if (open.isEmpty()
          && (source.startsWith(end, at) || writes && source.startsWith("-}}", at))) {
        if (writes) {
          out.append(brackets ? ")) " : ") ");
        }
        copy(source.startsWith(end, at) ? at + 2 : at + 3);
        return;
      }
      if (c == '\'' || c == '"') {
        said.clear();
        literal(c);
      } else if (source.startsWith(REVERSED_SLICE, at)) {
        out.append('.').append(PythonMethods.REVERSED).append("()");
        at += REVERSED_SLICE.length();
      } else if (Character.isJavaIdentifierStart(c)) {
        word(open.isEmpty() ? words : new HashSet<>());
      } else {
        if (c == '|') {
          requireKnown(FILTER, Supported.FILTERS, "the filter ");
        }
        sign(c, open, calls);
      }
    }
  }

  private void copy(int to) {
    int until = Math.min(to, source.length());
    out.append(source, at, until);
    at = until;
  }

  private void word(Set<String> words) {
    Matcher word = WORD.matcher(source).region(at, source.length());
    if (!word.lookingAt()) {
      copy(at + 1);
      return;
    }
    String name = word.group();
    Matcher member = MEMBER.matcher(source).region(at, source.length());
    if (member.lookingAt()) {
      out.append(member.group(1) == null ? "in" : "not in");
      at = member.end();
      return;
    }
    if (name.equals("is")) {
      requireKnown(TEST, Supported.TESTS, "the test ");
    }
    boolean first = words.add(name);
    if (name.equalsIgnoreCase("none") && !isTest() && source.charAt(at - 1) != '.') {
      out.append(Functions.NONE);
      at = word.end();
    } else if (name.equals("if") && first && words.contains("for")) {
      out.append(LoopTag.WHERE);
      at = word.end();
    } else {
      copy(word.end());
    }
    said.push(name);
  }

  /// Whether `is` or `is not` stands before.
  private boolean isTest() {
    String last = said.isEmpty() ? "" : said.peek();
    return last.equals("is")
        || last.equals("not") && said.stream().skip(1).findFirst().filter("is"::equals).isPresent();
  }

  private void requireKnown(Pattern pattern, Set<String> known, String what) {
    Matcher found = pattern.matcher(source).region(at, source.length());
    if (found.lookingAt() && !known.contains(found.group(1))) {
      throw unsupported(what + found.group(1));
    }
  }

  private void sign(char c, Deque<Character> open, boolean calls) {
    if (!Character.isWhitespace(c)) {
      said.clear();
    }
    if ((c == ')' || c == ',') && !open.isEmpty() && open.peek() == '=') {
      open.poll();
      out.append(')');
    }
    switch (c) {
      case '(', '[', '{' -> open.push(c);
      case ')', ']', '}' -> open.poll();
      default -> {}
    }
    copy(at + 1);
    if (c == '}' && at < source.length() && source.charAt(at) == '}') {
      out.append(' ');
    }
    if (calls && c == '=' && isNamedArgument(open)) {
      out.append('(');
      open.push('=');
    }
  }

  /// Whether the equals sign just copied follows a name within the brackets of a call.
  private boolean isNamedArgument(Deque<Character> open) {
    if (open.isEmpty() || open.peek() != '(' || at < source.length() && source.charAt(at) == '=') {
      return false;
    }
    int before = at - 2;
    while (before >= 0 && Character.isWhitespace(source.charAt(before))) {
      before--;
    }
    return before >= 0 && Character.isJavaIdentifierPart(source.charAt(before));
  }

  private void literal(char quote) {
    int to = at + 1;
    while (to < source.length() && source.charAt(to) != quote) {
      to += source.charAt(to) == '\\' ? 2 : 1;
    }
    copy(to + 1);
  }

  static TemplateException unsupported(String what) {
    return new TemplateException(
        "the chat template uses "
            + what
            + ", which is not supported here; give another with --chat-template");
  }
}
