package rope4j.tuning.space;

/// One number of a point: where it lies between two ends.
///
/// @param low at 0
/// @param high at 1, above `low`
record Coordinate(double low, double high) {

  /// What the attention factor may be: from none up to three times what YaRN takes.
  static Coordinate attention(Target target) {
    return new Coordinate(1, 1 + 0.3 * Math.log(target.factor()));
  }

  double value(double x) {
    double inside = inside(x);
    // Exactly the ends at the ends, and no rounding in between that would leave them.
    return inside == 1 ? high : low + inside * (high - low);
  }

  /// Where a value lies, moved to the nearer end if outside.
  double place(double value) {
    return inside((value - low) / (high - low));
  }

  static double inside(double x) {
    return Double.isNaN(x) ? 0 : Math.clamp(x, 0.0, 1.0);
  }
}
