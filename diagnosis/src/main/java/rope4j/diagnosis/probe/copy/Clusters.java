package rope4j.diagnosis.probe.copy;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.TDistribution;

/// The interval of a share of right tokens, where tokens of one question succeed and fail together.
///
/// Wilson's interval of as many tokens as the questions are worth, by how far they differ
/// (effective sample size); fewer for a spread that is known from few questions (Korn and Graubard,
/// 1998). Student's interval over questions shrinks to nothing where all of them agree, and reaches
/// past 0 and 1. Mistakes that no question, or only some of them, show tell nothing of how they
/// gather: then tokens count for less, down to one a question.
final class Clusters {

  /// Two-sided 95 %.
  private static final double TAIL = 0.975;

  private static final double Z = 1.959963984540054;

  private Clusters() {}

  /// @param accuracies share of right tokens of each question, at least two
  /// @param tokens asked for in each question, at least 1
  static CopyCell.Interval interval(double[] accuracies, int tokens) {
    double mean = Arrays.stream(accuracies).average().orElseThrow();
    double worth = worth(accuracies, mean, tokens);
    double square = Z * Z;
    double centre = (mean + square / (2 * worth)) / (1 + square / worth);
    double half =
        Z
            / (1 + square / worth)
            * Math.sqrt(mean * (1 - mean) / worth + square / (4 * worth * worth));
    // The ends are exact where every question agrees; rounding must not say otherwise.
    return new CopyCell.Interval(
        mean == 0 ? 0 : Math.max(0, centre - half), mean == 1 ? 1 : Math.min(1, centre + half));
  }

  /// Independent tokens that would tell as much.
  private static double worth(double[] accuracies, double mean, int tokens) {
    int questions = accuracies.length;
    // Questions that show what is rarer, mistakes or successes.
    double rarer = mean < 0.5 ? 0 : 1;
    long showing = Arrays.stream(accuracies).filter(accuracy -> accuracy != rarer).count();
    double most = questions + (double) showing * (tokens - 1);
    double variance =
        Arrays.stream(accuracies).map(accuracy -> Math.pow(accuracy - mean, 2)).sum()
            / (questions - 1)
            / questions;
    double effective = variance == 0 ? most : Math.min(most, mean * (1 - mean) / variance);
    if (showing == 0) {
      return effective;
    }
    double t = TDistribution.of(questions - 1.0).inverseCumulativeProbability(TAIL);
    return effective * Math.pow(Z / t, 2);
  }
}
