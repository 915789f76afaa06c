package rope4j.diagnosis.probe.pairs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.commons.statistics.distribution.TDistribution;
import rope4j.diagnosis.probe.trial.Candidate;
import rope4j.diagnosis.probe.trial.Trials;
import rope4j.inference.LogitsObserver;
import rope4j.inference.ModelRotation;
import rope4j.rotation.ExplicitFrequencies;
import rope4j.rotation.Frequencies;
import rope4j.rotation.LayerRotations;
import rope4j.rotation.Precision;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Rotation;
import rope4j.rotation.Scaling;
import rope4j.rotation.Yarn;

/// Gives single pairs of a scaled model their trained frequency back, and measures what that
/// changes.
final class Reversion {

  /// The scaling, for people.
  static final String NAME = "YaRN with betas 4 and 1";

  /// The ramp of the strategy whose pairs are reverted: from 1 to 4 turns within the trained
  /// length, so that fast pairs stay as they were trained at any trained length. With the usual 32
  /// a short trained length leaves no pair alone, and a raised base moves every pair by more than a
  /// turn: then all fast pairs have the same risk.
  private static final double BETA_FAST = 4;

  private static final double BETA_SLOW = 1;

  private final Trials trials;
  private final Candidate original;
  private final List<int[]> windows;
  private final int trained;
  private final int target;
  private final RopeParameters scaled;
  private double[] base = {};

  Reversion(Trials trials, Candidate original, List<int[]> windows, int contextLength) {
    this.trials = trials;
    this.original = original;
    this.windows = windows;
    this.trained = original.parameters().trainedLength();
    this.target = contextLength;
    this.scaled =
        original
            .parameters()
            .withScaling(
                new Yarn(
                    (double) target / trained,
                    trained,
                    BETA_FAST,
                    BETA_SLOW,
                    true,
                    1,
                    OptionalDouble.empty()));
  }

  /// What the model turns with before a pair is reverted.
  Frequencies frequencies() {
    return scaled.frequencies(target);
  }

  /// Reverts a pair.
  Change of(int pair) {
    double[] inverse = frequencies().inverse();
    double before = original.frequencies().inverse(pair);
    if (inverse[pair] == before) {
      // What was not moved can't be put back.
      return new Change(0, 0);
    }
    if (base.length == 0) {
      base = losses("none", inverse.clone());
    }
    inverse[pair] = before;
    return Change.of(losses(Integer.toString(pair), inverse), base);
  }

  /// Mean loss past the trained length of every window, with the layers that a strategy reaches
  /// turning like this.
  private double[] losses(String key, double[] inverse) {
    ModelRotation rotation = with(inverse);
    double[] losses = new double[windows.size()];
    for (int window = 0; window < losses.length; window++) {
      int[] text = windows.get(window);
      losses[window] =
          trials
              .measure(
                  "pairs/revert/" + key + "/" + window,
                  original,
                  text.length,
                  () -> {
                    double[] nll =
                        trials
                            .scorer()
                            .score(text, trained, rotation, LogitsObserver.NONE, trials.meter());
                    return new double[] {Arrays.stream(nll).average().orElse(0)};
                  })[0];
    }
    return losses;
  }

  /// What reverting a pair changes.
  ///
  /// @param mean nats per token
  /// @param margin half of its 95 % interval over windows; 0 for a single window
  record Change(double mean, double margin) {

    static Change of(double[] losses, double[] base) {
      int count = losses.length;
      double mean = 0;
      for (int i = 0; i < count; i++) {
        mean += (losses[i] - base[i]) / count;
      }
      if (count == 1) {
        return new Change(mean, 0);
      }
      double squares = 0;
      for (int i = 0; i < count; i++) {
        squares += Math.pow(losses[i] - base[i] - mean, 2);
      }
      double quantile = TDistribution.of(count - 1.0).inverseCumulativeProbability(0.975);
      return new Change(mean, quantile * Math.sqrt(squares / (count - 1) / count));
    }
  }

  private ModelRotation with(double[] inverse) {
    Scaling scaling = new ExplicitFrequencies(inverse, frequencies().attentionFactor());
    List<Optional<RopeParameters>> layers = new ArrayList<>();
    for (int layer = 0; layer < original.rotation().layers(); layer++) {
      Optional<RopeParameters> own = original.rotation().layer(layer).map(Rotation::parameters);
      layers.add(own.map(p -> p.equals(original.parameters()) ? p.withScaling(scaling) : p));
    }
    return trials.model().rotation(new LayerRotations(layers), target, Precision.EXACT);
  }
}
