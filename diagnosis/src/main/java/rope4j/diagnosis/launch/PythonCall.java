package rope4j.diagnosis.launch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import rope4j.diagnosis.launch.Arguments.Flag;

/// `….from_pretrained("model", rope_scaling={…})` in a piece of Python: the arguments that change
/// the configuration. Nothing is run, so these must be written out.
///
/// @param arguments every argument with a name, as it is written; the model first
/// @param configOverrides those that change the configuration, as values
record PythonCall(Arguments arguments, Map<String, @Nullable Object> configOverrides) {

  private static final Pattern CALL =
      Pattern.compile("(?<![\\w.])(\\w+)\\s*\\.\\s*from_pretrained\\s*\\(");

  private static final Pattern NAME =
      Pattern.compile("(?:\\s++|#[^\\n]*\\n)*+(\\w+)\\s*=(?!=)\\s*");

  /// What of a configuration has to do with positions.
  private static final Set<String> CONFIG =
      Set.of(
          "rope_scaling",
          "rope_parameters",
          "rope_theta",
          "partial_rotary_factor",
          "max_position_embeddings",
          "original_max_position_embeddings",
          "sliding_window",
          "text_config");

  /// `config.rope_scaling = …`, `config.rope_scaling["factor"] = …`,
  /// `config.rope_scaling.update(…)`.
  private static final Pattern SET_APART =
      Pattern.compile(
          "(?m)^[^#\\n]*?\\b(\\w+\\.("
              + String.join("|", CONFIG)
              + "))(?:\\.\\w+)*\\s*(?:\\[[^]\\n]*]\\s*)?(?:=(?!=)|(?<=\\.update)\\()");

  /// Whether a text has such a call.
  static boolean isIn(String text) {
    return CALL.matcher(text).find();
  }

  /// All such calls together, but for those that load no model.
  ///
  /// @throws IllegalArgumentException when one is not closed, or an argument that matters is not
  ///   written out
  static PythonCall read(String text) {
    Matcher apart = SET_APART.matcher(text);
    if (apart.find()) {
      throw new IllegalArgumentException(
          "what is set on the configuration by itself ("
              + apart.group(1)
              + ") is not read here; give it to from_pretrained, as "
              + apart.group(2)
              + "=…");
    }
    List<Flag> flags = new ArrayList<>();
    Map<String, @Nullable Object> overrides = new LinkedHashMap<>();
    Matcher call = CALL.matcher(text);
    while (call.find()) {
      if (!call.group(1).matches(".*(Tokenizer|Processor|FeatureExtractor).*")) {
        readArguments(text, call.end(), flags, overrides);
      }
    }
    return new PythonCall(new Arguments(flags), overrides);
  }

  private static void readArguments(
      String text, int begin, List<Flag> flags, Map<String, @Nullable Object> overrides) {
    int at = begin;
    boolean first = true;
    while (true) {
      int end = end(text, at);
      String argument = text.substring(at, end);
      Matcher name = NAME.matcher(argument);
      if (name.lookingAt()) {
        String value = argument.substring(name.end()).strip();
        flags.add(new Flag(name.group(1), value));
        if (CONFIG.contains(name.group(1))) {
          overrides.put(name.group(1), PythonLiteral.read(name.group(1), value));
        }
      } else if (first && !argument.isBlank()) {
        flags.add(new Flag(Arguments.MODEL, argument.strip().replaceAll("^[\"']|[\"']$", "")));
      }
      if (text.charAt(end) == ')') {
        return;
      }
      first = false;
      at = end + 1;
    }
  }

  /// The comma or bracket that ends an argument.
  private static int end(String text, int begin) {
    int depth = 0;
    for (int at = begin; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == '"' || c == '\'') {
        at = PythonLiteral.endOfString(text, at);
      } else if (c == '#') {
        at = Math.max(at, text.indexOf('\n', at) - 1);
      } else if ("([{".indexOf(c) >= 0) {
        depth++;
      } else if (depth == 0 && (c == ',' || c == ')')) {
        return at;
      } else if (")]}".indexOf(c) >= 0) {
        depth--;
      }
    }
    throw new IllegalArgumentException(
        "the call of from_pretrained is never closed; paste it up to its last bracket");
  }
}
