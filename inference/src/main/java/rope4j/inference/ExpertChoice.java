package rope4j.inference;

import java.util.Arrays;
import rope4j.checkpoint.CheckpointException;
import rope4j.inference.Routing.Gating;

/// Chooses experts by the rules of a [Routing]. Owns what it needs for that, so that a choice
/// allocates nothing.
final class ExpertChoice {

  /// Where 1 is divided by a sum of weights, the sum is at least the smallest normal float16.
  private static final float SMALLEST_SUM = 0x1p-14f;

  private final float[] probabilities;
  private final float[] selection;
  private final float[] quality;
  private final boolean[] kept;
  private final int[] chosen;

  /// @param experts most experts of a layer
  ExpertChoice(int experts) {
    probabilities = new float[experts];
    selection = new float[experts];
    quality = new float[experts];
    kept = new boolean[experts];
    chosen = new int[experts];
  }

  /// A token's weights from its scores: 0 for experts that are not chosen. Of equal ones the first
  /// are taken.
  ///
  /// @param scores of the `e`-th expert at `from + e * stride`
  /// @param weights receives one weight per expert from `at` on
  void weigh(
      Routing routing, float[] scores, int from, int stride, int experts, float[] weights, int at) {
    for (int e = 0; e < experts; e++) {
      selection[e] = scores[from + e * stride];
    }
    gate(routing.gating(), experts);
    if (!routing.weighsInput()) {
      System.arraycopy(probabilities, 0, selection, 0, experts);
    }
    float[] bias = routing.selectionBias();
    for (int e = 0; e < bias.length; e++) {
      selection[e] += bias[e];
    }
    if (routing.groups() > 1) {
      dropGroups(routing, experts);
    }
    for (int i = 0; i < routing.used(); i++) {
      chosen[i] = best(selection, 0, experts);
      selection[chosen[i]] = Float.NEGATIVE_INFINITY;
    }
    if (routing.gating() == Gating.SOFTMAX_OF_CHOSEN) {
      softmaxOfChosen(routing.used());
    }
    float total = 0;
    for (int i = 0; i < routing.used(); i++) {
      total += probabilities[chosen[i]];
    }
    float factor =
        routing.normed() ? routing.scale() / Math.max(total, SMALLEST_SUM) : routing.scale();
    Arrays.fill(weights, at, at + experts, 0);
    for (int i = 0; i < routing.used(); i++) {
      weights[at + chosen[i]] = probabilities[chosen[i]] * factor;
    }
  }

  /// From scores, which [#selection] holds, to probabilities.
  private void gate(Gating gating, int experts) {
    switch (gating) {
      case SOFTMAX_OF_CHOSEN -> System.arraycopy(selection, 0, probabilities, 0, experts);
      case SIGMOID -> {
        for (int e = 0; e < experts; e++) {
          probabilities[e] = (float) (1 / (1 + Math.exp(-selection[e])));
        }
      }
      case SOFTMAX -> {
        System.arraycopy(selection, 0, probabilities, 0, experts);
        for (int e = 0; e < experts; e++) {
          chosen[e] = e;
        }
        softmaxOfChosen(experts);
      }
    }
  }

  private void softmaxOfChosen(int count) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      max = Math.max(max, probabilities[chosen[i]]);
    }
    double total = 0;
    for (int i = 0; i < count; i++) {
      total += Math.exp(probabilities[chosen[i]] - max);
    }
    for (int i = 0; i < count; i++) {
      probabilities[chosen[i]] = (float) (Math.exp(probabilities[chosen[i]] - max) / total);
    }
  }

  private void dropGroups(Routing routing, int experts) {
    int groups = routing.groups();
    int size = experts / groups;
    for (int group = 0; group < groups; group++) {
      int first = best(selection, group * size, size);
      float highest = selection[first];
      selection[first] = Float.NEGATIVE_INFINITY;
      quality[group] = highest + selection[best(selection, group * size, size)];
      selection[first] = highest;
    }
    Arrays.fill(kept, 0, groups, false);
    for (int i = 0; i < routing.groupsUsed(); i++) {
      int best = best(quality, 0, groups);
      quality[best] = Float.NEGATIVE_INFINITY;
      kept[best] = true;
    }
    for (int e = 0; e < experts; e++) {
      if (!kept[e / size]) {
        selection[e] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  private static int best(float[] values, int from, int count) {
    int best = -1;
    for (int i = from; i < from + count; i++) {
      if (Float.isNaN(values[i])) {
        throw new CheckpointException(
            "the scores of the experts are not finite numbers: the model's weights are damaged, or its"
                + " rotation overflows");
      }
      if (best < 0 || values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }
}
