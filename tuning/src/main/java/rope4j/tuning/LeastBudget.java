package rope4j.tuning;

import java.time.Duration;
import java.util.Locale;
import rope4j.tuning.fitness.Rungs;
import rope4j.tuning.search.Budget;

/// What a search takes at the least: every closed form on all windows, and some candidates.
///
/// @param forms how many closed forms there are
record LeastBudget(int forms, Rungs rungs) {

  /// Candidates beyond the closed forms.
  static final int FEWEST = 8;

  private int closedForms() {
    return rungs.cost() * forms;
  }

  /// Fails early where a number of evaluations is too small; how long they take is not known yet.
  ///
  /// @throws IllegalArgumentException when that is so
  void require(Budget budget) {
    int least = closedForms() + FEWEST * rungs.rungs().size();
    if (budget instanceof Budget.Evaluations(int most) && most < least) {
      throw new IllegalArgumentException(
          "a budget of "
              + most
              + " evaluations does not suffice: the "
              + forms
              + " closed forms alone take "
              + closedForms()
              + "; give at least "
              + least);
    }
  }

  /// A time was over before the closed forms were measured.
  ///
  /// @param evaluation seconds that one takes
  IllegalArgumentException endedInClosedForms(Budget.Time budget, double evaluation) {
    return tooShort(
        budget,
        String.format(
            Locale.ROOT,
            "the %d closed forms alone take about %.0f s",
            forms,
            Math.ceil(evaluation * closedForms())),
        evaluation);
  }

  /// A time left too little after the closed forms.
  ///
  /// @param closedForms seconds that these took
  /// @param candidates that were measured in the rest
  /// @param evaluation seconds that one takes
  IllegalArgumentException endedInSearch(
      Budget.Time budget, double closedForms, int candidates, double evaluation) {
    return tooShort(
        budget,
        String.format(
            Locale.ROOT,
            "the %d closed forms took %.1f s of it, and the rest allowed %d of the %d rotations that a"
                + " search has to try",
            forms,
            closedForms,
            candidates,
            FEWEST),
        evaluation);
  }

  private IllegalArgumentException tooShort(Budget.Time budget, String why, double evaluation) {
    // As if every candidate were measured on everything and nothing were known.
    double least = evaluation * (closedForms() + FEWEST * rungs.cost());
    return new IllegalArgumentException(
        "a budget of "
            + shown(budget.most())
            + " does not suffice: "
            + why
            + "; give at least "
            + shown(atLeast(Math.max(least, budget.most().toNanos() / 1e9))));
  }

  /// A time that is easily said, and above another.
  private static Duration atLeast(double seconds) {
    int step = seconds < 60 ? 5 : seconds < 3600 ? 60 : 600;
    return Duration.ofSeconds(step * (1 + (long) (seconds / step)));
  }

  /// As it is typed.
  private static String shown(Duration time) {
    long seconds = Math.ceilDiv(time.toNanos(), 1_000_000_000L);
    return seconds % 3600 == 0
        ? seconds / 3600 + "h"
        : seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }
}
