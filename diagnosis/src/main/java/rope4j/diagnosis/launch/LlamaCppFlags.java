package rope4j.diagnosis.launch;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;
import rope4j.diagnosis.launch.Arguments.Flag;

/// What llama.cpp and KoboldCpp make of their flags for rotation and for keys of the file.
///
/// Source: llama.cpp `common/arg.cpp`, `common.cpp` (`string_parse_kv_override`); KoboldCpp
/// `koboldcpp.py`, `gpttype_adapter.cpp`.
final class LlamaCppFlags {

  /// KoboldCpp's base when `--ropeconfig` has a scale alone, whatever the file says.
  private static final double KOBOLD_BASE = 10000;

  private LlamaCppFlags() {}

  /// llama.cpp's flags. Of `--rope-scale` and `--rope-freq-scale`, which set the same, the last
  /// holds.
  static RopeOverrides rotation(Arguments arguments) {
    RopeOverrides rotation =
        new RopeOverrides(
            arguments.last("rope-scaling").map(LlamaCppFlags::type),
            real(arguments, "rope-freq-base"),
            OptionalDouble.empty(),
            arguments
                .last("yarn-orig-ctx")
                .map(flag -> OptionalInt.of(Values.whole(flag)))
                .orElse(OptionalInt.empty()),
            real(arguments, "yarn-ext-factor"),
            real(arguments, "yarn-attn-factor"),
            real(arguments, "yarn-beta-fast"),
            real(arguments, "yarn-beta-slow"));
    Optional<Flag> scale = arguments.last("rope-scale", "rope-freq-scale");
    if (scale.isEmpty()) {
      return rotation;
    }
    double value = Values.real(scale.get());
    return scale.get().name().equals("rope-scale")
        ? rotation.withScale(value)
        : rotation.withFrequencyScale(value);
  }

  /// KoboldCpp's `--ropeconfig SCALE [BASE]`; a scale of 0 leaves the choice to KoboldCpp.
  static RopeOverrides koboldRotation(Arguments arguments) {
    Optional<Flag> given = arguments.last("ropeconfig");
    if (given.isEmpty()) {
      return RopeOverrides.NONE;
    }
    String[] numbers = given.get().value().strip().split("\\s+", -1);
    double scale = Values.real(new Flag("ropeconfig", numbers[0]));
    double base =
        numbers.length > 1 ? Values.real(new Flag("ropeconfig", numbers[1])) : KOBOLD_BASE;
    return scale > 0
        ? RopeOverrides.NONE.withFrequencyScale(scale).withFrequencyBase(base)
        : RopeOverrides.NONE;
  }

  private static RopeScalingType type(Flag flag) {
    return RopeScalingType.of(flag.value())
        .filter(type -> type != RopeScalingType.LONGROPE)
        .orElseThrow(() -> Values.wrong(flag, "none, linear or yarn"));
  }

  private static OptionalDouble real(Arguments arguments, String name) {
    Optional<Flag> flag = arguments.last(name);
    return flag.isPresent() ? OptionalDouble.of(Values.real(flag.get())) : OptionalDouble.empty();
  }

  /// `--override-kv key=type:value[,…]`. Of a key given twice llama.cpp keeps the first.
  static Map<String, Object> keyOverrides(Arguments arguments) {
    Map<String, Object> overrides = new LinkedHashMap<>();
    for (Flag flag : arguments.flags()) {
      if (flag.name().equals("override-kv") || flag.name().equals("overridekv")) {
        for (String entry : flag.value().split("(?<!\\\\),", -1)) {
          if (!entry.isBlank()) {
            add(overrides, new Flag(flag.name(), entry.replace("\\,", ",").strip()));
          }
        }
      }
    }
    return overrides;
  }

  private static void add(Map<String, Object> overrides, Flag entry) {
    String text = entry.value();
    int equals = text.indexOf('=');
    int colon = text.indexOf(':', equals + 1);
    if (equals < 1 || colon < 0) {
      throw Values.wrong(
          entry, "KEY=TYPE:VALUE with the type int, float, bool or str, joined by commas");
    }
    String key = text.substring(0, equals);
    Flag value = new Flag(entry.name() + " " + Values.shortened(key), text.substring(colon + 1));
    Object typed =
        switch (text.substring(equals + 1, colon)) {
          case "int" -> integer(value);
          case "float" -> Values.real(value);
          case "bool" -> bool(value);
          case "str" -> value.value();
          default ->
              throw Values.wrong(entry, "KEY=TYPE:VALUE with the type int, float, bool or str");
        };
    overrides.putIfAbsent(key, typed);
  }

  private static Long integer(Flag value) {
    try {
      return Long.valueOf(value.value().strip());
    } catch (NumberFormatException e) {
      throw Values.wrong(value, "a whole number");
    }
  }

  private static Boolean bool(Flag value) {
    return switch (value.value()) {
      case "true" -> true;
      case "false" -> false;
      default -> throw Values.wrong(value, "true or false");
    };
  }
}
