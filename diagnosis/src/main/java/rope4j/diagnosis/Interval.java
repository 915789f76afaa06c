package rope4j.diagnosis;

import org.apache.commons.statistics.distribution.TDistribution;

/// A mean and its 95 % confidence interval.
///
/// @param mean the mean
/// @param low lower end; equal to the mean when there is only one value
/// @param high upper end
/// @param values independent values it was estimated from; one value has a mean, but no spread
public record Interval(double mean, double low, double high, int values) {

  private static final double COVERAGE = 0.95;

  /// Student's interval of the mean of independent values.
  ///
  /// @param values at least one
  public static Interval of(double[] values) {
    return of(values, COVERAGE);
  }

  /// The same with another coverage than 95 %, as several intervals need that are to hold together.
  ///
  /// @param values at least one
  /// @param coverage above 0 and below 1
  public static Interval of(double[] values, double coverage) {
    if (values.length == 0) {
      throw new IllegalArgumentException("an interval needs at least one value");
    }
    double mean = 0;
    for (double value : values) {
      mean += value / values.length;
    }
    if (values.length == 1) {
      return new Interval(mean, mean, mean, 1);
    }
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    int degrees = values.length - 1;
    double quantile = TDistribution.of(degrees).inverseCumulativeProbability((1 + coverage) / 2);
    double half = quantile * Math.sqrt(squares / degrees / values.length);
    return new Interval(mean, mean - half, mean + half, values.length);
  }

  /// Whether there was more than one value, so that the ends mean something.
  public boolean estimated() {
    return values > 1;
  }

  /// Half the width.
  public double halfWidth() {
    return (high - low) / 2;
  }
}
