package rope4j.inference;

import rope4j.checkpoint.CheckpointException;
import rope4j.inference.kernel.Kernels;

/// A text that grows: tokens go in, the logits of what follows come out. Keys and values of all
/// tokens so far are kept.
///
/// Several tokens at once go through the layers as batches, a single one by kernels of its own; the
/// logits agree to rounding. Not safe for use by several threads at once; the work itself runs on
/// all threads of the model.
///
/// ```java
/// Session session = model.session(model.rotation(RopeOverrides.NONE, 2048), 2048);
/// float[] logits = session.feed(prompt);
/// while (session.length() < session.capacity()) {
///   int token = sampler.next(logits);
///   logits = session.feed(token);
/// }
/// ```
public final class Session {

  private static final int BATCH = Scorer.BATCH;

  private final int capacity;
  private final KeyValueCache cache;
  private final Path many;
  private final Path one;
  private int length;

  /// What tokens go through together.
  private record Path(Layers layers, OutputLayer output, Batch batch) {

    static Path of(
        Transformer model, Workers workers, Kernels kernels, ModelRotation rotation, int tokens) {
      Products products = new Products(kernels, workers.threads());
      return new Path(
          new Layers(model, kernels, workers, products, tokens),
          new OutputLayer(model, kernels, workers, products, tokens),
          new Batch(rotation, tokens, kernels.tile()));
    }
  }

  Session(
      Transformer model, Workers workers, Kernels kernels, ModelRotation rotation, int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException(
          "a session needs room for at least 1 token, not " + capacity);
    }
    rotation.requireFits(model);
    this.capacity = capacity;
    cache = KeyValueCache.of(model, capacity);
    many = Path.of(model, workers, kernels, rotation, Math.min(BATCH, capacity));
    one = Path.of(model, workers, kernels.single(), rotation, 1);
  }

  /// Tokens fed so far.
  public int length() {
    return length;
  }

  /// Most tokens it can hold.
  public int capacity() {
    return capacity;
  }

  /// Goes back to a shorter text: what came after is forgotten, what came before need not be fed
  /// again.
  ///
  /// @param tokens how many of the first tokens stay
  public void truncate(int tokens) {
    if (tokens < 0 || tokens > length) {
      throw new IllegalArgumentException(
          "there are " + length + " tokens, so " + tokens + " can't be kept");
    }
    length = tokens;
  }

  /// Appends tokens.
  ///
  /// @param tokens ids, at least one
  /// @return the logits of the token that follows the last; overwritten by the next call
  /// @throws IllegalArgumentException when a token is not in the vocabulary, or there is no room
  /// @throws CheckpointException when the weights give logits that are no numbers
  public float[] feed(int... tokens) {
    check(tokens);
    float[][] logits = new float[1][];
    for (int from = 0; from < tokens.length; ) {
      Path path = tokens.length - from == 1 ? one : many;
      int count = Math.min(path == one ? 1 : BATCH, tokens.length - from);
      path.batch.moveTo(length, count);
      path.layers.run(path.batch, tokens, from, cache);
      length += count;
      from += count;
      if (from == tokens.length) {
        path.output.run(
            path.batch,
            path.layers.hidden(),
            length - 1,
            (position, lane) -> logits[0] = path.output.row(lane));
      }
    }
    requireFinite(logits[0]);
    return logits[0];
  }

  private void check(int[] tokens) {
    if (tokens.length == 0) {
      throw new IllegalArgumentException("no token to feed");
    }
    if (tokens.length > capacity - length) {
      throw new IllegalArgumentException(
          "the session has room for "
              + (capacity - length)
              + " more tokens, but "
              + tokens.length
              + " are to be fed; make it larger");
    }
    for (int token : tokens) {
      if (token < 0 || token >= one.output.vocabulary()) {
        throw new IllegalArgumentException(
            "token " + token + " is not in the vocabulary of " + one.output.vocabulary());
      }
    }
  }

  private void requireFinite(float[] logits) {
    for (float logit : logits) {
      if (!Float.isFinite(logit)) {
        throw new CheckpointException(
            "the logits at position "
                + (length - 1)
                + " are not finite numbers: the model's weights are damaged, or its rotation"
                + " overflows");
      }
    }
  }
}
