package rope4j.diagnosis.rules;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/// Numbers as a message writes them and as a command line takes them.
final class Figures {

  private static final MathContext DIGITS = new MathContext(7);

  private Figures() {}

  /// Without needless digits: `8`, `0.125`, `1000000`.
  static String number(double value) {
    if (!Double.isFinite(value)) {
      return String.valueOf(value);
    }
    if (value == 0) {
      return "0";
    }
    BigDecimal rounded = BigDecimal.valueOf(value).round(DIGITS).stripTrailingZeros();
    return rounded.precision() - rounded.scale() > 15 || rounded.scale() > 9
        ? rounded.toString()
        : rounded.toPlainString();
  }

  /// A measured or derived number with this many decimals.
  static String fixed(double value, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
