package rope4j.diagnosis.probe.trial;

/// A share of successes and its 95 % interval by Wilson, which is honest for few trials and at the
/// ends, where the usual interval shrinks to nothing.
///
/// Source: E. B. Wilson, 1927, without correction for continuity.
///
/// @param successes from 0 to `trials`
/// @param trials at least 1
/// @param low lower end, 0 to 1
/// @param high upper end, 0 to 1
public record Proportion(int successes, int trials, double low, double high) {

  /// Two-sided 95 % of the normal distribution.
  private static final double Z = 1.959963984540054;

  public Proportion {
    if (trials < 1 || successes < 0 || successes > trials) {
      throw new IllegalArgumentException(
          "a share of " + successes + " successes in " + trials + " trials makes no sense");
    }
  }

  /// @throws IllegalArgumentException when there is no trial, or more successes than trials
  public static Proportion of(int successes, int trials) {
    double share = (double) successes / Math.max(1, trials);
    double square = Z * Z;
    double centre = (share + square / (2 * trials)) / (1 + square / trials);
    double half =
        Z
            / (1 + square / trials)
            * Math.sqrt(share * (1 - share) / trials + square / (4.0 * trials * trials));
    // The ends are exact where every trial agrees; rounding must not say otherwise.
    double low = successes == 0 ? 0 : Math.max(0, centre - half);
    double high = successes == trials ? 1 : Math.min(1, centre + half);
    return new Proportion(successes, trials, low, high);
  }

  /// Successes over trials.
  public double share() {
    return (double) successes / trials;
  }
}
