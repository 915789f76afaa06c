package rope4j.inference;

import java.util.Optional;
import java.util.function.IntConsumer;
import rope4j.checkpoint.CheckpointException;
import rope4j.inference.kernel.Kernels;

/// Scores texts: the negative log-likelihood of every token given all tokens before it, from one
/// prefill.
///
/// Because attention is causal, one pass over `n` tokens answers for every length up to `n`. Memory
/// is the cache of keys and values plus a fixed amount. Not safe for use by several threads at
/// once; the work itself runs on all threads of the model.
public final class Scorer {

  /// Tokens that go through the layers together.
  static final int BATCH = 512;

  private final Transformer model;
  private final int batchTokens;
  private final Batch batch;
  private final KeyValueCache cache;
  private final Layers layers;
  private final OutputLayer output;

  Scorer(Transformer model, Workers workers, Kernels kernels, int batchTokens) {
    this.model = model;
    this.batchTokens = batchTokens;
    Products products =
        new Products(kernels, workers, SessionOptions.Activations.FLOATS, new CopyRoom(0));
    batch = new Batch(model.blocks().size(), batchTokens, kernels.tile());
    cache =
        new KeyValueCache(model, kernels, KeyValueType.F32, KeyValueType.F32, Integer.MAX_VALUE);
    layers = new Layers(model, kernels, workers, products, batch, cache);
    output = new OutputLayer(model, kernels, workers, products, batch);
  }

  /// Scores a text from its first token on.
  ///
  /// @param tokens the text; at least two ids, each below the vocabulary size
  /// @param rotation how queries and keys are rotated in every layer, from position 0 on; one that
  ///   follows the length is that of the whole text
  /// @return `tokens.length - 1` values in nats: entry `p` is −log p(token at `p + 1` given tokens
  ///   `0..p`)
  public double[] score(int[] tokens, ModelRotation rotation) {
    return score(tokens, 0, rotation, LogitsObserver.NONE, _ -> {});
  }

  /// Scores the end of a text.
  ///
  /// @param tokens the text; at least two ids, each below the vocabulary size
  /// @param from first position whose following token is scored; the logits before it are not
  ///   computed unless wanted
  /// @param rotation how queries and keys are rotated in every layer, from position 0 on
  /// @param observer sees the logits of the positions it wants, from `from` on
  /// @param progress is told how many more tokens went through the layers, batch by batch
  /// @return `tokens.length - 1 - from` values in nats: entry `i` belongs to the token at `from + i
  ///   + 1`
  /// @throws IllegalArgumentException when there are fewer than two tokens, one is not in the
  ///   vocabulary, the rotation is of another model, or the memory is too small for the keys and
  ///   values
  /// @throws CheckpointException when the weights give logits that are no numbers
  public double[] score(
      int[] tokens,
      int from,
      ModelRotation rotation,
      LogitsObserver observer,
      IntConsumer progress) {
    check(tokens, from);
    rotation.requireFits(model);
    double[] nll = new double[tokens.length - 1 - from];
    memory().requireRoom(tokens.length);
    cache.clear();
    batch.use(rotation.at(tokens.length));
    OutputLayer.Sink sink =
        (position, lane) -> {
          if (position + 1 < tokens.length) {
            nll[position - from] =
                finite(position, output.negativeLogLikelihood(lane, tokens[position + 1]));
          }
          if (observer.wants(position)) {
            observer.accept(position, output.row(lane));
          }
        };
    for (int position = 0; position < tokens.length; position += batch.tokens()) {
      batch.moveTo(position, Math.min(batchTokens, tokens.length - position));
      cache.prepare(position, batch.tokens());
      layers.run(tokens, position);
      if (position + batch.tokens() > from) {
        output.run(layers.hidden(), Math.max(from, position), sink);
      }
      progress.accept(batch.tokens());
    }
    return nll;
  }

  /// From the next text on an observer sees the queries and keys of every layer; empty for none.
  public void observe(Optional<QueryKeyObserver> observer) {
    layers.tap().observe(observer);
  }

  private void check(int[] tokens, int from) {
    if (tokens.length < 2) {
      throw new IllegalArgumentException(
          "scoring needs at least 2 tokens, but there are " + tokens.length);
    }
    if (from < 0 || from > tokens.length - 1) {
      throw new IllegalArgumentException(
          "can't score from position " + from + " of " + tokens.length + " tokens");
    }
    for (int i = 0; i < tokens.length; i++) {
      if (tokens[i] < 0 || tokens[i] >= output.vocabulary()) {
        throw new IllegalArgumentException(
            "token "
                + tokens[i]
                + " at index "
                + i
                + " is not in the vocabulary of "
                + output.vocabulary());
      }
    }
  }

  private static double finite(int position, double nll) {
    if (!Double.isFinite(nll)) {
      throw new CheckpointException(
          "the logits at position "
              + position
              + " are not finite numbers: the model's weights are damaged, or its rotation overflows");
    }
    return nll;
  }

  private SessionMemory memory() {
    return new SessionMemory(model, KeyValueType.F32, KeyValueType.F32);
  }

  /// Fails early where a text of this many tokens could not be scored.
  ///
  /// @throws IllegalArgumentException when its keys and values do not fit into the memory of this
  ///   JVM, or the model has learned fewer positions
  public void requireMemory(int positions) {
    memory().requireRoom(positions);
  }
}
