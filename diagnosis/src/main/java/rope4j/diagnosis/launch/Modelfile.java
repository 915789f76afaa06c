package rope4j.diagnosis.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import rope4j.diagnosis.launch.Arguments.Flag;

/// Ollama's Modelfile and the `/set parameter` lines of its prompt.
///
/// Source: Ollama `docs/modelfile.mdx`, `parser/parser.go`.
final class Modelfile {

  private static final Pattern FROM = Pattern.compile("(?im)^[ \\t]*FROM[ \\t]+(\\S.*?)[ \\t]*$");

  private static final Pattern PARAMETER =
      Pattern.compile("(?im)^[ \\t]*PARAMETER[ \\t]+(\\S+)[ \\t]+(\\S.*?)[ \\t]*$");

  private static final Pattern SET =
      Pattern.compile(
          "(?m)^[ \\t]*(?:>>>[ \\t]*)?/set[ \\t]+parameter[ \\t]+(\\S+)[ \\t]+(\\S+).*$");

  /// `SYSTEM` and `TEMPLATE` may hold lines that look like instructions.
  private static final Pattern LONG_TEXT = Pattern.compile("(?s)\"\"\".*?(\"\"\"|$)");

  private Modelfile() {}

  /// Whether a text is one: a line begins with FROM.
  static boolean is(String text) {
    Matcher from = FROM.matcher(text);
    // A line of Python would say what it imports.
    return from.find() && !from.group(1).contains(" import ");
  }

  /// FROM as the model, and every PARAMETER under its own name, also one Ollama no longer reads.
  static Arguments read(String text) {
    String instructions = LONG_TEXT.matcher(text).replaceAll("\"\"");
    List<Flag> flags = new ArrayList<>();
    Matcher from = FROM.matcher(instructions);
    if (from.find()) {
      flags.add(new Flag(Arguments.MODEL, unquoted(from.group(1))));
    }
    flags.addAll(parameters(PARAMETER, instructions));
    return new Arguments(flags);
  }

  /// The parameters set at the prompt.
  static List<Flag> set(String text) {
    return parameters(SET, text);
  }

  /// A text without the lines that [#set] reads.
  static String withoutSet(String text) {
    return SET.matcher(text).replaceAll("");
  }

  private static List<Flag> parameters(Pattern pattern, String text) {
    List<Flag> flags = new ArrayList<>();
    Matcher parameter = pattern.matcher(text);
    while (parameter.find()) {
      flags.add(new Flag(parameter.group(1), unquoted(parameter.group(2))));
    }
    return flags;
  }

  private static String unquoted(String value) {
    boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
    return quoted ? value.substring(1, value.length() - 1) : value;
  }
}
