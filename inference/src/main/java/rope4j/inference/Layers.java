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

  private final Batch batch;
  private final float[] hidden;
  private final float[] normed;
  private final float[] answer;
  private final float[][] rows;
  private final float[][] positionRows;

  // Made once, so that a token allocates nothing; what they work on lies in the fields below.
  private final Workers.Task embedTile = this::embedTile;
  private final Workers.Task normTile = this::normTile;
  private final Workers.Task addTile = this::addTile;

  private int[] tokens = {};
  private int first;
  private Optional<Norm> norm = Optional.empty();
  private float scale;

  Layers(
      Transformer model,
      Kernels kernels,
      Workers workers,
      Products products,
      Batch batch,
      KeyValueCache cache) {
    this.model = model;
    this.tileTokens = kernels.tile();
    this.workers = workers;
    this.batch = batch;
    BlockKernels blockKernels = BlockKernels.with(kernels);
    norms = new Norms(kernels, blockKernels);
    int lanes = batch.lanes();
    attention = new AttentionRunner(model, kernels, blockKernels, workers, products, batch, cache);
    feedForward = new FeedForwardRunner(model, kernels, blockKernels, workers, products, batch);
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

  /// Runs the batch as it stands.
  ///
  /// @param ids the batch's begin at `from`
  void run(int[] ids, int from) {
    tokens = ids;
    first = from;
    workers.run(batch.tiles(), embedTile);
    for (int layer = 0; layer < model.blocks().size(); layer++) {
      Block block = model.blocks().get(layer);
      float[] read = normed(block.attentionNorm());
      attention.run(layer, read, answer);
      switch (block.residual()) {
        case SEQUENTIAL -> {
          add(block.attentionPostNorm(), block.residualScale());
          read = normed(block.feedForwardNorm());
          feedForward.run(block.feedForward(), read, answer, false);
          add(block.feedForwardPostNorm(), block.residualScale());
        }
        case PARALLEL -> {
          if (!block.feedForwardNorm().equals(block.attentionNorm())) {
            read = normed(block.feedForwardNorm());
          }
          feedForward.run(block.feedForward(), read, answer, true);
          add(Optional.empty(), block.residualScale());
        }
      }
    }
  }

  private void embedTile(int tile, int worker) {
    batch.fill(tile);
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
  private float[] normed(Optional<Norm> by) {
    if (by.isEmpty()) {
      return hidden;
    }
    norm = by;
    workers.run(batch.tiles(), normTile);
    return normed;
  }

  private void normTile(int tile, int worker) {
    int at = tile * model.width() * tileTokens;
    norms.apply(norm.orElseThrow(), hidden, at, normed, at);
  }

  /// Adds the answer to the residual stream.
  private void add(Optional<Norm> by, float times) {
    norm = by;
    scale = times;
    workers.run(batch.tiles(), addTile);
  }

  private void addTile(int tile, int worker) {
    int length = model.width() * tileTokens;
    int at = tile * length;
    if (norm.isPresent()) {
      norms.apply(norm.get(), answer, at, answer, at);
    }
    Elementwise.addScaled(hidden, at, answer, at, length, scale);
  }
}
