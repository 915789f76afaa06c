package rope4j.inference;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import rope4j.inference.Projections.Absorbed;
import rope4j.inference.Projections.Expanded;
import rope4j.inference.Projections.Latent;
import rope4j.inference.kernel.Kernels;

/// The products of multi-head latent attention. Owns the short vectors.
final class LatentRunner {

  private final AttentionShape shape;
  private final int tileTokens;
  private final Workers workers;
  private final Products products;
  private final ParallelProduct product;
  private final Norms norms;
  private final float[] shortQuery;
  private final float[] queries;
  private final float[] shortKey;
  private final float[] latents;
  private final float[] expanded;
  private final float[] answers;

  // Made once, so that a token allocates nothing; what they work on lies in the fields below.
  private final Workers.Task normQuery = this::normQuery;
  private final Workers.Task normLatent = this::normLatent;
  private final Workers.Task absorbTile = this::absorbTile;
  private final Workers.Task expandTile = this::expandTile;
  private final Workers.Task headPanel = this::headPanel;

  private @Nullable Latent latent;
  private float[] query = {};
  private float[] key = {};
  private float[] value = {};
  private List<WeightMatrix> perHead = List.of();
  private float[] x = {};
  private int xHead;
  private float[] y = {};
  private int yHead;
  private int tiles;

  /// @param lanes most tokens of a batch, in whole tiles
  LatentRunner(
      Transformer model,
      Kernels kernels,
      Workers workers,
      Products products,
      Norms norms,
      int lanes) {
    this.shape = model.shape();
    this.tileTokens = kernels.tile();
    this.workers = workers;
    this.products = products;
    this.product = new ParallelProduct(products, workers);
    this.norms = norms;
    int shortWidth = 0;
    int queryWidth = 0;
    int keyWidth = 0;
    int latentWidth = 0;
    int expandedWidth = 0;
    int answerWidth = 0;
    for (Block block : model.blocks()) {
      if (block.attention().projections() instanceof Latent of) {
        shortWidth =
            Math.max(shortWidth, of.queryDown().map(down -> down.weights().rows()).orElse(0));
        queryWidth = Math.max(queryWidth, of.query().rows());
        keyWidth = Math.max(keyWidth, of.keyValueDown().rows());
        latentWidth = Math.max(latentWidth, of.latentNorm().channels());
        switch (of.expansion()) {
          case Absorbed absorbed ->
              answerWidth =
                  Math.max(answerWidth, shape.heads() * absorbed.value().getFirst().rows());
          case Expanded whole -> expandedWidth = Math.max(expandedWidth, whole.keyValue().rows());
        }
      }
    }
    shortQuery = new float[Math.multiplyExact(shortWidth, lanes)];
    queries = new float[Math.multiplyExact(queryWidth, lanes)];
    shortKey = new float[Math.multiplyExact(keyWidth, lanes)];
    latents = new float[Math.multiplyExact(latentWidth, lanes)];
    expanded = new float[Math.multiplyExact(expandedWidth, lanes)];
    answers = new float[Math.multiplyExact(answerWidth, lanes)];
  }

  /// Makes queries, keys and values of all heads.
  ///
  /// @param input `[tiles][width][TILE]`
  void project(
      Latent of, float[] input, float[] queryOut, float[] keyOut, float[] valueOut, int tileCount) {
    latent = of;
    query = queryOut;
    key = keyOut;
    value = valueOut;
    tiles = tileCount;
    float[] from = input;
    if (of.queryDown().isPresent()) {
      product.run(of.queryDown().get().weights(), input, shortQuery, tiles, false);
      workers.run(tiles, normQuery);
      from = shortQuery;
    }
    product.run(of.query(), from, queries, tiles, false);
    product.run(of.keyValueDown(), input, shortKey, tiles, false);
    workers.run(tiles, normLatent);
    switch (of.expansion()) {
      case Absorbed absorbed -> {
        int head = of.plain() + rotating();
        perHead(absorbed.key(), queries, head, query, shape.keyDimension());
        workers.run(tiles, absorbTile);
      }
      case Expanded whole -> {
        product.run(whole.keyValue(), latents, expanded, tiles, false);
        workers.run(tiles, expandTile);
      }
    }
  }

