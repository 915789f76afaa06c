package rope4j.rotation;

/// YaRN's ramp over the pair index: 0 up to the pair that makes `betaFast` turns within the
/// original length, 1 from the pair that makes `betaSlow` turns.
///
/// Source: Transformers `_compute_yarn_parameters`, `find_correction_range` and
/// `linear_ramp_factor`.
///
/// @param low pair index where it starts to rise
/// @param high pair index where it reaches 1
record PairRamp(double low, double high) {

  static PairRamp between(
      double betaFast,
      double betaSlow,
      int originalLength,
      RopeParameters parameters,
      boolean truncate) {
    double first = pairTurning(betaFast, originalLength, parameters);
    double last = pairTurning(betaSlow, originalLength, parameters);
    double low = Math.max(truncate ? Math.floor(first) : first, 0);
    // The engines clamp at d - 1, not at d/2 - 1.
    double high = Math.min(truncate ? Math.ceil(last) : last, parameters.rotaryDimension() - 1);
    return new PairRamp(low, low == high ? high + 0.001 : high);
  }

  double at(int pair) {
    return Math.clamp((pair - low) / (high - low), 0, 1);
  }

  /// The fractional index of the pair that makes this many turns within the original length.
  private static double pairTurning(double turns, int originalLength, RopeParameters parameters) {
    return parameters.rotaryDimension()
        * Math.log(originalLength / (turns * 2 * Math.PI))
        / (2 * Math.log(parameters.base()));
  }
}
