package rope4j.inference;

import java.util.Optional;
import rope4j.inference.FeedForward.Dense;
import rope4j.inference.FeedForward.Mixture;
import rope4j.inference.kernel.Kernels;

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

  private final ParallelProduct product;
  private final Network network;
  private final Batch batch;
  private final int width;
  private final int tileTokens;
  private final float[] gathered;
  private final float[] answers;
  private final float[] scores;
  private final ExpertChoice choice;
  private final int[] chosen;

  /// Weight of every expert for every token, `[token][expert]`.
  private final float[] weights;

  ExpertRouter(
      Transformer model, Kernels kernels, ParallelProduct product, Network network, Batch batch) {
    this.product = product;
    this.network = network;
    this.batch = batch;
    this.width = model.width();
    this.tileTokens = kernels.tile();
    int experts =
        model.blocks().stream()
            .mapToInt(block ->
                block.feedForward() instanceof Mixture mixture ? mixture.experts().size() : 0)
            .max()
            .orElse(0);
    // Dense models do not pay for gathering tokens.
    int lanes = experts > 0 ? batch.lanes() : 0;
    gathered = new float[Math.multiplyExact(width, lanes)];
    answers = new float[gathered.length];
    scores = new float[Math.multiplyExact(experts, lanes)];
    weights = new float[scores.length];
    choice = new ExpertChoice(experts);
    chosen = new int[lanes];
  }

  /// `y (+)= shared(x)`, weighted by the sigmoid of its gate if it has one.
  void shared(Dense shared, Optional<Linear> gate, float[] x, float[] y, boolean accumulate) {
    if (gate.isEmpty()) {
      network.run(shared, x, y, batch.tiles(), accumulate);
      return;
    }
    product.run(gate.get(), x, scores, batch.tiles(), false);
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
  void run(Mixture mixture, float[] x, float[] y) {
    int count = mixture.experts().size();
    Routing routing = mixture.routing();
    product.run(mixture.router(), x, scores, batch.tiles(), false);
    for (int token = 0; token < batch.tokens(); token++) {
      int first = token / tileTokens * count * tileTokens + token % tileTokens;
      choice.weigh(routing, scores, first, tileTokens, count, weights, token * count);
    }
    for (int expert = 0; expert < count; expert++) {
      int tokens = 0;
      for (int token = 0; token < batch.tokens(); token++) {
        if (weights[token * count + expert] != 0) {
          chosen[tokens++] = token;
        }
      }
      if (tokens > 0) {
        answer(mixture.experts().get(expert), expert, count, tokens, routing.weighsInput(), x, y);
      }
    }
  }

  private void answer(
      Dense expert, int index, int count, int tokens, boolean weighsInput, float[] x, float[] y) {
    gather(x, tokens);
    if (weighsInput) {
      for (int i = 0; i < tokens; i++) {
        weigh(i, weights[chosen[i] * count + index]);
      }
    }
    network.run(expert, gathered, answers, Batch.tilesOf(tokens, tileTokens), false);
    for (int i = 0; i < tokens; i++) {
      float weight = weighsInput ? 1 : weights[chosen[i] * count + index];
      scatter(i, chosen[i], weight, y);
    }
  }

  private void gather(float[] x, int tokens) {
    int lanes = Batch.tilesOf(tokens, tileTokens) * tileTokens;
    for (int i = 0; i < lanes; i++) {
      int to = at(i);
      int from = i < tokens ? at(chosen[i]) : -1;
      for (int c = 0; c < width; c++) {
        gathered[to + c * tileTokens] = from < 0 ? 0 : x[from + c * tileTokens];
      }
    }
  }

  private void weigh(int token, float weight) {
    int at = at(token);
    for (int c = 0; c < width; c++) {
      gathered[at + c * tileTokens] *= weight;
    }
  }

  private void clear(int token, float[] y) {
    int at = at(token);
    for (int c = 0; c < width; c++) {
      y[at + c * tileTokens] = 0;
    }
  }

  private void scatter(int answer, int token, float weight, float[] y) {
    int from = at(answer);
    int to = at(token);
    for (int c = 0; c < width; c++) {
      y[to + c * tileTokens] += weight * answers[from + c * tileTokens];
    }
  }

  /// Index of a token's first channel.
  private int at(int token) {
    return token / tileTokens * width * tileTokens + token % tileTokens;
  }
}
