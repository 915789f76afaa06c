package rope4j.diagnosis.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Splits text into the words a POSIX shell would pass on, command by command, without running
/// anything: variables and substitutions stay as they are written.
///
/// Two things are read as pasted rather than as the shell would: a backslash before a letter or
/// digit stays, so that Windows paths survive, and `<name>` is a word, as documentation writes it.
final class ShellWords {

  /// What documentation puts where a name belongs.
  private static final Pattern PLACEHOLDER = Pattern.compile("<[A-Za-z][A-Za-z0-9 _./-]*>");

  private final String text;
  private final List<List<String>> commands = new ArrayList<>();
  private List<String> words = new ArrayList<>();
  private final StringBuilder word = new StringBuilder();
  private boolean inWord;
  private boolean toFile;
  private int at;

  private ShellWords(String text) {
    this.text = text;
  }

  /// The commands between `;`, `&`, `|` and line ends, each as its words; empty ones are left out.
  ///
  /// @throws IllegalArgumentException when a quote or substitution is not closed
  static List<List<String>> commands(String text) {
    ShellWords reader = new ShellWords(text.replace("\r\n", "\n").replace('\r', '\n'));
    while (reader.at < reader.text.length()) {
      reader.step();
    }
    reader.endCommand();
    return reader.commands;
  }

  private void step() {
    char c = text.charAt(at);
    switch (c) {
      case '\\' -> backslash();
      case '\'' -> quoted('\'');
      case '"' -> quoted('"');
      case '^', '`' -> caretOrBacktick(c);
      case '$' -> dollar();
      case '#' -> comment();
      case '\n', ';', '&', '|' -> {
        endCommand();
        at++;
      }
      case '<', '>' -> redirection();
      default -> {
        if (Character.isWhitespace(c)) {
          endWord();
        } else {
          add(c);
        }
        at++;
      }
    }
  }

  private void add(char c) {
    inWord = true;
    word.append(c);
  }

  private void backslash() {
    if (at + 1 == text.length()) {
      at++;
      return;
    }
    char next = text.charAt(at + 1);
    if (next != '\n') {
      if (Character.isLetterOrDigit(next) || next == '.' || next == '_') {
        add('\\');
      }
      add(next);
    }
    at += 2;
  }

  private void quoted(char quote) {
    int begin = at;
    inWord = true;
    for (at++; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == quote) {
        at++;
        return;
      }
      boolean escapes =
          quote == '"'
              && c == '\\'
              && at + 1 < text.length()
              && "\"\\$`\n".indexOf(text.charAt(at + 1)) >= 0;
      if (escapes) {
        at++;
        c = text.charAt(at);
        if (c == '\n') {
          continue;
        }
      }
      word.append(c);
    }
    throw new IllegalArgumentException(
        "the quote "
            + quote
            + " at character "
            + (begin + 1)
            + " of the launch line is never closed; close it or leave it out");
  }

  /// At a line's end these continue the line in the shells of Windows.
  private void caretOrBacktick(char c) {
    if (at + 1 < text.length() && text.charAt(at + 1) == '\n') {
      at += 2;
    } else if (c == '`') {
      int end = text.indexOf('`', at + 1);
      copyTo(end < 0 ? -1 : end + 1, "`");
    } else {
      add(c);
      at++;
    }
  }

  private void dollar() {
    if (text.startsWith("$(", at)) {
      int depth = 0;
      int end = -1;
      for (int i = at + 1; i < text.length() && end < 0; i++) {
        char c = text.charAt(i);
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        end = depth == 0 ? i + 1 : -1;
      }
      copyTo(end, "$(");
    } else if (text.startsWith("${", at)) {
      copyTo(text.indexOf('}', at) + 1, "${");
    } else {
      add('$');
      at++;
    }
  }

  private void copyTo(int end, String opened) {
    if (end <= at) {
      throw new IllegalArgumentException(
          "the "
              + opened
              + " at character "
              + (at + 1)
              + " of the launch line is never closed; write its value instead, as no shell is run");
    }
    inWord = true;
    word.append(text, at, end);
    at = end;
  }

  private void comment() {
    if (inWord) {
      add('#');
      at++;
      return;
    }
    int end = text.indexOf('\n', at);
    at = end < 0 ? text.length() : end;
  }

  private void redirection() {
    Matcher placeholder = PLACEHOLDER.matcher(text).region(at, text.length());
    if (placeholder.lookingAt()) {
      copyTo(placeholder.end(), "<");
      return;
    }
    if (word.chars().allMatch(Character::isDigit)) {
      // The number of a stream, as in 2>&1.
      word.setLength(0);
      inWord = false;
    }
    endWord();
    while (at < text.length() && "<>&|".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    toFile = true;
  }

  private void endWord() {
    if (inWord && toFile) {
      toFile = false;
    } else if (inWord) {
      words.add(word.toString());
    }
    word.setLength(0);
    inWord = false;
  }

  private void endCommand() {
    endWord();
    toFile = false;
    if (!words.isEmpty()) {
      commands.add(words);
      words = new ArrayList<>();
    }
  }
}
