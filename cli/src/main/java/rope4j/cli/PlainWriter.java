package rope4j.cli;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where everything goes that the command prints. Names and values of a stranger's file may hold
/// sequences that steer a terminal; what is no line break, no tab and none of the command's own
/// sequences becomes a question mark.
final class PlainWriter extends FilterWriter {

  private static final String BREAKS = "\\r?\\n|\\t";
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\x{80}-\\x{9F}]");

  private final Pattern kept;

  private PlainWriter(PrintWriter out, String own) {
    super(out);
    this.kept = Pattern.compile(BREAKS + own + "|(" + CONTROL + ")");
  }

  /// For standard output.
  ///
  /// @param colors whether the command colours its reports
  static PrintWriter output(PrintWriter out, boolean colors) {
    return new PrintWriter(new PlainWriter(out, colors ? "|\\x1B\\[(?:0|1|2|3[1-6])m" : ""), true);
  }

  /// For standard error.
  ///
  /// @param terminal whether it shows progress
  static PrintWriter error(PrintWriter err, boolean terminal) {
    return new PrintWriter(new PlainWriter(err, terminal ? "|\\r|\\x1B\\[K" : ""), true);
  }

  /// A stranger's text on one line.
  static String line(String text) {
    return CONTROL.matcher(text.replaceAll("\\s+", " ")).replaceAll("?");
  }

  @Override
  public void write(int c) throws IOException {
    write(String.valueOf((char) c), 0, 1);
  }

  @Override
  public void write(char[] text, int offset, int length) throws IOException {
    write(new String(text, offset, length), 0, length);
  }

  @Override
  public void write(String text, int offset, int length) throws IOException {
    Matcher found = kept.matcher(text.substring(offset, offset + length));
    out.write(
        found.replaceAll(
            match -> match.group(1) == null ? Matcher.quoteReplacement(match.group()) : "?"));
  }
}
