package rope4j.diagnosis.recipe;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;

/// A rotation in llama.cpp's words: its flags, and the keys of a file that `--override-kv` sets.
public final class LlamaCppFlags {

  private LlamaCppFlags() {}

  /// The flags that ask for a rotation; empty for those that only tensors of the file can express.
  public static Optional<RopeOverrides> of(Extension extension) {
    RopeOverrides none = RopeOverrides.NONE;
    return switch (extension) {
      case Extension.Native _ -> Optional.of(none);
      case Extension.Unscaled _ -> Optional.of(none.withScalingType(RopeScalingType.NONE));
      case Extension.Linear(double factor) ->
          Optional.of(none.withScalingType(RopeScalingType.LINEAR).withScale(factor));
      case Extension.RaisedBase(double base) ->
          Optional.of(none.withScalingType(RopeScalingType.NONE).withFrequencyBase(base));
      case Extension.Yarn(double factor, int originalLength) ->
          Optional.of(
              none.withScalingType(RopeScalingType.YARN)
                  .withScale(factor)
                  .withYarnOriginalContext(originalLength));
      // The divisors themselves need a patched copy; these flags go into it with them.
      case Extension.Divisors found ->
          Optional.of(
              none.withScalingType(RopeScalingType.NONE)
                  .withYarnAttentionFactor(found.attentionFactor()));
      case Extension.Llama3 _, Extension.LongRope _ -> Optional.empty();
    };
  }

  /// The flags as words of a command line.
  public static List<String> words(RopeOverrides flags) {
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

  /// The same as keys of the file, `key=type:value` with commas between; empty when there is
  /// nothing to set.
  ///
  /// @param flags scaling type, scale, base and original context; the YaRN numbers have no keys
  ///   that llama.cpp reads for every architecture
  /// @param contextLength `context_length`; empty to keep it
  static String overrideKv(
      String architecture, RopeOverrides flags, Optional<Integer> contextLength) {
    List<String> pairs = new ArrayList<>();
    contextLength.ifPresent(length -> pairs.add("context_length=int:" + length));
    flags.frequencyBase().ifPresent(base -> pairs.add("rope.freq_base=float:" + number(base)));
    flags.scalingType().ifPresent(type -> pairs.add("rope.scaling.type=str:" + type.label()));
    flags
        .frequencyScale()
        .ifPresent(scale -> pairs.add("rope.scaling.factor=float:" + number(1 / scale)));
    flags
        .yarnOriginalContext()
        .ifPresent(length -> pairs.add("rope.scaling.original_context_length=int:" + length));
    return String.join(",", pairs.stream().map(pair -> architecture + "." + pair).toList());
  }

  /// The shortest decimal that llama.cpp reads back as the same float32.
  static String number(double value) {
    return new BigDecimal(Float.toString((float) value)).stripTrailingZeros().toPlainString();
  }

  private static void add(List<String> words, String flag, String value) {
    words.add(flag);
    words.add(value);
  }
}
