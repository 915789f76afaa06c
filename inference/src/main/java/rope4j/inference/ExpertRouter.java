package rope4j.inference;

import static rope4j.inference.kernel.Kernels.TILE;

import java.util.Arrays;
import rope4j.checkpoint.CheckpointException;

/// Sends every token of a batch to its best experts and adds up what they answer.
///
/// The router's softmax runs over all experts and the weights of the chosen are normed to 1, as in
/// llama.cpp's `build_moe_ffn` for the llama architecture. Tokens of one expert are gathered into
/// full tiles, so that each expert reads its weights once per batch.
final class ExpertRouter {

  /// Runs one expert's network on gathered tokens.
  @FunctionalInterface
  interface Network {
    /// @param x `[tiles][embeddingLength][TILE]`
    /// @param y receives the answer, the same shape
    void run(LlamaWeights.Dense expert, float[] x, float[] y, int tiles);
  }

  private final Products products;
  private final Workers workers;
  private final int width;
  private final float[] gathered;
  private final float[] answers;

  ExpertRouter(Products products, Workers workers, int width, int lanes) {
    this.products = products;
    this.workers = workers;
    this.width = width;
    gathered = new float[width * lanes];
    answers = new float[width * lanes];
  }

  /// `y += sum of weight * expert(x)` for every token.
  void run(LlamaWeights.Experts mixture, float[] x, float[] y, Batch batch, Network network) {
    int count = mixture.experts().size();
    float[] scores = new float[batch.tiles() * count * TILE];
    workers.run(
        Products.panels(mixture.router()),
        (panel, worker) ->
            products.multiply(mixture.router(), panel, x, scores, batch.tiles(), false, worker));
    float[][] weights = new float[batch.tokens()][];
    for (int token = 0; token < batch.tokens(); token++) {
      weights[token] = weights(own(scores, token, count), mixture.used());
    }
    int[] chosen = new int[batch.tokens()];
    for (int expert = 0; expert < count; expert++) {
      int tokens = 0;
      for (int token = 0; token < batch.tokens(); token++) {
        if (weights[token][expert] > 0) {
          chosen[tokens++] = token;
        }
      }
      if (tokens > 0) {
        gather(x, chosen, tokens);
        network.run(mixture.experts().get(expert), gathered, answers, Batch.tilesOf(tokens));
        for (int i = 0; i < tokens; i++) {
          scatter(i, chosen[i], weights[chosen[i]][expert], y);
        }
      }
    }
  }

  /// Softmax of a token's scores, zero but for the `used` best, normed to 1. Of equal ones the
  /// first are taken.
  static float[] weights(float[] own, int used) {
    int count = own.length;
    float[] sorted = own.clone();
    Arrays.sort(sorted);
    float threshold = sorted[count - used];
    // Better ones first: of several at the threshold only as many as are left, in order.
    int left = used;
    for (float score : own) {
      left -= score > threshold ? 1 : 0;
    }
    double total = 0;
    float[] weights = new float[count];
    for (int e = 0; e < count; e++) {
      if (own[e] > threshold || (own[e] == threshold && left-- > 0)) {
        weights[e] = (float) Math.exp(own[e] - sorted[count - 1]);
        total += weights[e];
      }
    }
    if (!(total > 0)) {
      throw new CheckpointException(
          "the scores of the experts are not finite numbers: the model's weights are damaged, or its"
              + " rotation overflows");
    }
    for (int e = 0; e < count; e++) {
      weights[e] /= (float) total;
    }
    return weights;
  }

  private static float[] own(float[] scores, int token, int count) {
    float[] own = new float[count];
    int base = token / TILE * count * TILE + token % TILE;
    for (int e = 0; e < count; e++) {
      own[e] = scores[base + e * TILE];
    }
    return own;
  }

  private void gather(float[] x, int[] chosen, int tokens) {
    int lanes = Batch.tilesOf(tokens) * TILE;
    for (int i = 0; i < lanes; i++) {
      int to = at(i);
      int from = i < tokens ? at(chosen[i]) : -1;
      for (int c = 0; c < width; c++) {
        gathered[to + c * TILE] = from < 0 ? 0 : x[from + c * TILE];
      }
    }
  }

  private void scatter(int answer, int token, float weight, float[] y) {
    int from = at(answer);
    int to = at(token);
    for (int c = 0; c < width; c++) {
      y[to + c * TILE] += weight * answers[from + c * TILE];
    }
  }

  /// Index of a token's first channel.
  private int at(int token) {
    return token / TILE * width * TILE + token % TILE;
  }
}
