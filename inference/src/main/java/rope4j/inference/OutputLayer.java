package rope4j.inference;

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
  private final int tileTokens;
  private final Norms norms;
  private final Kernels kernels;
  private final BlockKernels blockKernels;
  private final Workers workers;
  private final ParallelProduct product;
  private final Batch batch;
  private final int tilesAtOnce;
  private final float[] normed;
  private final float[] logits;
  private final float[] row;
  private final float[][] max;
  private final double[][] sum;

  // Made once, so that a token allocates nothing; what they work on lies in the fields below.
  private final Workers.Task normTile = this::normTile;
  private final Workers.Task settleTile = this::settleTile;

  private float[] hidden = {};
  private int firstTile;

  /// Receives what was computed of one position.
  interface Sink {
    /// @param lane index of the position within the tiles of this step
    void accept(int position, int lane);
  }

  OutputLayer(Transformer model, Kernels kernels, Workers workers, Products products, Batch batch) {
    this.model = model;
    this.tileTokens = kernels.tile();
    this.kernels = kernels;
    this.blockKernels = BlockKernels.with(kernels);
    this.norms = new Norms(kernels, blockKernels);
    this.workers = workers;
    this.product = new ParallelProduct(products, workers);
    this.batch = batch;
    int vocabulary = vocabulary();
    tilesAtOnce =
        Math.clamp(LOGITS_BUDGET / (vocabulary * tileTokens), 1, batch.lanes() / tileTokens);
    normed = new float[tilesAtOnce * model.width() * tileTokens];
    logits = new float[Math.multiplyExact(tilesAtOnce * tileTokens, vocabulary)];
    row = new float[vocabulary];
    max = new float[tilesAtOnce][tileTokens];
    sum = new double[tilesAtOnce][tileTokens];
  }

  /// Most bytes of logits that are held at once.
  static long mostBytes(Transformer model) {
    return (long) Float.BYTES
        * Math.max(LOGITS_BUDGET, (long) model.output().rows() * Kernels.TILE);
  }

  int vocabulary() {
    return model.output().rows();
  }

  /// Computes the logits of the batch's positions from `from` on and hands them over in order.
  ///
  /// @param activations after the last layer
  void run(float[] activations, int from, Sink sink) {
    hidden = activations;
    int start = Math.max(0, from - batch.position()) / tileTokens;
    for (int tile = start; tile < batch.tiles(); tile += tilesAtOnce) {
      int tiles = Math.min(tilesAtOnce, batch.tiles() - tile);
      firstTile = tile;
      workers.run(tiles, normTile);
      product.run(model.output(), normed, logits, tiles, false);
      workers.run(tiles, settleTile);
      int begin = Math.max(from, batch.position(tile));
      int end = Math.min(batch.position() + batch.tokens(), batch.position(tile + tiles));
      for (int position = begin; position < end; position++) {
        sink.accept(position, position - batch.position(tile));
      }
    }
  }

  private void normTile(int tile, int worker) {
    int length = model.width() * tileTokens;
    norms.apply(model.outputNorm(), hidden, (firstTile + tile) * length, normed, tile * length);
  }

  private void settleTile(int tile, int worker) {
    int length = vocabulary() * tileTokens;
    if (model.logitScale() != 1) {
      Elementwise.scale(logits, tile * length, length, model.logitScale());
    }
    if (model.logitSoftCap() > 0) {
      blockKernels.softCap(logits, tile * length, length, model.logitSoftCap());
    }
    Arrays.fill(max[tile], Float.NEGATIVE_INFINITY);
    Arrays.fill(sum[tile], 0);
    kernels.logSumExpStep(logits, tile * length, vocabulary(), max[tile], sum[tile]);
  }

  /// Negative log probability, in nats, of a token after the position in a lane.
  double negativeLogLikelihood(int lane, int token) {
    int tile = lane / tileTokens;
    int t = lane % tileTokens;
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
    return logits[(lane / tileTokens * vocabulary() + token) * tileTokens + lane % tileTokens];
  }
}
