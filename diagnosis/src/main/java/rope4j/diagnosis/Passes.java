package rope4j.diagnosis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import rope4j.diagnosis.probe.trial.Candidate;
import rope4j.diagnosis.probe.trial.StoppedException;
import rope4j.diagnosis.probe.trial.Trials;

/// The passes that everything is read from: the control and every strategy on every window.
///
/// Window by window, so that an early end leaves all strategies on fewer windows.
final class Passes {

  private final Trials trials;
  private final Control control;
  private final Candidate original;
  private final List<Candidate> candidates;
  private final ShortDamageMeter damage;

  private final List<double[]> controlNll = new ArrayList<>();
  private final List<List<double[]>> nll = new ArrayList<>();
  private final List<ShortDamageMeter.Sum> damages = new ArrayList<>();

  Passes(
      Trials trials,
      Control control,
      Candidate original,
      List<Candidate> candidates,
      ShortDamageMeter damage) {
    this.trials = trials;
    this.control = control;
    this.original = original;
    this.candidates = candidates;
    this.damage = damage;
    for (int i = 0; i < candidates.size(); i++) {
      nll.add(new ArrayList<>());
      damages.add(new ShortDamageMeter.Sum());
    }
  }

  /// @param from index of the first window
  /// @param to index after the last
  /// @return index after the last that was measured: `to` unless it was stopped
  int run(List<int[]> windows, int from, int to) {
    for (int w = from; w < to; w++) {
      try {
        window(w, windows.get(w));
      } catch (StoppedException _) {
        return w;
      }
    }
    return to;
  }

  private void window(int index, int[] window) {
    trials.stage("control");
    double[] level =
        trials.measure(
            "control/" + index,
            control.cost(window.length),
            () ->
                control.score(
                    trials.scorer(),
                    window,
                    original.rotation(),
                    damage.keepOriginal(index),
                    trials.meter()));
    List<double[]> strategies = new ArrayList<>();
    for (Candidate candidate : candidates) {
      trials.stage(candidate.name());
      strategies.add(
          trials.measure(
              "window/" + index,
              candidate,
              window.length,
              () -> strategy(index, window, candidate)));
    }
    damage.forget(index);
    // Together, so that every strategy has the same windows.
    controlNll.add(level);
    for (int c = 0; c < candidates.size(); c++) {
      double[] both = strategies.get(c);
      nll.get(c).add(Arrays.copyOf(both, window.length - 1));
      damages.get(c).add(Arrays.copyOfRange(both, window.length - 1, both.length));
    }
  }

  /// Losses, then the divergences of short text.
  private double[] strategy(int index, int[] window, Candidate candidate) {
    if (!damage.keeps(index)) {
      // The control was stored, but not its logits.
      control.scoreFirst(
          trials.scorer(), window, original.rotation(), damage.keepOriginal(index), trials.meter());
    }
    ShortDamageMeter.Comparison comparison = damage.comparison(index);
    double[] losses =
        trials
            .scorer()
            .score(window, 0, candidate.rotation(), comparison.observer(), trials.meter());
    double[] divergences = comparison.values();
    double[] both = Arrays.copyOf(losses, losses.length + divergences.length);
    System.arraycopy(divergences, 0, both, losses.length, divergences.length);
    return both;
  }

  List<double[]> controlNll() {
    return controlNll;
  }

  List<double[]> nll(int candidate) {
    return nll.get(candidate);
  }

  ShortDamage damage(int candidate) {
    return damages.get(candidate).result();
  }
}
