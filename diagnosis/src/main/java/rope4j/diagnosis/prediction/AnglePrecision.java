package rope4j.diagnosis.prediction;

import java.util.OptionalDouble;
import rope4j.rotation.Frequencies;

/// How exactly an engine can form the angles of a position.
///
/// @param position tokens before it
/// @param float32Direct largest error in radians when frequency and product are rounded to float32
///   (Transformers, vLLM), measured at this very position: a power of two rounds no product
/// @param float32Bound what that error stays below at every position up to this one, radians:
///   `position * frequency * 2^-23` of the fastest pair
/// @param float32Recurrence largest error in radians when the angle of a pair is a float32 multiple
///   of its neighbour's (ggml's CPU operator); empty when the trained frequencies are no geometric
///   sequence, which such an engine can't form
/// @param bfloat16PositionStep tokens between neighbouring positions that bfloat16 can hold here: 1
///   is exact, above it several tokens share a position (arXiv 2411.13476)
public record AnglePrecision(
    int position,
    double float32Direct,
    double float32Bound,
    OptionalDouble float32Recurrence,
    long bfloat16PositionStep) {

  /// Neighbouring ratios of a geometric sequence differ by rounding only.
  private static final double ROUNDING = 1e-9;

  private static final int BFLOAT16_FRACTION_BITS = 7;

  /// @param trained frequencies before scaling
  /// @param scaled frequencies in use, as many
  /// @param position at least 1
  public static AnglePrecision of(Frequencies trained, Frequencies scaled, int position) {
    Forecast.requireSamePairs(trained, scaled);
    Arguments.atLeast(1, "the position", position);
    double direct = 0;
    double fastest = 0;
    for (int i = 0; i < scaled.pairs(); i++) {
      float rounded = (float) position * (float) scaled.inverse(i);
      direct = Math.max(direct, Math.abs(rounded - position * scaled.inverse(i)));
      fastest = Math.max(fastest, scaled.inverse(i));
    }
    int exponent = 31 - Integer.numberOfLeadingZeros(position);
    return new AnglePrecision(
        position,
        direct,
        position * fastest * 0x1p-23,
        isGeometric(trained)
            ? OptionalDouble.of(recurrenceError(trained, scaled, position))
            : OptionalDouble.empty(),
        1L << Math.max(0, exponent - BFLOAT16_FRACTION_BITS));
  }

  private static double recurrenceError(Frequencies trained, Frequencies scaled, int position) {
    float ratio = trained.pairs() < 2 ? 1 : (float) (trained.inverse(1) / trained.inverse(0));
    float running = (float) position * (float) trained.inverse(0);
    double largest = 0;
    for (int i = 0; i < trained.pairs(); i++) {
      double error = Math.abs(running - position * trained.inverse(i));
      largest = Math.max(largest, error * (scaled.inverse(i) / trained.inverse(i)));
      running *= ratio;
    }
    return largest;
  }

  private static boolean isGeometric(Frequencies trained) {
    double ratio = trained.pairs() < 2 ? 1 : trained.inverse(1) / trained.inverse(0);
    for (int i = 0; i < trained.pairs(); i++) {
      double previous = i == 0 ? trained.inverse(0) / ratio : trained.inverse(i - 1);
      if (!(Math.abs(trained.inverse(i) - previous * ratio) <= previous * ratio * ROUNDING)
          || trained.inverse(i) == 0) {
        return false;
      }
    }
    return true;
  }
}
