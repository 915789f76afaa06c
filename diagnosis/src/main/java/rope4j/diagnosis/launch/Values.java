package rope4j.diagnosis.launch;

import java.math.BigDecimal;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import rope4j.diagnosis.launch.Arguments.Flag;

/// The texts of flags as numbers; complaints name the flag.
final class Values {

  /// vLLM's and no one else's: small letters are decimal, capitals binary.
  private static final Pattern HUMAN = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)([kKmMgG])");

  private Values() {}

  /// A whole number.
  static int whole(Flag flag) {
    try {
      return Integer.parseInt(flag.value().strip());
    } catch (NumberFormatException e) {
      throw wrong(flag, "a whole number up to 2147483647");
    }
  }

  /// A length in tokens; empty for 0 and below, which leave it to the engine or the model.
  static OptionalInt tokens(Flag flag) {
    int tokens = whole(flag);
    return tokens <= 0 ? OptionalInt.empty() : OptionalInt.of(tokens);
  }

  /// A length in tokens that may be written as `128k` (128000) or `128K` (131072); empty for `auto`
  /// and `-1`.
  ///
  /// Source: vLLM `argparse_utils.py`, `human_readable_int`.
  static OptionalInt humanTokens(Flag flag) {
    String text = flag.value().strip();
    if (text.equals("auto")) {
      return OptionalInt.empty();
    }
    Matcher human = HUMAN.matcher(text);
    if (!human.matches()) {
      return tokens(flag);
    }
    char unit = human.group(2).charAt(0);
    boolean binary = Character.isUpperCase(unit);
    int power =
        switch (Character.toLowerCase(unit)) {
          case 'k' -> 1;
          case 'm' -> 2;
          default -> 3;
        };
    if (binary && human.group(1).contains(".")) {
      throw wrong(
          flag, "a whole number before " + unit + ", or " + Character.toLowerCase(unit) + " after");
    }
    BigDecimal step = BigDecimal.valueOf(binary ? 1024 : 1000).pow(power);
    BigDecimal tokens = new BigDecimal(human.group(1)).multiply(step);
    if (tokens.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) > 0) {
      throw wrong(flag, "a number of tokens up to 2147483647");
    }
    return tokens.signum() == 0 ? OptionalInt.empty() : OptionalInt.of(tokens.intValue());
  }

  /// A finite number.
  static double real(Flag flag) {
    String text = flag.value().strip();
    // Java alone would take 1d and 0x1p3.
    if (text.matches("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?")) {
      double value = Double.parseDouble(text);
      if (Double.isFinite(value)) {
        return value;
      }
    }
    throw wrong(flag, "a number");
  }

  /// What to say of a value that is not what it should be.
  static IllegalArgumentException wrong(Flag flag, String expected) {
    String value = shortened(flag.value());
    if (value.isEmpty()) {
      return new IllegalArgumentException(flag.spelled() + " needs a value: " + expected);
    }
    String advice =
        value.contains("$") || value.contains("`")
            ? "; no shell is run here, so write what it stands for"
            : "";
    return new IllegalArgumentException(
        flag.spelled() + " must be " + expected + ", but it is '" + value + "'" + advice);
  }

  /// A stranger's text, fit for a sentence.
  static String shortened(String text) {
    String line = text.replaceAll("\\p{Cntrl}", " ");
    return line.length() > 60 ? line.substring(0, 60) + "…" : line;
  }
}
