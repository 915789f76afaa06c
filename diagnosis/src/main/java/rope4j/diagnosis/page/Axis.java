package rope4j.diagnosis.page;

import java.util.ArrayList;
import java.util.List;

/// A linear axis: where values fall on the page and which of them are written beside it.
///
/// @param low value at the start
/// @param high value at the end, above `low`
/// @param start coordinate of `low`
/// @param end coordinate of `high`
/// @param ticks values to write, in order
/// @param digits decimals that tell the ticks apart
public record Axis(
    double low, double high, double start, double end, List<Double> ticks, int digits) {

  private static final int[] NICE = {1, 2, 5, 10};

  public Axis {
    ticks = List.copyOf(ticks);
  }

  /// Positions 0 to the context length. Powers of two between ticks where the length allows it,
  /// because trained lengths are such numbers.
  public static Axis positions(int length, double start, double end, int mostTicks) {
    double step = niceStep(length, mostTicks);
    for (int parts = mostTicks; parts > mostTicks / 2; parts--) {
      int part = length / parts;
      if (length % parts == 0 && Integer.bitCount(part) == 1) {
        step = part;
        break;
      }
    }
    step = Math.max(1, step);
    return new Axis(0, length, start, end, multiples(0, length, step), 0);
  }

  /// Values from a tick below the least to a tick above the greatest. Starts at 0 unless that would
  /// leave most of the plot empty.
  public static Axis values(
      double least, double greatest, double start, double end, int mostTicks) {
    double from = least > 0.7 * greatest ? least : Math.min(0, least);
    return between(from, greatest, start, end, mostTicks);
  }

  /// Values from a tick below the least to a tick above the greatest.
  public static Axis between(
      double from, double greatest, double start, double end, int mostTicks) {
    double spread = Math.max(greatest - from, 0.1);
    double step = niceStep(spread, mostTicks - 1);
    double low = Math.floor(from / step + 1e-9) * step;
    double high = Math.ceil((from + spread) / step - 1e-9) * step;
    int digits = Math.max(0, (int) Math.ceil(-Math.log10(step) - 1e-9));
    return new Axis(low, high, start, end, multiples(low, high, step), digits);
  }

  /// The coordinate of a value.
  public double at(double value) {
    return start + (end - start) * (value - low) / (high - low);
  }

  private static List<Double> multiples(double low, double high, double step) {
    List<Double> ticks = new ArrayList<>();
    long first = Math.round(low / step);
    long last = (long) Math.floor(high / step + 1e-9);
    for (long i = first; i <= last; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  /// The least of 1, 2 and 5 times a power of ten that needs no more than this many steps.
  private static double niceStep(double spread, int mostSteps) {
    double power = Math.pow(10, Math.floor(Math.log10(spread / mostSteps)));
    for (int nice : NICE) {
      if (spread / (nice * power) <= mostSteps + 1e-9) {
        return nice * power;
      }
    }
    return 10 * power;
  }
}
