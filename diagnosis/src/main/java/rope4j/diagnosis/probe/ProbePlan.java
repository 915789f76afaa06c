package rope4j.diagnosis.probe;

import java.util.List;

/// What to probe.
///
/// @param kinds in the order they are taken
/// @param seed of everything drawn at random
/// @param questions per length and strategy in each task, at least 1
public record ProbePlan(List<ProbeKind> kinds, long seed, int questions) {

  /// Questions if nothing is said: an interval of about ± 20 % at one half.
  public static final int QUESTIONS = 20;

  /// Nothing but the main job.
  public static final ProbePlan NONE = new ProbePlan(List.of(), 1, QUESTIONS);

  /// @throws IllegalArgumentException when no question is to be asked
  public ProbePlan {
    kinds = kinds.stream().distinct().sorted().toList();
    if (questions < 1) {
      throw new IllegalArgumentException(
          "at least 1 question per length is needed, not " + questions);
    }
  }

  /// Whether there is something to do beyond the main job.
  public boolean asksForProbes() {
    return !kinds.isEmpty();
  }
}
