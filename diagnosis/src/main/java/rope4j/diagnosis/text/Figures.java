package rope4j.diagnosis.text;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/// Numbers as a message writes them and as a command line takes them.
public final class Figures {

  /// What a float32 tells apart.
  private static final int DIGITS = 7;

  private Figures() {}

  /// Without needless digits: `8`, `0.125`, `1000000`. A whole number is never rounded, as it may
  /// be a base to be pasted; others keep seven digits, or two after the point where that is more.
  public static String number(double value) {
    if (!Double.isFinite(value)) {
      return String.valueOf(value);
    }
    if (value == 0) {
      return "0";
    }
    BigDecimal exact = BigDecimal.valueOf(value).stripTrailingZeros();
    int whole = exact.precision() - exact.scale();
    BigDecimal rounded =
        exact.scale() <= 0
            ? exact
            : exact.round(new MathContext(Math.max(DIGITS, whole + 2))).stripTrailingZeros();
    return rounded.precision() - rounded.scale() > 15 || rounded.scale() > 9
        ? rounded.toString()
        : rounded.toPlainString();
  }

  /// A measured or derived number with this many decimals.
  public static String fixed(double value, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
