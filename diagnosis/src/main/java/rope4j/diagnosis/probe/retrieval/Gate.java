package rope4j.diagnosis.probe.retrieval;

import java.util.Arrays;
import java.util.Locale;
import org.apache.commons.statistics.distribution.TDistribution;

/// Whether a model follows a task, by a few questions at a length it was trained for: right answers
/// must be likelier than wrong ones, and it must give so many of them itself that there is
/// something to lose at longer lengths.
///
/// @param applies whether it does
/// @param reason why, in a sentence
record Gate(boolean applies, String reason) {

  /// Questions, each with a right answer and with a wrong one.
  static final int QUESTIONS = 12;

  /// Right answers must be likelier than wrong ones with this confidence.
  private static final double CONFIDENCE = 0.99;

  /// And by so many nats an answer.
  private static final double LEAST_MARGIN = 0.5;

  /// Least share of right items; where an answer is one item, of right answers.
  private static final double LEAST_SCORE = 0.25;

  /// @param margins nats by which each right answer was likelier than the wrong one
  /// @param own what the model answered itself
  /// @param items that an answer has
  static Gate of(double[] margins, RetrievalCell own, int items, double chance) {
    double margin = mean(margins);
    double spread = spread(margins);
    String asked =
        format(
            "at %d tokens, under its original rotation, %d of %d questions are answered right%s",
            own.length(),
            own.exact().successes(),
            own.exact().trials(),
            items > 1 ? format(" (%.0f %% of their items)", 100 * own.score()) : "");
    if (margin < LEAST_MARGIN) {
      return new Gate(
          false,
          format(
              "%s, and the right answer is %s a wrong one (%+.2f nats): it can't follow this task",
              asked, margin > -LEAST_MARGIN ? "about as likely as" : "less likely than", margin));
    }
    if (margin <= spread) {
      return new Gate(
          false,
          format(
              "%s, and the right answer is likelier than a wrong one, but not with certainty (%+.2f ±"
                  + " %.2f nats): it can't follow this task, or not always",
              asked, margin, spread));
    }
    if (own.score() < LEAST_SCORE) {
      return new Gate(
          false,
          format(
              "%s, less than the %.0f %% that are needed to see what is lost at longer lengths, though"
                  + " the right answer is %.2f nats likelier than a wrong one",
              asked, 100 * LEAST_SCORE, margin));
    }
    // By guessing nothing is right where an answer is free.
    if (chance > 0 && own.exact().low() <= chance) {
      return new Gate(
          false,
          format("%s, not clearly more than the %.0f %% that guessing gives", asked, 100 * chance));
    }
    return new Gate(
        true,
        format("%s, and the right answer is %.2f nats likelier than a wrong one", asked, margin));
  }

  static double mean(double[] values) {
    return Arrays.stream(values).sum() / values.length;
  }

  /// Half of Student's interval.
  private static double spread(double[] values) {
    double mean = mean(values);
    double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
    int degrees = values.length - 1;
    return TDistribution.of(degrees).inverseCumulativeProbability((1 + CONFIDENCE) / 2)
        * Math.sqrt(squares / degrees / values.length);
  }

  private static String format(String pattern, Object... arguments) {
    return String.format(Locale.ROOT, pattern, arguments);
  }
}