  private Latent latent() {
    return Objects.requireNonNull(latent);
  }

  private int rank() {
    return latent().latentNorm().channels();
  }

  /// Channels of the one key that rotates.
  private int rotating() {
    return latent().keyValueDown().rows() - rank();
  }

  private void normQuery(int tile, int worker) {
    Norm norm = latent().queryDown().orElseThrow().norm();
    int at = tile * norm.channels() * tileTokens;
    norms.apply(norm, shortQuery, at, shortQuery, at);
  }

  private void normLatent(int tile, int worker) {
    norms.apply(
        latent().latentNorm(),
        shortKey,
        tile * latent().keyValueDown().rows() * tileTokens,
        latents,
        tile * rank() * tileTokens);
  }

  /// Queries are `[plain channels in the short vector's space, rotating]`, the one key `[short
  /// vector, rotating]`.
  private void absorbTile(int tile, int worker) {
    int rank = rank();
    int plain = latent().plain();
    int rotating = rotating();
    int head = plain + rotating;
    for (int h = 0; h < shape.heads(); h++) {
      int from = ((tile * shape.heads() + h) * head + plain) * tileTokens;
      int to = ((tile * shape.heads() + h) * shape.keyDimension() + rank) * tileTokens;
      System.arraycopy(queries, from, query, to, rotating * tileTokens);
    }
    int at = tile * shape.keyDimension() * tileTokens;
    System.arraycopy(latents, tile * rank * tileTokens, key, at, rank * tileTokens);
    System.arraycopy(
        shortKey, at + rank * tileTokens, key, at + rank * tileTokens, rotating * tileTokens);
  }

  /// Queries are as they are; every head's key is `[plain, the one rotating key]`.
  private void expandTile(int tile, int worker) {
    int rank = rank();
    int plain = latent().plain();
    int rotating = rotating();
    int both = plain + shape.valueDimension();
    int all = tile * shape.queryWidth() * tileTokens;
    System.arraycopy(queries, all, query, all, shape.queryWidth() * tileTokens);
    int shared = (tile * (rank + rotating) + rank) * tileTokens;
    for (int h = 0; h < shape.heads(); h++) {
      int from = (tile * shape.heads() + h) * both * tileTokens;
      int to = (tile * shape.heads() + h) * shape.keyDimension() * tileTokens;
      System.arraycopy(expanded, from, key, to, plain * tileTokens);
      System.arraycopy(shortKey, shared, key, to + plain * tileTokens, rotating * tileTokens);
      System.arraycopy(
          expanded,
          from + plain * tileTokens,
          value,
          (tile * shape.heads() + h) * shape.valueDimension() * tileTokens,
          shape.valueDimension() * tileTokens);
    }
  }

  /// What the output layer reads: the heads' answers, taken back from the short vector's space.
  float[] answers(Latent of, float[] attended, int tileCount) {
    if (!(of.expansion() instanceof Absorbed absorbed)) {
      return attended;
    }
    tiles = tileCount;
    int head = absorbed.value().getFirst().rows();
    perHead(absorbed.value(), attended, shape.valueDimension(), answers, head);
    return answers;
  }

  /// `y[head] = weights[head] * x[head]`, from the first channels of each head.
  private void perHead(
      List<WeightMatrix> weights, float[] from, int fromHead, float[] to, int toHead) {
    perHead = weights;
    x = from;
    xHead = fromHead;
    y = to;
    yHead = toHead;
    workers.run(weights.size() * Products.panels(weights.getFirst()), headPanel);
  }

  private void headPanel(int index, int worker) {
    int heads = perHead.size();
    int panels = Products.panels(perHead.getFirst());
    int head = index / panels;
    products.multiply(
        perHead.get(head),
        index % panels,
        x,
        heads * xHead,
        head * xHead,
        y,
        heads * yHead,
        head * yHead,
        tiles,
        false,
        worker);
  }
}
