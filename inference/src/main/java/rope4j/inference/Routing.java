package rope4j.inference;

import rope4j.checkpoint.CheckpointException;

/// How a router's scores become experts and weights.
///
/// Source: llama.cpp `llama-graph.cpp`, `build_moe_ffn`.
///
/// @param used experts per token
/// @param gating what the scores go through
/// @param normed whether the weights of the chosen are divided by their sum
/// @param scale multiplies the weights
/// @param selectionBias added for the choice, not for the weights; empty where a model has none
/// @param groups groups of equal size; only the best `groupsUsed` may be chosen from, a group being
///   as good as its two best experts together
/// @param weighsInput whether an expert's input is weighted instead of its answer (Llama 4)
record Routing(
    int used,
    Gating gating,
    boolean normed,
    float scale,
    float[] selectionBias,
    int groups,
    int groupsUsed,
    boolean weighsInput) {

  enum Gating {
    /// Softmax over all experts.
    SOFTMAX,
    /// Each expert by itself.
    SIGMOID,
    /// Softmax over the chosen.
    SOFTMAX_OF_CHOSEN
  }

  /// Where 1 is divided by a sum of weights, the sum is at least the smallest normal float16.
  private static final float SMALLEST_SUM = 0x1p-14f;

  static Routing softmax(int used, boolean normed) {
    return new Routing(used, Gating.SOFTMAX, normed, 1, new float[0], 1, 1, false);
  }

  Routing withGroups(int count, int countUsed) {
    return new Routing(used, gating, normed, scale, selectionBias, count, countUsed, weighsInput);
  }

  Routing withSelectionBias(float[] bias) {
    return new Routing(used, gating, normed, scale, bias, groups, groupsUsed, weighsInput);
  }

  /// @param experts of a layer
  /// @throws CheckpointException when a choice is impossible
  void requirePossible(int experts) {
    if (used < 1 || used > experts) {
      throw new CheckpointException(
          "expert_used_count is "
              + used
              + ", but it must be from 1 to the "
              + experts
              + " experts: convert the model again");
    }
    boolean grouped =
        groups <= 1
            || (experts % groups == 0
                && experts / groups >= 2
                && groupsUsed >= 1
                && groupsUsed <= groups
                && (long) groupsUsed * (experts / groups) >= used);
    if (!grouped) {
      throw new CheckpointException(
          "expert_group_count is "
              + groups
              + " and expert_group_used_count "
              + groupsUsed
              + ", which do not fit "
              + experts
              + " experts of which "
              + used
              + " are used: convert the model again");
    }
  }

  /// A token's weights from its scores: 0 for experts that are not chosen. Of equal ones the first
  /// are taken.
  float[] weights(float[] scores) {
    float[] probabilities = probabilities(scores);
    float[] selection = (weighsInput ? scores : probabilities).clone();
    for (int e = 0; e < selectionBias.length; e++) {
      selection[e] += selectionBias[e];
    }
    if (groups > 1) {
      dropGroups(selection);
    }
    float[] weights = new float[scores.length];
    int[] chosen = new int[used];
    float total = 0;
    for (int i = 0; i < used; i++) {
      int best = best(selection, 0, selection.length);
      chosen[i] = best;
      selection[best] = Float.NEGATIVE_INFINITY;
      weights[best] = probabilities[best];
    }
    if (gating == Gating.SOFTMAX_OF_CHOSEN) {
      softmaxOf(chosen, weights);
    }
    for (int expert : chosen) {
      total += weights[expert];
    }
    for (int expert : chosen) {
      weights[expert] *= normed ? scale / Math.max(total, SMALLEST_SUM) : scale;
    }
    return weights;
  }

  private float[] probabilities(float[] scores) {
    return switch (gating) {
      case SOFTMAX_OF_CHOSEN -> scores;
      case SIGMOID -> {
        float[] sigmoid = new float[scores.length];
        for (int e = 0; e < sigmoid.length; e++) {
          sigmoid[e] = (float) (1 / (1 + Math.exp(-scores[e])));
        }
        yield sigmoid;
      }
      case SOFTMAX -> {
        int[] all = new int[scores.length];
        for (int e = 0; e < all.length; e++) {
          all[e] = e;
        }
        float[] softmax = scores.clone();
        softmaxOf(all, softmax);
        yield softmax;
      }
    };
  }

  private static void softmaxOf(int[] experts, float[] values) {
    float max = Float.NEGATIVE_INFINITY;
    for (int expert : experts) {
      max = Math.max(max, values[expert]);
    }
    double total = 0;
    for (int expert : experts) {
      total += Math.exp(values[expert] - max);
    }
    for (int expert : experts) {
      values[expert] = (float) (Math.exp(values[expert] - max) / total);
    }
  }

  private void dropGroups(float[] selection) {
    int size = selection.length / groups;
    float[] quality = new float[groups];
    for (int group = 0; group < groups; group++) {
      int first = best(selection, group * size, size);
      float highest = selection[first];
      selection[first] = Float.NEGATIVE_INFINITY;
      quality[group] = highest + selection[best(selection, group * size, size)];
      selection[first] = highest;
    }
    boolean[] kept = new boolean[groups];
    for (int i = 0; i < groupsUsed; i++) {
      int best = best(quality, 0, groups);
      quality[best] = Float.NEGATIVE_INFINITY;
      kept[best] = true;
    }
    for (int e = 0; e < selection.length; e++) {
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
