package rope4j.diagnosis.prediction;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import rope4j.rotation.Frequencies;

/// The longest context in which a similar key is still preferred to a random one at every distance,
/// as far as the frequencies decide: `B(m)`, the sum of `cos(m * frequency)` over all pairs, stays
/// at 0 or above.
///
/// An indicator, not a verdict: Llama 2 is below its own trained length by this measure and works.
/// Rescaled frequencies are judged as they are. Source: Men et al., Base of RoPE Bounds Context
/// Length, arXiv 2405.14591.
///
/// @param largestContext tokens up to which the sum stays at 0 or above
/// @param searchedTo tokens that were looked at; where both are equal the bound may be larger
public record BaseBound(int largestContext, int searchedTo) {

  /// Grid of the scan, as a ratio of neighbouring bases.
  private static final double GRID = 1.0046;

  private static final double LARGEST_BASE = 1e12;

  /// @param frequencies of all pairs that turn, rescaled or not
  /// @param searchTo largest context of interest, at least 1 token
  public static BaseBound of(Frequencies frequencies, int searchTo) {
    Arguments.forwards("the inverse frequencies", frequencies);
    Arguments.atLeast(1, "the context to search to", searchTo);
    OptionalInt negative = new CosineSum(frequencies).firstNegative(1, searchTo);
    return new BaseBound(negative.isPresent() ? negative.getAsInt() - 1 : searchTo, searchTo);
  }

  /// Whether the whole context that was looked at is within the bound.
  public boolean holds() {
    return largestContext == searchedTo;
  }

  /// The smallest base whose bound reaches a context, on a grid of 0.46 %. A larger base may reach
  /// less far, so this is a scan and not a bisection, and beyond 32 768 tokens single bases between
  /// those of the grid may do as well. It begins at the length itself: with ever more pairs the
  /// smallest base tends to 1.6 times the length, and fewer pairs need more.
  ///
  /// By far the most expensive of the predictions: hundreds of bases are tried, and some of them at
  /// every distance.
  ///
  /// @param rotaryDimension channels that turn, even, at least 2
  /// @param length tokens, at least 1
  /// @return empty when no base up to 1e12 reaches it
  public static OptionalDouble smallestBase(int rotaryDimension, int length) {
    requireDimension(2, rotaryDimension);
    Arguments.atLeast(1, "the context length", length);
    int deepest = 1;
    for (double base = Math.max(2, length); base <= LARGEST_BASE; base *= GRID) {
      CosineSum sum = new CosineSum(Frequencies.unscaled(base, rotaryDimension));
      // One distance below 0 rules a base out, and a deep one lasts for many bases.
      CosineSum.At least = around(deepest, 64, sum, length);
      if (least.value() >= 0) {
        least = around(deepest, 64 + deepest / 64, sum, length);
      }
      if (least.value() >= 0) {
        least = sum.minimum(1, length);
      }
      if (least.value() >= 0) {
        return OptionalDouble.of(base);
      }
      deepest = least.distance();
    }
    return OptionalDouble.empty();
  }

  private static CosineSum.At around(int distance, int reach, CosineSum sum, int length) {
    return sum.minimum(
        Math.max(1, distance - reach), (int) Math.min(length, (long) distance + reach));
  }

  /// The base from which the slowest pair does not complete a turn within a length: `(length / 2
  /// pi)^(d/(d-2))`. Below it every pair repeats.
  ///
  /// Source: Liu, arXiv 2602.10959.
  ///
  /// @param rotaryDimension channels that turn, even, at least 4
  /// @param length tokens, at least 1
  public static double nyquistBase(int rotaryDimension, int length) {
    requireDimension(4, rotaryDimension);
    Arguments.atLeast(1, "the context length", length);
    return Math.pow(length / PairForecast.TURN, rotaryDimension / (rotaryDimension - 2.0));
  }

  private static void requireDimension(int least, int rotaryDimension) {
    if (rotaryDimension < least || rotaryDimension % 2 != 0) {
      throw new IllegalArgumentException(
          "the rotary dimension must be even and at least "
              + least
              + ", but it is "
              + rotaryDimension);
    }
  }
}
