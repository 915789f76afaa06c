package rope4j.inference;

import rope4j.inference.Block.SelfAttention;
import rope4j.inference.Projections.Latent;
import rope4j.inference.Projections.Separate;
import rope4j.inference.kernel.BlockKernels;
import rope4j.inference.kernel.Elementwise;
import rope4j.inference.kernel.Kernels;

/// Runs the attention of a block on a batch: products, cache, scores, output. Owns queries, keys
/// and values.
final class AttentionRunner {

  private final AttentionShape shape;
  private final int tileTokens;
  private final Workers workers;
  private final Products products;
  private final Norms norms;
  private final Attention attention;
  private final LatentRunner latent;
  private final QueryKeyTap tap;
  private final float[] query;
  private final float[] key;
  private final float[] value;
  private final float[] attended;

  AttentionRunner(
      Transformer model,
      Kernels kernels,
      BlockKernels blockKernels,
      Workers workers,
      Products products,
      int lanes) {
    this.shape = model.shape();
    this.tileTokens = kernels.tile();
    this.workers = workers;
    this.products = products;
    this.norms = new Norms(kernels, blockKernels);
    attention = new Attention(kernels, blockKernels, workers.threads(), shape);
    query = new float[Math.multiplyExact(shape.queryWidth(), lanes)];
    key = new float[Math.multiplyExact(shape.keyWidth(), lanes)];
    value = new float[shape.valuesInKeys() ? 0 : Math.multiplyExact(shape.valueWidth(), lanes)];
    attended = new float[Math.multiplyExact(shape.answerWidth(), lanes)];
    latent = new LatentRunner(model, kernels, workers, products, norms, lanes);
    tap = new QueryKeyTap(shape, tileTokens);
  }

  /// Where queries and keys can be seen before they are rotated.
  QueryKeyTap tap() {
    return tap;
  }

  /// `y = attention(x)`.
  ///
  /// @param x `[tiles][width][TILE]`
  void run(SelfAttention block, int layer, float[] x, float[] y, Batch batch, KeyValueCache cache) {
    int tiles = batch.tiles();
    switch (block.projections()) {
      case Separate separate -> project(separate, x, tiles);
      case Latent projections -> latent.project(projections, x, query, key, value, tiles);
    }
    float scale = block.scores().scale() * batch.softmaxMultiplier(layer);
    tap.see(layer, scale, query, key, batch);
    workers.run(tiles, (tile, _) -> attention.store(cache, block, layer, key, value, batch, tile));
    int heads = shape.heads();
    workers.run(
        heads * tiles,
        (index, worker) -> {
          // The last tiles see the most keys: they go first, so that no thread is left with a long
          // one at the end.
          int tile = tiles - 1 - index / heads;
          attention.attend(
              cache, block, layer, query, attended, index % heads, batch, tile, worker);
        });
    float[] answers =
        block.projections() instanceof Latent projections
            ? latent.answers(projections, attended, tiles)
            : attended;
    workers.run(
        Products.panels(block.output().weights()),
        (panel, worker) ->
            products.multiply(block.output(), panel, answers, y, tiles, false, worker));
  }

  private void project(Separate separate, float[] x, int tiles) {
    int queryPanels = Products.panels(separate.query().weights());
    int keyPanels = Products.panels(separate.key().weights());
    int valuePanels = Products.panels(separate.value().weights());
    workers.run(
        queryPanels + keyPanels + valuePanels,
        (index, worker) -> {
          if (index < queryPanels) {
            products.multiply(separate.query(), index, x, query, tiles, false, worker);
          } else if (index < queryPanels + keyPanels) {
            products.multiply(separate.key(), index - queryPanels, x, key, tiles, false, worker);
          } else {
            products.multiply(
                separate.value(), index - queryPanels - keyPanels, x, value, tiles, false, worker);
          }
        });
    if (separate.clamp() > 0
        || !separate.queryNorms().isEmpty()
        || !separate.keyNorms().isEmpty()) {
      workers.run(tiles, (tile, _) -> settle(separate, tile));
    }
  }

  private void settle(Separate separate, int tile) {
    int queries = shape.queryWidth() * tileTokens;
    int keys = shape.keyWidth() * tileTokens;
    int values = shape.valueWidth() * tileTokens;
    if (separate.clamp() > 0) {
      Elementwise.clamp(query, tile * queries, queries, separate.clamp());
      Elementwise.clamp(key, tile * keys, keys, separate.clamp());
      Elementwise.clamp(value, tile * values, values, separate.clamp());
    }
    norms.applyInTurn(separate.queryNorms(), query, tile * queries);
    norms.applyInTurn(separate.keyNorms(), key, tile * keys);
  }
}
