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

  /// Query heads that are attended with together, of a tile and of a single token: what they share
  /// of the cache is read once, while their queries and answers stay in the first cache level.
  private static final int TOGETHER = 4;

  private static final int TOGETHER_SINGLE = 8;

  private final Transformer model;
  private final AttentionShape shape;
  private final int tileTokens;
  private final Workers workers;
  private final Products products;
  private final ParallelProduct product;
  private final Norms norms;
  private final Attention attention;
  private final LatentRunner latent;
  private final Batch batch;
  private final QueryKeyTap tap;
  private final float[] query;
  private final float[] key;
  private final float[] value;
  private final float[] attended;

  // Made once, so that a token allocates nothing; what they work on lies in the fields below.
  private final Workers.Task projectPanel = this::projectPanel;
  private final Workers.Task settleTile = this::settleTile;
  private final Workers.Task storeTile = this::storeTile;
  private final Workers.Task attendHeads = this::attendHeads;

  private int layer;
  private float[] input = {};
  private int together;

  AttentionRunner(
      Transformer model,
      Kernels kernels,
      BlockKernels blockKernels,
      Workers workers,
      Products products,
      Batch batch,
      KeyValueCache cache) {
    this.model = model;
    this.shape = model.shape();
    this.tileTokens = kernels.tile();
    this.workers = workers;
    this.products = products;
    this.batch = batch;
    this.product = new ParallelProduct(products, workers);
    this.norms = new Norms(kernels, blockKernels);
    int most = Math.min(shape.group(), tileTokens == 1 ? TOGETHER_SINGLE : TOGETHER);
    attention = new Attention(kernels, blockKernels, workers.threads(), shape, most, cache, batch);
    int lanes = batch.lanes();
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

  /// `y = attention(x)` of one layer.
  ///
  /// @param x `[tiles][width][TILE]`
  void run(int ofLayer, float[] x, float[] y) {
    layer = ofLayer;
    input = x;
    int tiles = batch.tiles();
    SelfAttention block = block();
    switch (block.projections()) {
      case Separate separate -> project(separate, tiles);
      case Latent projections -> latent.project(projections, x, query, key, value, tiles);
    }
    float scale = block.scores().scale() * batch.softmaxMultiplier(layer);
    tap.see(layer, scale, query, key, batch);
    workers.run(tiles, storeTile);
    together = together(tiles);
    workers.run(shape.heads() / together * tiles, attendHeads);
    float[] answers =
        block.projections() instanceof Latent projections
            ? latent.answers(projections, attended, tiles)
            : attended;
    product.run(block.output(), answers, y, tiles, false);
  }

  private SelfAttention block() {
    return model.blocks().get(layer).attention();
  }

  /// The most heads of a group that leave every thread something to do.
  private int together(int tiles) {
    int most = tileTokens == 1 ? TOGETHER_SINGLE : TOGETHER;
    for (int heads = Math.min(most, shape.group()); heads > 1; heads--) {
      if (shape.group() % heads == 0 && shape.heads() / heads * tiles >= workers.threads()) {
        return heads;
      }
    }
    return 1;
  }

  private void storeTile(int tile, int worker) {
    attention.store(block(), layer, key, value, tile, worker);
  }

  private void attendHeads(int index, int worker) {
    int groups = shape.heads() / together;
    // The last tiles see the most keys: they go first, so that no thread is left with a long one at
    // the end.
    int tile = batch.tiles() - 1 - index / groups;
    attention.attend(
        block(), layer, query, attended, index % groups * together, together, tile, worker);
  }

  private void project(Separate separate, int tiles) {
    workers.run(
        Products.panels(separate.query().weights())
            + Products.panels(separate.key().weights())
            + Products.panels(separate.value().weights()),
        projectPanel);
    if (separate.clamp() > 0
        || !separate.queryNorms().isEmpty()
        || !separate.keyNorms().isEmpty()) {
      workers.run(tiles, settleTile);
    }
  }

  private Separate separate() {
    return (Separate) block().projections();
  }

  private void projectPanel(int index, int worker) {
    Separate separate = separate();
    int queryPanels = Products.panels(separate.query().weights());
    int keyPanels = Products.panels(separate.key().weights());
    int tiles = batch.tiles();
    if (index < queryPanels) {
      products.multiply(separate.query(), index, input, query, tiles, false, worker);
    } else if (index < queryPanels + keyPanels) {
      products.multiply(separate.key(), index - queryPanels, input, key, tiles, false, worker);
    } else {
      products.multiply(
          separate.value(), index - queryPanels - keyPanels, input, value, tiles, false, worker);
    }
  }

  private void settleTile(int tile, int worker) {
    Separate separate = separate();
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
