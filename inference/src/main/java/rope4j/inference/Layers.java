package rope4j.inference;

import java.util.Arrays;
import java.util.Optional;
import rope4j.inference.kernel.BlockKernels;
import rope4j.inference.kernel.Elementwise;
import rope4j.inference.kernel.Kernels;

/// Carries a batch of tokens through all blocks, writing their keys and values to the cache. Owns
/// the residual stream.
final class Layers {

  private final Transformer model;
  private final int tileTokens;
  private final Workers workers;
  private final Norms norms;
  private final AttentionRunner attention;
  private final FeedForwardRunner feedForward;

  private final float[] hidden;
  private final float[] normed;
  private final float[] answer;
  private final float[][] rows;
  private final float[][] positionRows;

  Layers(Transformer model, Kernels kernels, Workers workers, Products products, int batchTokens) {
    this.model = model;
    this.tileTokens = kernels.tile();
    this.workers = workers;
    BlockKernels blockKernels = BlockKernels.with(kernels);
    norms = new Norms(kernels, blockKernels);
    int lanes = Batch.tilesOf(batchTokens, tileTokens) * tileTokens;
    attention = new AttentionRunner(model, kernels, blockKernels, workers, products, lanes);
    feedForward = new FeedForwardRunner(model, kernels, blockKernels, workers, products, lanes);
    hidden = new float[Math.multiplyExact(model.width(), lanes)];
    normed = new float[hidden.length];
    answer = new float[hidden.length];
    rows = new float[workers.threads()][model.width()];
    positionRows = new float[workers.threads()][model.positions().isPresent() ? model.width() : 0];
  }

  /// Activations after the last layer, `[tiles][width][TILE]`, not yet normed.
  float[] hidden() {
    return hidden;
  }

  /// Where queries and keys can be seen before they are rotated.
  QueryKeyTap tap() {
    return attention.tap();
  }

  /// @param tokens ids; the batch's begin at `first`
  void run(Batch batch, int[] tokens, int first, KeyValueCache cache) {
    workers.run(
        batch.tiles(),
        (tile, worker) -> {
          batch.fill(tile);
          embed(batch, tile, tokens, first, worker);
        });
    for (int layer = 0; layer < model.blocks().size(); layer++) {
      Block block = model.blocks().get(layer);
      float[] read = normed(block.attentionNorm(), batch);
      attention.run(block.attention(), layer, read, answer, batch, cache);
      switch (block.residual()) {
        case SEQUENTIAL -> {
          add(block.attentionPostNorm(), block.residualScale(), batch);
          read = normed(block.feedForwardNorm(), batch);
          feedForward.run(block.feedForward(), read, answer, batch, false);
          add(block.feedForwardPostNorm(), block.residualScale(), batch);
        }
        case PARALLEL -> {
          if (!block.feedForwardNorm().equals(block.attentionNorm())) {
            read = normed(block.feedForwardNorm(), batch);
          }
          feedForward.run(block.feedForward(), read, answer, batch, true);
          add(Optional.empty(), block.residualScale(), batch);
        }
      }
    }
  }

  private void embed(Batch batch, int tile, int[] tokens, int first, int worker) {
    int width = model.width();
    float[] row = rows[worker];
    int base = tile * width * tileTokens;
    for (int t = 0; t < tileTokens; t++) {
      if (t < batch.tokens(tile)) {
        model.embedding().unpack(tokens[first + tile * tileTokens + t], 0, width, row, 0);
        Elementwise.scale(row, 0, width, model.embeddingScale());
        if (model.positions().isPresent()) {
          float[] position = positionRows[worker];
          model.positions().get().unpack(batch.position(tile) + t, 0, width, position, 0);
          Elementwise.addScaled(row, 0, position, 0, width, 1);
        }
      } else {
        Arrays.fill(row, 0);
      }
      for (int c = 0; c < width; c++) {
        hidden[base + c * tileTokens + t] = row[c];
      }
    }
    if (model.embeddingNorm().isPresent()) {
      norms.apply(model.embeddingNorm().get(), hidden, base, hidden, base);
    }
  }

  /// What a half of a block reads: the residual stream itself where it has no norm.
  private float[] normed(Optional<Norm> norm, Batch batch) {
    if (norm.isEmpty()) {
      return hidden;
    }
    int length = model.width() * tileTokens;
    workers.run(
        batch.tiles(),
        (tile, _) -> norms.apply(norm.get(), hidden, tile * length, normed, tile * length));
    return normed;
  }

  /// Adds the answer to the residual stream.
  private void add(Optional<Norm> norm, float scale, Batch batch) {
    int length = model.width() * tileTokens;
    workers.run(
        batch.tiles(),
        (tile, _) -> {
          int at = tile * length;
          if (norm.isPresent()) {
            norms.apply(norm.get(), answer, at, answer, at);
          }
          Elementwise.addScaled(hidden, at, answer, at, length, scale);
        });
  }
}
