package rope4j.diagnosis;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;

/// Text to paste that makes an engine run a model under a strategy.
///
/// @param engine for example `llama.cpp`
/// @param text the command
/// @param note what to know before pasting it; may be empty
public record Recipe(String engine, String text, String note) {

  private static final String CAP_LIFTED =
      "--override-kv lifts llama-server's cap at the trained length; llama-cli does not need it";

  /// llama.cpp's command line for a strategy.
  ///
  /// @param file the model file, as it is to be named on the command line
  public static Recipe llamaCpp(
      String file, Strategy strategy, ModelDescription model, int contextLength) {
    List<String> words =
        new ArrayList<>(
            List.of("llama-server", "-m", quoted(file), "-c", Integer.toString(contextLength)));
    words.addAll(llamaCppFlags(strategy.flags()));
    boolean yarn = strategy.flags().scalingType().orElse(null) == RopeScalingType.YARN;
    String note;
    if (contextLength <= model.contextLength()) {
      note = "";
    } else if (yarn) {
      note =
          "llama-server builds before 2026-08-30 still cap the context at the trained length under YaRN; there, add "
              + contextLengthOverride(model, contextLength);
    } else {
      words.add(contextLengthOverride(model, contextLength));
      note = CAP_LIFTED;
    }
    return new Recipe("llama.cpp", String.join(" ", words), note);
  }

  private static String contextLengthOverride(ModelDescription model, int contextLength) {
    return "--override-kv " + model.architecture() + ".context_length=int:" + contextLength;
  }

  /// The rotation flags alone, in llama.cpp's words.
  public static List<String> llamaCppFlags(RopeOverrides flags) {
    List<String> words = new ArrayList<>();
    flags.scalingType().ifPresent(type -> add(words, "--rope-scaling", type.label()));
    flags.frequencyScale().ifPresent(scale -> add(words, "--rope-scale", number(1 / scale)));
    flags.frequencyBase().ifPresent(base -> add(words, "--rope-freq-base", number(base)));
    flags
        .yarnOriginalContext()
        .ifPresent(length -> add(words, "--yarn-orig-ctx", Integer.toString(length)));
    flags.yarnExtFactor().ifPresent(value -> add(words, "--yarn-ext-factor", number(value)));
    flags.yarnAttnFactor().ifPresent(value -> add(words, "--yarn-attn-factor", number(value)));
    flags.yarnBetaFast().ifPresent(value -> add(words, "--yarn-beta-fast", number(value)));
    flags.yarnBetaSlow().ifPresent(value -> add(words, "--yarn-beta-slow", number(value)));
    return words;
  }

  /// As a POSIX shell reads it back.
  private static String quoted(String word) {
    return word.matches("[A-Za-z0-9_@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  /// The shortest decimal that llama.cpp reads back as the same float32.
  private static String number(double value) {
    return new BigDecimal(Float.toString((float) value)).stripTrailingZeros().toPlainString();
  }

  private static void add(List<String> words, String flag, String value) {
    words.add(flag);
    words.add(value);
  }
}
