package rope4j.inference;

import static rope4j.inference.kernel.Kernels.TILE;

import java.util.Optional;
import rope4j.inference.FeedForward.Dense;
import rope4j.inference.FeedForward.Mixture;

/// Sends every token of a batch to its best experts and adds up what they answer. Tokens of one
/// expert are gathered into full tiles, so that each expert reads its weights once per batch.
final class ExpertRouter {

  /// Runs one expert's network on gathered tokens.
  @FunctionalInterface
  interface Network {
    /// @param x `[tiles][width][TILE]`
    /// @param y receives the answer, the same shape
    void run(Dense expert, float[] x, float[] y, int tiles, boolean accumulate);
  }

  private final Products products;
  private final Workers workers;
  private final Network network;
  private final int width;
  private final float[] gathered;
  private final float[] answers;

  /// @param lanes most tokens of a batch, in whole tiles; 0 when there will be none
  ExpertRouter(Products products, Workers workers, Network network, int width, int lanes) {
    this.products = products;
    this.workers = workers;
    this.network = network;
    this.width = width;
    gathered = new float[Math.multiplyExact(width, lanes)];
    answers = new float[gathered.length];
  }

  /// `y (+)= shared(x)`, weighted by the sigmoid of its gate if it has one.
  void shared(
      Dense shared, Optional<Linear> gate, float[] x, float[] y, Batch batch, boolean accumulate) {
    if (gate.isEmpty()) {
      network.run(shared, x, y, batch.tiles(), accumulate);
      return;
    }
    float[] scores = scores(gate.get(), x, batch);
    network.run(shared, x, answers, batch.tiles(), false);
    for (int token = 0; token < batch.tokens(); token++) {
      float weight = (float) (1 / (1 + Math.exp(-scores[token])));
      if (!accumulate) {
        clear(token, y);
      }
      scatter(token, token, weight, y);
    }
  }

  /// `y += sum of weight * expert(x)` for every token.
  void run(Mixture mixture, float[] x, float[] y, Batch batch) {
    int count = mixture.experts().size();
    Routing routing = mixture.routing();
    float[] scores = scores(mixture.router(), x, batch);
    float[][] weights = new float[batch.tokens()][];
    for (int token = 0; token < batch.tokens(); token++) {
      weights[token] = routing.weights(own(scores, token, count));
    }
    int[] chosen = new int[batch.tokens()];
    for (int expert = 0; expert < count; expert++) {
      int tokens = 0;
      for (int token = 0; token < batch.tokens(); token++) {
        if (weights[token][expert] != 0) {
          chosen[tokens++] = token;
        }
      }
      if (tokens > 0) {
        gather(x, chosen, tokens);
        if (routing.weighsInput()) {
          for (int i = 0; i < tokens; i++) {
            weigh(i, weights[chosen[i]][expert]);
          }
        }
        network.run(mixture.experts().get(expert), gathered, answers, Batch.tilesOf(tokens), false);
        for (int i = 0; i < tokens; i++) {
          float weight = routing.weighsInput() ? 1 : weights[chosen[i]][expert];
          scatter(i, chosen[i], weight, y);
        }
      }
    }
  }

  private float[] scores(Linear router, float[] x, Batch batch) {
    float[] scores = new float[batch.tiles() * router.rows() * TILE];
    workers.run(
        Products.panels(router.weights()),
        (panel, worker) ->
            products.multiply(router, panel, x, scores, batch.tiles(), false, worker));
    return scores;
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

  private void weigh(int token, float weight) {
    int at = at(token);
    for (int c = 0; c < width; c++) {
      gathered[at + c * TILE] *= weight;
    }
  }

  private void clear(int token, float[] y) {
    int at = at(token);
    for (int c = 0; c < width; c++) {
      y[at + c * TILE] = 0;
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
