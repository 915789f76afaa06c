package rope4j.inference;

import static rope4j.inference.kernel.Kernels.TILE;

import java.util.List;
import rope4j.inference.Projections.Absorbed;
import rope4j.inference.Projections.Expanded;
import rope4j.inference.Projections.Latent;

/// The products of multi-head latent attention. Owns the short vectors.
final class LatentRunner {

  private final AttentionShape shape;
  private final Workers workers;
  private final Products products;
  private final Norms norms;
  private final float[] shortQuery;
  private final float[] queries;
  private final float[] shortKey;
  private final float[] latents;
  private final float[] expanded;
  private final float[] answers;

  /// @param lanes most tokens of a batch, in whole tiles
  LatentRunner(Transformer model, Workers workers, Products products, Norms norms, int lanes) {
    this.shape = model.shape();
    this.workers = workers;
    this.products = products;
    this.norms = norms;
    int shortWidth = 0;
    int queryWidth = 0;
    int keyWidth = 0;
    int latentWidth = 0;
    int expandedWidth = 0;
    int answerWidth = 0;
    for (Block block : model.blocks()) {
      if (block.attention().projections() instanceof Latent latent) {
        shortWidth =
            Math.max(shortWidth, latent.queryDown().map(down -> down.weights().rows()).orElse(0));
        queryWidth = Math.max(queryWidth, latent.query().rows());
        keyWidth = Math.max(keyWidth, latent.keyValueDown().rows());
        latentWidth = Math.max(latentWidth, latent.latentNorm().channels());
        switch (latent.expansion()) {
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
  void project(Latent latent, float[] x, float[] query, float[] key, float[] value, int tiles) {
    float[] input = x;
    if (latent.queryDown().isPresent()) {
      Projections.QueryDown down = latent.queryDown().get();
      multiply(down.weights(), x, shortQuery, tiles);
      int channels = down.norm().channels() * TILE;
      workers.run(
          tiles,
          (tile, _) ->
              norms.apply(down.norm(), shortQuery, tile * channels, shortQuery, tile * channels));
      input = shortQuery;
    }
    multiply(latent.query(), input, queries, tiles);
    multiply(latent.keyValueDown(), x, shortKey, tiles);
    int rank = latent.latentNorm().channels();
    int both = latent.keyValueDown().rows();
    workers.run(
        tiles,
        (tile, _) ->
            norms.apply(
                latent.latentNorm(), shortKey, tile * both * TILE, latents, tile * rank * TILE));
    switch (latent.expansion()) {
      case Absorbed absorbed -> absorb(latent, absorbed, query, key, tiles);
      case Expanded whole -> expand(latent, whole, query, key, value, tiles);
    }
  }

  private void multiply(Linear linear, float[] x, float[] y, int tiles) {
    workers.run(
        Products.panels(linear.weights()),
        (panel, worker) -> products.multiply(linear, panel, x, y, tiles, false, worker));
  }

  /// Queries are `[plain channels in the short vector's space, rotating]`, the one key `[short
  /// vector, rotating]`.
  private void absorb(Latent latent, Absorbed absorbed, float[] query, float[] key, int tiles) {
    int rank = latent.latentNorm().channels();
    int plain = latent.plain();
    int rotating = shape.keyDimension() - rank;
    int head = plain + rotating;
    perHead(absorbed.key(), queries, head, query, shape.keyDimension(), tiles);
    workers.run(
        tiles,
        (tile, _) -> {
          for (int h = 0; h < shape.heads(); h++) {
            int from = ((tile * shape.heads() + h) * head + plain) * TILE;
            int to = ((tile * shape.heads() + h) * shape.keyDimension() + rank) * TILE;
            System.arraycopy(queries, from, query, to, rotating * TILE);
          }
          int at = tile * shape.keyDimension() * TILE;
          System.arraycopy(latents, tile * rank * TILE, key, at, rank * TILE);
          System.arraycopy(shortKey, at + rank * TILE, key, at + rank * TILE, rotating * TILE);
        });
  }

  /// Queries are as they are; every head's key is `[plain, the one rotating key]`.
  private void expand(
      Latent latent, Expanded whole, float[] query, float[] key, float[] value, int tiles) {
    multiply(whole.keyValue(), latents, expanded, tiles);
    int rank = latent.latentNorm().channels();
    int plain = latent.plain();
    int rotating = shape.keyDimension() - plain;
    int both = plain + shape.valueDimension();
    workers.run(
        tiles,
        (tile, _) -> {
          int all = tile * shape.queryWidth() * TILE;
          System.arraycopy(queries, all, query, all, shape.queryWidth() * TILE);
          int shared = (tile * (rank + rotating) + rank) * TILE;
          for (int h = 0; h < shape.heads(); h++) {
            int from = (tile * shape.heads() + h) * both * TILE;
            int to = (tile * shape.heads() + h) * shape.keyDimension() * TILE;
            System.arraycopy(expanded, from, key, to, plain * TILE);
            System.arraycopy(shortKey, shared, key, to + plain * TILE, rotating * TILE);
            System.arraycopy(
                expanded,
                from + plain * TILE,
                value,
                (tile * shape.heads() + h) * shape.valueDimension() * TILE,
                shape.valueDimension() * TILE);
          }
        });
  }

  /// What the output layer reads: the heads' answers, taken back from the short vector's space.
  float[] answers(Latent latent, float[] attended, int tiles) {
    if (!(latent.expansion() instanceof Absorbed absorbed)) {
      return attended;
    }
    perHead(
        absorbed.value(),
        attended,
        shape.valueDimension(),
        answers,
        absorbed.value().getFirst().rows(),
        tiles);
    return answers;
  }

  /// `y[head] = weights[head] * x[head]`, from the first channels of each head.
  private void perHead(
      List<WeightMatrix> weights, float[] x, int xHead, float[] y, int yHead, int tiles) {
    int heads = weights.size();
    int panels = Products.panels(weights.getFirst());
    workers.run(
        heads * panels,
        (index, worker) -> {
          int head = index / panels;
          products.multiply(
              weights.get(head),
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
        });
  }
}
