package rope4j.inference.tokenizer;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import rope4j.checkpoint.CheckpointException;

/// The `pattern` of a part: `{"String": …}` or `{"Regex": …}`, the latter in Oniguruma's language.
final class JsonPattern {

  private static final Pattern PROPERTY = Pattern.compile("\\\\([pP])\\{(\\^?)(\\w+)}");

  private JsonPattern() {}

  /// Compiles a part's `pattern`.
  ///
  /// @throws CheckpointException when it has none, or one Java's expressions can't say
  static Pattern of(JsonPart part) {
    JsonPart pattern = part.part("pattern").orElseThrow(() -> part.wrong("pattern", "an object"));
    return pattern
        .text("String")
        .map(text -> Pattern.compile(Pattern.quote(text)))
        .orElseGet(() ->
            regex(part, pattern.text("Regex").orElseThrow(() -> pattern.wrong("Regex", "a text"))));
  }

  private static Pattern regex(JsonPart part, String expression) {
    try {
      String java =
          PROPERTY.matcher(expression).replaceAll(found -> Matcher.quoteReplacement(name(found)));
      return Pattern.compile(java, Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNICODE_CASE);
    } catch (PatternSyntaxException e) {
      throw part.unsupported("the expression " + expression.replaceAll("\\p{Cntrl}", "?"));
    }
  }

  /// Java writes scripts as `IsHan`; categories have one or two letters in both.
  private static String name(java.util.regex.MatchResult found) {
    boolean negated = found.group(1).equals("P") != !found.group(2).isEmpty();
    String name = found.group(3);
    return (negated ? "\\P{" : "\\p{")
        + (name.length() <= 2 || name.startsWith("Is") ? name : "Is" + name)
        + "}";
  }
}
