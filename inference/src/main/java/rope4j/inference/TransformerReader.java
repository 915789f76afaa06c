package rope4j.inference;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import rope4j.checkpoint.AttentionWindows;
import rope4j.checkpoint.CheckpointException;
import rope4j.inference.source.ModelSource;

/// Finds a model's tensors, by its architecture's page and by which tensors the file has.
final class TransformerReader {

  private final Keys keys;
  private final Architecture architecture;
  private final TensorReader tensors;
  private final NormReader norms;
  private final int width;

  private TransformerReader(ModelSource source) {
    keys = new Keys(source);
    String name = keys.model().architecture();
    architecture = Architectures.of(name);
    Activation activation = architecture.activation();
    source
        .activation()
        .filter(given -> !activation.isCalled(given))
        .ifPresent(given -> {
          throw new CheckpointException(
              "config.json: the activation is "
                  + given
                  + ", but this engine's "
                  + name
                  + " architecture has "
                  + String.join(" or ", activation.names()));
        });
    tensors = new TensorReader(source, name, keys.blocks());
    norms = new NormReader(tensors, keys, architecture);
    width = keys.model().embeddingLength();
  }

  /// @throws CheckpointException when the architecture is not known, a tensor is missing, has
  ///   another shape or a type this engine can't read, or when the file has a tensor the
  ///   architecture would leave unused
  static Transformer read(ModelSource source) {
    return new TransformerReader(source).read(source.windows());
  }

  private Transformer read(AttentionWindows windows) {
    Architecture.Scales scales = architecture.scales().apply(keys);
    int vocabulary = tensors.rowsOf("token_embd.weight", width);
    WeightMatrix embedding = tensors.matrix("token_embd.weight", vocabulary, width);
    Optional<WeightMatrix> positions =
        tensors.has("position_embd.weight")
            ? Optional.of(
                tensors.matrix(
                    "position_embd.weight", tensors.rowsOf("position_embd.weight", width), width))
            : Optional.empty();
    if (positions.isEmpty() && keys.model().architecture().equals("gpt2")) {
      throw new CheckpointException(
          "tensor position_embd.weight is missing; the file is not a complete gpt2 model");
    }
    Optional<Norm> embeddingNorm =
        tensors.has("token_embd_norm.weight")
            ? Optional.of(norms.read("token_embd_norm", width))
            : Optional.empty();
    AttentionReader attention = new AttentionReader(keys, tensors, norms, architecture);
    FeedForwardReader feedForward = new FeedForwardReader(keys, tensors, architecture);
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < keys.blocks(); i++) {
      blocks.add(block(i, windows, scales.residual(), attention, feedForward));
    }
    Norm outputNorm = norms.read("output_norm", width);
    Linear output =
        tensors.has("output.weight")
            ? tensors.linear("output", vocabulary, width)
            : new Linear(embedding, new float[0]);
    tensors.requireAllUsed();
    return new Transformer(
        embedding,
        scales.embedding(),
        positions,
        embeddingNorm,
        attention.shape(),
        architecture.rotates().apply(keys),
        List.copyOf(blocks),
        outputNorm,
        output,
        scales.logits(),
        scales.logitSoftCap());
  }

  private Block block(
      int index,
      AttentionWindows windows,
      float residualScale,
      AttentionReader attention,
      FeedForwardReader feedForward) {
    String layer = "blk." + index + ".";
    Architecture.Norms names = architecture.norms();
    Optional<Norm> attentionNorm = norms.inBlock(layer, names.beforeAttention(), width);
    Optional<Norm> feedForwardNorm =
        norms
                .name(layer, names.beforeAttention())
                .equals(norms.name(layer, names.beforeFeedForward()))
            // The same object: the runner computes it once.
            ? attentionNorm
            : norms.inBlock(layer, names.beforeFeedForward(), width);
    return new Block(
        attentionNorm,
        attention.read(
            index,
            windows.isWindowed(index)
                ? new Scores.Window(windows.window().orElseThrow(), windows.chunked())
                : Scores.Window.ALL),
        norms.inBlock(layer, names.afterAttention(), width),
        feedForwardNorm,
        feedForward.read(layer),
        norms.inBlock(layer, names.afterFeedForward(), width),
        architecture.residual().apply(keys),
        residualScale);
  }
}
