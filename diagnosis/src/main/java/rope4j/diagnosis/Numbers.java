package rope4j.diagnosis;

import java.util.Locale;

/// Numbers as a report writes them: the same in every country.
final class Numbers {

  private static final String MINUS = "\u2212";
  private static final int GROUP_FROM = 10_000;

  private Numbers() {}

  /// Two decimals: what an interval of a few thousand tokens can carry.
  static String nats(double value) {
    return decimals(value, 2);
  }

  /// With its sign, also above 0.
  static String signed(double value) {
    String text = nats(value);
    boolean positive = value > 0 && !text.equals(nats(0));
    return positive ? "+" + text : text;
  }

  /// Half an interval's width; empty when there was only one value to estimate it from.
  static String plusMinus(Interval interval) {
    return !interval.estimated() ? "" : "± " + nats(interval.halfWidth());
  }

  static String decimals(double value, int digits) {
    if (Double.isNaN(value)) {
      return "not a number";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "∞" : MINUS + "∞";
    }
    String text = String.format(Locale.ROOT, "%." + digits + "f", Math.abs(value));
    boolean zero = text.chars().allMatch(c -> c == '0' || c == '.');
    return value < 0 && !zero ? MINUS + text : text;
  }

  /// Positions and counts: short ones as they are, so that they can be searched for and pasted.
  static String count(long value) {
    return Math.abs(value) < GROUP_FROM
        ? Long.toString(value)
        : String.format(Locale.ROOT, "%,d", value);
  }

  static String percent(double share) {
    return decimals(100 * share, 1) + " %";
  }

  static String duration(double seconds) {
    if (seconds < 60) {
      return decimals(seconds, 1) + " s";
    }
    long whole = Math.round(seconds);
    return whole < 3600
        ? whole / 60 + " min " + whole % 60 + " s"
        : whole / 3600 + " h " + whole % 3600 / 60 + " min";
  }

  static String mebibytes(long bytes) {
    double size = bytes / (double) (1 << 20);
    return decimals(size, size < 10 ? 1 : 0) + " MiB";
  }

  /// In the unit that leaves one to four digits before the point.
  static String bytes(long bytes) {
    if (bytes < 1L << 30) {
      return mebibytes(bytes);
    }
    double size = bytes / (double) (1L << 30);
    return size < 1024
        ? decimals(size, size < 100 && size != Math.rint(size) ? 1 : 0) + " GiB"
        : decimals(size / 1024, 1) + " TiB";
  }
}
