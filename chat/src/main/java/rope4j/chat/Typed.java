package rope4j.chat;

import java.util.BitSet;
import java.util.Collection;

/// Keeps what people type apart from what a template writes. Where a message reads like a control
/// token, or like the end or the beginning of one, a mark is put before a character; the mark goes
/// through the template with its text, and afterwards says which characters are no template's.
///
/// Marks stand inside of such words only, so that a template that looks at its messages or trims
/// them sees them as they are.
final class Typed {

  /// Noncharacters, which no text contains.
  private static final char FIRST = '\uFDD0';

  private static final char LAST = '\uFDEF';

  private final Collection<String> controls;
  private final char mark;

  private Typed(Collection<String> controls, char mark) {
    this.controls = controls;
    this.mark = mark;
  }

  /// A rendered text without its marks.
  ///
  /// @param typed the characters that had one
  record Text(String text, BitSet typed) {}

  /// @param controls the control tokens as the vocabulary writes them
  /// @param texts everything that goes into the result
  static Typed among(Collection<String> controls, Collection<String> texts) {
    for (char mark = FIRST; mark <= LAST; mark++) {
      int candidate = mark;
      if (texts.stream().noneMatch(text -> text.indexOf(candidate) >= 0)) {
        return new Typed(controls, mark);
      }
    }
    throw new IllegalArgumentException(
        "the messages contain every one of the noncharacters U+FDD0 to U+FDEF; leave one out");
  }

  /// A message with marks.
  String marked(String text) {
    BitSet typed = new BitSet();
    int end = text.stripTrailing().length();
    int begin = text.length() - text.stripLeading().length();
    for (String control : controls) {
      for (int at = text.indexOf(control); at >= 0; at = text.indexOf(control, at + 1)) {
        typed.set(at);
      }
      for (int part = 1; part < control.length(); part++) {
        // "<|im_" before a template's "end|>", and the other way round.
        if (end - part >= begin && control.startsWith(text.substring(end - part, end))) {
          typed.set(end - part);
        }
        if (begin + part <= end && control.endsWith(text.substring(begin, begin + part))) {
          typed.set(begin + part - 1);
        }
      }
    }
    StringBuilder marked = new StringBuilder(text);
    for (int at = typed.length() - 1; at >= 0; at = typed.previousSetBit(at - 1)) {
      marked.insert(at, mark);
    }
    return marked.toString();
  }

  /// A rendered text and where it had marks.
  Text unmarked(String rendered) {
    StringBuilder text = new StringBuilder(rendered.length());
    BitSet typed = new BitSet();
    for (int i = 0; i < rendered.length(); i++) {
      if (rendered.charAt(i) == mark) {
        typed.set(text.length());
      } else {
        text.append(rendered.charAt(i));
      }
    }
    return new Text(text.toString(), typed);
  }
}
