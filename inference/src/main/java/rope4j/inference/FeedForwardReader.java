package rope4j.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import rope4j.checkpoint.CheckpointException;
import rope4j.inference.FeedForward.Dense;
import rope4j.inference.FeedForward.Mixture;

/// Reads the feed-forward network of a block: one, or experts where it has a router.
final class FeedForwardReader {

  private final Keys keys;
  private final TensorReader tensors;
  private final Architecture architecture;
  private final int width;

  FeedForwardReader(Keys keys, TensorReader tensors, Architecture architecture) {
    this.keys = keys;
    this.tensors = tensors;
    this.architecture = architecture;
    this.width = keys.model().embeddingLength();
  }

  FeedForward read(String layer) {
    return tensors.has(layer + "ffn_gate_inp.weight") ? mixture(layer) : dense(layer, "");
  }

  private Dense dense(String layer, String suffix) {
    String gate = layer + "ffn_gate" + suffix;
    String up = layer + "ffn_up" + suffix;
    String down = layer + "ffn_down" + suffix;
    int length = tensors.columnsOf(down + ".weight");
    boolean fused =
        architecture.gated()
            && !tensors.has(gate + ".weight")
            && tensors.rowsOf(up + ".weight", width) == 2L * length;
    Optional<Linear> gates = Optional.empty();
    Linear ups;
    if (fused) {
      gates = Optional.of(tensors.rows(up, 0, length, 2L * length, width));
      ups = tensors.rows(up, length, length, 2L * length, width);
    } else {
      if (architecture.gated()) {
        gates = Optional.of(tensors.linear(gate, length, width));
      }
      ups = tensors.linear(up, length, width);
    }
    return new Dense(gates, ups, tensors.linear(down, width, length), architecture.activation());
  }

  private Mixture mixture(String layer) {
    int count = keys.model().experts();
    Routing routing =
        architecture
            .routing()
            .apply(keys)
            .withGroups(
                keys.count("expert_group_count", 1), keys.count("expert_group_used_count", 1));
    routing.requirePossible(count);
    if (tensors.has(layer + "exp_probs_b.bias")) {
      routing = routing.withSelectionBias(tensors.vector(layer + "exp_probs_b.bias", count));
    }
    Optional<Dense> shared =
        tensors.has(layer + "ffn_down_shexp.weight")
            ? Optional.of(dense(layer, "_shexp"))
            : Optional.empty();
    Optional<Linear> sharedGate =
        tensors.has(layer + "ffn_gate_inp_shexp.weight")
            ? Optional.of(tensors.linear(layer + "ffn_gate_inp_shexp", 1, width))
            : Optional.empty();
    if (sharedGate.isPresent() && shared.isEmpty()) {
      throw new CheckpointException(
          "tensor "
              + layer
              + "ffn_gate_inp_shexp.weight weights a shared expert, but the file has none");
    }
    return new Mixture(
        tensors.linear(layer + "ffn_gate_inp", count, width),
        routing,
        experts(layer, count),
        shared,
        sharedGate);
  }

  private List<Dense> experts(String layer, int count) {
    String down = layer + "ffn_down_exps";
    String up = layer + "ffn_up_exps";
    String gate = layer + "ffn_gate_exps";
    String both = layer + "ffn_gate_up_exps";
    int length = tensors.columnsOf(down + ".weight");
    List<WeightMatrix> downs = tensors.stack(down + ".weight", count, width, length);
    List<WeightMatrix> gates;
    List<WeightMatrix> ups;
    if (tensors.has(both + ".weight")) {
      List<WeightMatrix> fused = tensors.stack(both + ".weight", count, 2L * length, width);
      gates = fused.stream().map(all -> TensorReader.rows(all, 0, length)).toList();
      ups = fused.stream().map(all -> TensorReader.rows(all, length, length)).toList();
    } else {
      gates = tensors.stack(gate + ".weight", count, length, width);
      ups = tensors.stack(up + ".weight", count, length, width);
    }
    float[][] gateBiases = biases(gate, count, length);
    float[][] upBiases = biases(up, count, length);
    float[][] downBiases = biases(down, count, width);
    List<Dense> experts = new ArrayList<>();
    for (int e = 0; e < count; e++) {
      experts.add(
          new Dense(
              Optional.of(new Linear(gates.get(e), gateBiases[e])),
              new Linear(ups.get(e), upBiases[e]),
              new Linear(downs.get(e), downBiases[e]),
              architecture.activation()));
    }
    return List.copyOf(experts);
  }

  /// One row per expert; empty rows where the file has no biases.
  private float[][] biases(String name, int count, int length) {
    float[][] biases = new float[count][0];
    if (tensors.has(name + ".bias")) {
      float[] all = tensors.matrix(name + ".bias", count, length).toArray();
      Arrays.setAll(biases, e -> Arrays.copyOfRange(all, e * length, (e + 1) * length));
    }
    return biases;
  }
}
