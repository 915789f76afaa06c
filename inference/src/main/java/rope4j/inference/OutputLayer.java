package rope4j.inference;

import static rope4j.inference.kernel.Kernels.TILE;

import java.util.Arrays;
import rope4j.inference.kernel.BlockKernels;
import rope4j.inference.kernel.Elementwise;
import rope4j.inference.kernel.Kernels;

/// Final norm, logits and their log-sum-exp, a few tiles at a time: the logits of a whole batch are
/// never held at once.
final class OutputLayer {

  /// Floats of logits held at once: 16 MiB.
  private static final int LOGITS_BUDGET = 4 << 20;

  private final Transformer model;
  private final Norms norms;
  private final Kernels kernels;
  private final BlockKernels blockKernels;
  private final Workers workers;
  private final Products products;
  private final int tilesAtOnce;
  private final float[] normed;
  private final float[] logits;
  private final float[] row;
  private final float[][] max;
  private final double[][] sum;

  /// Receives what was computed of one position.
  interface Sink {
    /// @param lane index of the position within the tiles of this step
    void accept(int position, int lane);
  }

  OutputLayer(
      Transformer model, Kernels kernels, Workers workers, Products products, int batchTokens) {
    this.model = model;
    this.kernels = kernels;
    this.blockKernels = BlockKernels.with(kernels);
    this.norms = new Norms(kernels, blockKernels);
    this.workers = workers;
    this.products = products;
    int vocabulary = vocabulary();
    tilesAtOnce = Math.clamp(LOGITS_BUDGET / (vocabulary * TILE), 1, Batch.tilesOf(batchTokens));
    normed = new float[tilesAtOnce * model.width() * TILE];
    logits = new float[Math.multiplyExact(tilesAtOnce * TILE, vocabulary)];
    row = new float[vocabulary];
    max = new float[tilesAtOnce][TILE];
    sum = new double[tilesAtOnce][TILE];
  }

  int vocabulary() {
    return model.output().rows();
  }

  /// Computes the logits of a batch's positions from `from` on and hands them over in order.
  ///
  /// @param hidden activations after the last layer
  void run(Batch batch, float[] hidden, int from, Sink sink) {
    int firstTile = Math.max(0, from - batch.position()) / TILE;
    for (int tile = firstTile; tile < batch.tiles(); tile += tilesAtOnce) {
      int tiles = Math.min(tilesAtOnce, batch.tiles() - tile);
      compute(hidden, tile, tiles);
      int begin = Math.max(from, batch.position(tile));
      int end = Math.min(batch.position() + batch.tokens(), batch.position(tile + tiles));
      for (int position = begin; position < end; position++) {
        sink.accept(position, position - batch.position(tile));
      }
    }
  }

  private void compute(float[] hidden, int firstTile, int tiles) {
    int width = model.width();
    workers.run(
        tiles,
        (tile, _) ->
            norms.apply(
                model.outputNorm(),
                hidden,
                (firstTile + tile) * width * TILE,
                normed,
                tile * width * TILE));
    workers.run(
        Products.panels(model.output().weights()),
        (panel, worker) ->
            products.multiply(model.output(), panel, normed, logits, tiles, false, worker));
    workers.run(
        tiles,
        (tile, _) -> {
          int length = vocabulary() * TILE;
          if (model.logitScale() != 1) {
            Elementwise.scale(logits, tile * length, length, model.logitScale());
          }
          if (model.logitSoftCap() > 0) {
            blockKernels.softCap(logits, tile * length, length, model.logitSoftCap());
          }
          Arrays.fill(max[tile], Float.NEGATIVE_INFINITY);
          Arrays.fill(sum[tile], 0);
          kernels.logSumExpStep(logits, tile * length, vocabulary(), max[tile], sum[tile]);
        });
  }

  /// Negative log probability, in nats, of a token after the position in a lane.
  double negativeLogLikelihood(int lane, int token) {
    int tile = lane / TILE;
    int t = lane % TILE;
    return max[tile][t] + Math.log(sum[tile][t]) - logit(lane, token);
  }

  /// The logits of the position in a lane; overwritten by the next call.
  float[] row(int lane) {
    for (int token = 0; token < row.length; token++) {
      row[token] = logit(lane, token);
    }
    return row;
  }

  private float logit(int lane, int token) {
    return logits[(lane / TILE * vocabulary() + token) * TILE + lane % TILE];
  }
}
