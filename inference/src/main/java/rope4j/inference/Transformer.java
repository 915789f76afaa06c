package rope4j.inference;

import java.util.List;
import java.util.Optional;

/// A decoder-only language model, described so that one engine runs them all.
///
/// @param embedding one row per vocabulary entry
/// @param embeddingScale multiplies embeddings
/// @param positions one learned row per position, added to the embeddings
/// @param embeddingNorm of the sum
/// @param rotates whether blocks rotate where their architecture does
/// @param output one row per vocabulary entry; often the embedding itself
/// @param logitScale multiplies the logits
/// @param logitSoftCap logits become `logitSoftCap * tanh(logit / logitSoftCap)`; 0 for none
record Transformer(
    WeightMatrix embedding,
    float embeddingScale,
    Optional<WeightMatrix> positions,
    Optional<Norm> embeddingNorm,
    AttentionShape shape,
    boolean rotates,
    List<Block> blocks,
    Norm outputNorm,
    Linear output,
    float logitScale,
    float logitSoftCap) {

  /// The same, with every layer attending to the last tokens only.
  Transformer withinWindow(int tokens) {
    return new Transformer(
        embedding,
        embeddingScale,
        positions,
        embeddingNorm,
        shape,
        rotates,
        blocks.stream().map(block -> block.withinWindow(tokens)).toList(),
        outputNorm,
        output,
        logitScale,
        logitSoftCap);
  }

  /// Width of the residual stream.
  int width() {
    return embedding.columns();
  }

  /// Inner width of the widest feed-forward network.
  int widestFeedForward() {
    return blocks.stream()
        .mapToInt(block -> FeedForward.widest(block.feedForward()))
        .max()
        .orElse(0);
  }

  /// Whether the last channels of a head rotate instead of the first.
  boolean rotatesTrailing() {
    return blocks.getFirst().attention().projections() instanceof Projections.Latent;
  }
}
