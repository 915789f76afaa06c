package rope4j.inference;

import static rope4j.inference.kernel.Kernels.TILE;

import java.util.Arrays;
import rope4j.checkpoint.ModelDescription;
import rope4j.inference.kernel.Kernels;
import rope4j.rotation.Rotation;

/// Carries a batch of tokens through all layers, writing their keys and values to the cache. Owns
/// the activations.
final class LlamaLayers {

  private final LlamaWeights weights;
  private final ModelDescription description;
  private final Kernels kernels;
  private final Workers workers;
  private final Products products;
  private final Attention attention;
  private final ExpertRouter experts;

  private final float[] hidden;
  private final float[] normed;
  private final float[] query;
  private final float[] key;
  private final float[] value;
  private final float[] attended;
  private final float[] gate;
  private final float[] up;
  private final float[][] rows;

  LlamaLayers(
      LlamaWeights weights,
      ModelDescription description,
      Kernels kernels,
      Workers workers,
      Products products,
      int batchTokens) {
    this.weights = weights;
    this.description = description;
    this.kernels = kernels;
    this.workers = workers;
    this.products = products;
    int heads = description.heads();
    int keyValueHeads = description.keyValueHeads();
    int headDimension = description.headDimension();
    attention = new Attention(kernels, workers.threads(), heads, keyValueHeads, headDimension);
    int lanes = Batch.tilesOf(batchTokens) * TILE;
    int width = description.embeddingLength();
    hidden = new float[Math.multiplyExact(width, lanes)];
    normed = new float[hidden.length];
    query = new float[Math.multiplyExact(heads * headDimension, lanes)];
    key = new float[keyValueHeads * headDimension * lanes];
    value = new float[key.length];
    attended = new float[query.length];
    gate = new float[Math.multiplyExact(description.feedForwardLength(), lanes)];
    up = new float[gate.length];
    rows = new float[workers.threads()][width];
    // Dense models do not pay for gathering tokens.
    experts = new ExpertRouter(products, workers, width, description.experts() == 0 ? 0 : lanes);
  }

  /// Activations after the last layer, `[tiles][embeddingLength][TILE]`, not yet normed.
  float[] hidden() {
    return hidden;
  }

  /// @param tokens ids; the batch's begin at `first`
  void run(Batch batch, int[] tokens, int first, Rotation rotation, KeyValueCache cache) {
    workers.run(
        batch.tiles(),
        (tile, worker) -> {
          batch.fill(rotation, tile);
          embed(batch, tile, tokens, first, rows[worker]);
        });
    for (int layer = 0; layer < weights.layers().size(); layer++) {
      LlamaWeights.Layer w = weights.layers().get(layer);
      norm(batch, w.attentionNorm());
      attend(batch, layer, w, rotation, cache);
      norm(batch, w.feedForwardNorm());
      switch (w.feedForward()) {
        case LlamaWeights.Dense dense -> feedForward(dense, normed, hidden, batch.tiles(), true);
        case LlamaWeights.Experts mixture ->
            experts.run(
                mixture,
                normed,
                hidden,
                batch,
                (expert, x, y, tiles) -> feedForward(expert, x, y, tiles, false));
      }
    }
  }

  private void embed(Batch batch, int tile, int[] tokens, int first, float[] row) {
    int width = weights.embedding().columns();
    int base = tile * width * TILE;
    for (int t = 0; t < TILE; t++) {
      if (t < batch.tokens(tile)) {
        weights.embedding().unpack(tokens[first + tile * TILE + t], 0, width, row, 0);
      } else {
        Arrays.fill(row, 0);
      }
      for (int c = 0; c < width; c++) {
        hidden[base + c * TILE + t] = row[c];
      }
    }
  }

  private void norm(Batch batch, float[] weight) {
    int width = weight.length;
    workers.run(
        batch.tiles(),
        (tile, _) ->
            kernels.rmsNorm(
                hidden,
                tile * width * TILE,
                weight,
                normed,
                tile * width * TILE,
                width,
                (float) description.normEpsilon()));
  }

  private void attend(
      Batch batch, int layer, LlamaWeights.Layer w, Rotation rotation, KeyValueCache cache) {
    int tiles = batch.tiles();
    int queryPanels = Products.panels(w.query());
    int keyPanels = Products.panels(w.key());
    workers.run(
        queryPanels + 2 * keyPanels,
        (index, worker) -> {
          if (index < queryPanels) {
            products.multiply(w.query(), index, normed, query, tiles, false, worker);
          } else if (index < queryPanels + keyPanels) {
            products.multiply(w.key(), index - queryPanels, normed, key, tiles, false, worker);
          } else {
            products.multiply(
                w.value(), index - queryPanels - keyPanels, normed, value, tiles, false, worker);
          }
        });
    workers.run(
        tiles,
        (tile, _) ->
            attention.store(
                cache,
                layer,
                key,
                value,
                tile,
                batch.position(tile),
                rotation,
                batch.angles(tile)));
    int heads = description.heads();
    workers.run(
        heads * tiles,
        (index, worker) -> {
          // The last tiles see the most keys: they go first, so that no thread is left with a long
          // one at the end.
          int tile = tiles - 1 - index / heads;
          attention.attend(
              cache,
              layer,
              query,
              attended,
              index % heads,
              tile,
              batch.position(tile),
              rotation,
              batch.angles(tile),
              worker);
        });
    workers.run(
        Products.panels(w.attentionOutput()),
        (panel, worker) ->
            products.multiply(w.attentionOutput(), panel, attended, hidden, tiles, true, worker));
  }

  /// `y (+)= down(silu(gate(x)) * up(x))`.
  private void feedForward(
      LlamaWeights.Dense dense, float[] x, float[] y, int tiles, boolean accumulate) {
    int rows = dense.gate().rows();
    workers.run(
        Products.panels(dense.gate()),
        (panel, worker) -> {
          products.multiply(dense.gate(), panel, x, gate, tiles, false, worker);
          products.multiply(dense.up(), panel, x, up, tiles, false, worker);
          int first = panel * Products.PANEL;
          int length = Math.min(Products.PANEL, rows - first) * TILE;
          for (int tile = 0; tile < tiles; tile++) {
            int at = (tile * rows + first) * TILE;
            kernels.siluMultiply(gate, at, up, at, length);
          }
        });
    workers.run(
        Products.panels(dense.down()),
        (panel, worker) ->
            products.multiply(dense.down(), panel, gate, y, tiles, accumulate, worker));
  }
}
