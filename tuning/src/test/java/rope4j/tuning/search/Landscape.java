package rope4j.tuning.search;

import java.util.ArrayList;
import java.util.List;
import rope4j.tuning.fitness.Evaluator;
import rope4j.tuning.fitness.Measurement;
import rope4j.tuning.fitness.Rungs;
import rope4j.tuning.fitness.Window;
import rope4j.tuning.space.Candidate;

/// An evaluator without a model: the loss grows with the distance from a rotation that is best, the
/// damage with the distance from the original.
final class Landscape implements Evaluator {

  private static final double[] BEST = {1, 1, 1.2, 1.8, 3, 4.2, 4.4, 4.6};

  final List<String> asked = new ArrayList<>();

  @Override
  public Measurement measure(Candidate candidate, Window window) {
    asked.add(candidate.key() + " on " + System.identityHashCode(window));
    double loss = 1 + Math.abs(candidate.attentionFactor() - 1.1);
    double damage = 0;
    for (int i = 0; i < BEST.length; i++) {
      double factor = candidate.divisors().get(i);
      loss += Math.pow(Math.log(factor / BEST[i]), 2);
      damage += 0.02 * Math.abs(Math.log(factor)) / (i + 1);
    }
    return new Measurement(List.of(loss, loss), List.of(), damage);
  }

  /// Three rungs: a shorter window, then two of six, then six.
  static Rungs rungs() {
    List<Window> windows = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      windows.add(Window.of(new int[1024], 256));
    }
    return Rungs.of(windows, 256, 1024);
  }
}
