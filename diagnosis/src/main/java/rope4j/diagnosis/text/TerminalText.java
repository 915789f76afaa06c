package rope4j.diagnosis.text;

/// Lines of at most 100 columns, with or without colours.
public final class TerminalText {

  private static final int COLUMNS = 98;

  private final boolean colors;
  private final StringBuilder out = new StringBuilder();

  /// @param colors whether ANSI colours are used
  public TerminalText(boolean colors) {
    this.colors = colors;
  }

  /// A line, as it is.
  public void line(String text) {
    out.append(text.stripTrailing()).append('\n');
  }

  /// A paragraph.
  ///
  /// @param first what stands before it
  /// @param indent columns that `first` takes, and that the other lines are indented by
  public void wrap(String first, int indent, String text) {
    StringBuilder row = new StringBuilder(first);
    int column = indent;
    for (String word : text.split(" ", -1)) {
      if (column > indent && column + word.length() > COLUMNS) {
        line(row.toString());
        row = new StringBuilder(" ".repeat(indent));
        column = indent;
      }
      row.append(column > indent ? " " : "").append(word);
      column += word.length() + 1;
    }
    line(row.toString());
  }

  /// A text in bold.
  public String bold(String text) {
    return ansi("1", text);
  }

  /// A text that stands back.
  public String dim(String text) {
    return ansi("2", text);
  }

  /// A text in a colour.
  ///
  /// @param code as the terminal takes it, for example `31`
  public String ansi(String code, String text) {
    return colors ? "\033[" + code + "m" + text + "\033[0m" : text;
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
