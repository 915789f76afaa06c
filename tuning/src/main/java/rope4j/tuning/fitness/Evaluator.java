package rope4j.tuning.fitness;

import rope4j.tuning.space.Candidate;

/// Measures candidates, each window in one prefill.
@FunctionalInterface
public interface Evaluator {

  /// The same answer for the same question, always.
  Measurement measure(Candidate candidate, Window window);
}
