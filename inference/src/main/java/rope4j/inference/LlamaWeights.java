package rope4j.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.TensorInfo;
import rope4j.checkpoint.TensorType;

/// The tensors of a Llama-architecture model, each checked for its shape.
///
/// @param embedding one row per vocabulary entry
/// @param output likewise; the embedding itself when the model ties them
record LlamaWeights(
    WeightMatrix embedding, List<Layer> layers, float[] outputNorm, WeightMatrix output) {

  record Layer(
      float[] attentionNorm,
      WeightMatrix query,
      WeightMatrix key,
      WeightMatrix value,
      WeightMatrix attentionOutput,
      float[] feedForwardNorm,
      FeedForward feedForward) {}

  /// What follows attention in a layer.
  sealed interface FeedForward {}

  /// `down(silu(gate(x)) * up(x))`.
  record Dense(WeightMatrix gate, WeightMatrix up, WeightMatrix down) implements FeedForward {}

  /// The best `used` of several dense networks, chosen per token and weighted by the router's
  /// softmax over the chosen.
  record Experts(WeightMatrix router, List<Dense> experts, int used) implements FeedForward {}

  /// Tensors that carry angles, not weights; the rope resolution reads them.
  private static final Set<String> ROPE_TENSORS =
      Set.of(
          "rope_freqs.weight",
          "rope_factors_long.weight",
          "rope_factors_short.weight",
          "attn_rot_embd.weight");

  /// @throws CheckpointException when a tensor is missing, has another shape or a type this engine
  ///   can't read, or when the file has a tensor this architecture would leave unused
  static LlamaWeights read(GgufFile file, ModelDescription description) {
    Reader reader = new Reader(file);
    int width = description.embeddingLength();
    int queries = description.heads() * description.headDimension();
    int keys = description.keyValueHeads() * description.headDimension();
    int vocabulary = reader.rowsOf("token_embd.weight", width);
    WeightMatrix embedding = reader.matrix("token_embd.weight", vocabulary, width);
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < description.layers(); i++) {
      String layer = "blk." + i + ".";
      layers.add(
          new Layer(
              reader.vector(layer + "attn_norm.weight", width),
              reader.matrix(layer + "attn_q.weight", queries, width),
              reader.matrix(layer + "attn_k.weight", keys, width),
              reader.matrix(layer + "attn_v.weight", keys, width),
              reader.matrix(layer + "attn_output.weight", width, queries),
              reader.vector(layer + "ffn_norm.weight", width),
              feedForward(reader, layer, description)));
    }
    float[] outputNorm = reader.vector("output_norm.weight", width);
    WeightMatrix output =
        file.tensor("output.weight").isPresent()
            ? reader.matrix("output.weight", vocabulary, width)
            : embedding;
    reader.requireAllUsed();
    return new LlamaWeights(embedding, List.copyOf(layers), outputNorm, output);
  }

  private static FeedForward feedForward(
      Reader reader, String layer, ModelDescription description) {
    int width = description.embeddingLength();
    int hidden = description.feedForwardLength();
    int experts = description.experts();
    if (experts == 0) {
      return new Dense(
          reader.matrix(layer + "ffn_gate.weight", hidden, width),
          reader.matrix(layer + "ffn_up.weight", hidden, width),
          reader.matrix(layer + "ffn_down.weight", width, hidden));
    }
    if (description.expertsUsed() < 1 || description.expertsUsed() > experts) {
      throw new CheckpointException(
          "llama.expert_used_count is "
              + description.expertsUsed()
              + ", but it must be from 1 to the "
              + experts
              + " experts: convert the model again");
    }
    List<WeightMatrix> gates = reader.stack(layer + "ffn_gate_exps.weight", experts, hidden, width);
    List<WeightMatrix> ups = reader.stack(layer + "ffn_up_exps.weight", experts, hidden, width);
    List<WeightMatrix> downs = reader.stack(layer + "ffn_down_exps.weight", experts, width, hidden);
    List<Dense> networks = new ArrayList<>();
    for (int e = 0; e < experts; e++) {
      networks.add(new Dense(gates.get(e), ups.get(e), downs.get(e)));
    }
    return new Experts(
        reader.matrix(layer + "ffn_gate_inp.weight", experts, width),
        List.copyOf(networks),
        description.expertsUsed());
  }

  private static final class Reader {

    private final GgufFile file;
    private final Map<String, TensorInfo> unused = new LinkedHashMap<>();

    Reader(GgufFile file) {
      this.file = file;
      file.tensors().forEach(info -> unused.put(info.name(), info));
      // Old files carry angles per layer too; the resolution reads those of the first.
      unused
          .keySet()
          .removeIf(name -> ROPE_TENSORS.contains(name.replaceFirst("^blk\\.\\d+\\.", "")));
    }

    int rowsOf(String name, int columns) {
      TensorInfo info = info(name);
      if (info.shape().size() != 2 || info.dimension(0) != columns) {
        throw wrongShape(info, columns + " x vocabulary");
      }
      return Math.toIntExact(info.dimension(1));
    }

    WeightMatrix matrix(String name, int rows, int columns) {
      return stack(name, 1, rows, columns).getFirst();
    }

    float[] vector(String name, int length) {
      return stack(name, 1, 1, length).getFirst().toArray();
    }

    List<WeightMatrix> stack(String name, int count, int rows, int columns) {
      TensorInfo info = info(name);
      if (info.dimension(0) != columns
          || info.dimension(1) != rows
          || info.dimension(2) != count
          || info.shape().size() > 3) {
        throw wrongShape(info, columns + " x " + rows + (count > 1 ? " x " + count : ""));
      }
      if (!WeightMatrix.supports(info.type())) {
        throw new CheckpointException(
            "tensor "
                + name
                + " has type "
                + info.type()
                + ", which this engine can't run; it runs "
                + supportedTypes()
                + ", so convert or quantize the model to one of these");
      }
      unused.remove(name);
      long bytes = info.bytes() / count;
      List<WeightMatrix> matrices = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        matrices.add(
            new WeightMatrix(
                rows, columns, info.type(), file.data(info).asSlice(i * bytes, bytes)));
      }
      return matrices;
    }

    void requireAllUsed() {
      if (!unused.isEmpty()) {
        throw new CheckpointException(
            "tensor "
                + unused.keySet().iterator().next()
                + " is not one this engine's llama architecture knows, and leaving it out would change the result");
      }
    }

    private TensorInfo info(String name) {
      return file.tensor(name)
          .orElseThrow(() ->
              new CheckpointException(
                  "tensor " + name + " is missing; the file is not a complete llama model"));
    }

    private CheckpointException wrongShape(TensorInfo info, String expected) {
      return new CheckpointException(
          "tensor "
              + info.name()
              + " has shape "
              + info.shape()
              + ", but the metadata asks for "
              + expected);
    }

    private static String supportedTypes() {
      return String.join(
          ", ",
          Arrays.stream(TensorType.values())
              .filter(WeightMatrix::supports)
              .map(TensorType::name)
              .toList());
    }
  }
}
