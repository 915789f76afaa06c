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
}
