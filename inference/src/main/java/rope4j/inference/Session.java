package rope4j.inference;

import java.util.Arrays;
import rope4j.checkpoint.CheckpointException;
import rope4j.inference.SessionOptions.Activations;
import rope4j.inference.SessionOptions.RotationChange;
import rope4j.inference.kernel.Kernels;

/// A text that grows: tokens go in, the logits of what follows come out. The tokens so far, their
/// keys and their values are kept.
///
/// Several tokens at once go through the layers as batches, a single one by kernels of its own; the
/// logits agree to rounding. Not safe for use by several threads at once; the work itself runs on
/// all threads of the model. Feeding a single token allocates nothing but, every 256 tokens, room
/// for the next, and with [SessionOptions.Activations#EIGHT_BITS] the copy of those weights that no
/// single token met before.
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

  /// So many tokens are done sooner one by one than in a batch, whose tiles they would not fill.
  private static final int FEW = 4;

  private final Transformer model;
  private final SessionOptions options;
  private final ModelRotation rule;
  private final int[] tokens;
  private final KeyValueCache cache;
  private final CacheMover mover;
  private final Path many;
  private final Path one;
  private ModelRotation rotation;
  private int length;

  /// How many of the first tokens have the keys and values that they would have in a text fed at
  /// once: those behind a shift have not.
  private int exact;

  /// What tokens go through together.
  private static final class Path {
    final Batch batch;
    final Layers layers;
    final OutputLayer output;
    final OutputLayer.Sink keepLogits = this::keepLogits;
    float[] logits = {};

    Path(
        Transformer model,
        Workers workers,
        Kernels kernels,
        Activations activations,
        CopyRoom room,
        KeyValueCache cache,
        int batchTokens) {
      Products products = new Products(kernels, workers, activations, room);
      batch = new Batch(model.blocks().size(), batchTokens, kernels.tile());
      layers = new Layers(model, kernels, workers, products, batch, cache);
      output = new OutputLayer(model, kernels, workers, products, batch);
    }

    private void keepLogits(int position, int lane) {
      logits = output.row(lane);
    }
  }

  Session(
      Transformer model,
      Workers workers,
      Kernels kernels,
      CopyRoom room,
      ModelRotation rotation,
      int capacity,
      SessionOptions options) {
    if (capacity < 1) {
      throw new IllegalArgumentException(
          "a session needs room for at least 1 token, not " + capacity);
    }
    rotation.requireFits(model);
    SessionMemory memory = new SessionMemory(model, options.keys(), options.values());
    memory.requireRoom(capacity);
    room.reserve(this, memory.cache(capacity) + memory.activations(capacity));
    this.model = model;
    this.options = options;
    this.rule = rotation;
    this.rotation = rotation.at(options.rotationLength(1));
    tokens = new int[capacity];
    cache = new KeyValueCache(model, kernels, options.keys(), options.values(), capacity);
    mover = new CacheMover(model, workers, cache);
    many =
        new Path(
            model, workers, kernels, options.activations(), room, cache, Math.min(BATCH, capacity));
    one = new Path(model, workers, kernels.single(), options.activations(), room, cache, 1);
    many.batch.use(this.rotation);
    one.batch.use(this.rotation);
  }

  /// Tokens fed so far, without those that were dropped.
  public int length() {
    return length;
  }

  /// Most tokens it can hold.
  public int capacity() {
    return tokens.length;
  }

  /// A copy of the tokens it holds.
  public int[] tokens() {
    return Arrays.copyOf(tokens, length);
  }

  /// Bytes that keys and values take now.
  public long cacheBytes() {
    return cache.bytes();
  }

  KeyValueCache cache() {
    return cache;
  }

  /// Goes back to a shorter text: what came after is forgotten, what came before need not be fed
  /// again.
  ///
  /// @param count how many of the first tokens stay
  public void truncate(int count) {
    if (count < 0 || count > length) {
      throw new IllegalArgumentException(
          "there are " + length + " tokens, so " + count + " can't be kept");
    }
    length = count;
    exact = Math.min(exact, count);
  }

  /// How many of a text's first tokens need not go through the model again: they are held already,
  /// and their keys are what they would be in that text. At most all but the last, whose logits are
  /// wanted.
  public int prefix(int... text) {
    int most = Math.min(exact, text.length - 1);
    if (most <= 0 || !rule.at(options.rotationLength(text.length)).rotatesAs(rotation)) {
      return 0;
    }
    int different = Arrays.mismatch(tokens, 0, most, text, 0, most);
    return different < 0 ? most : different;
  }

  /// Holds this text instead of its own: the common beginning ([#prefix]) is kept, the rest is fed.
  ///
  /// @param text the whole text, at least one token
  /// @return the logits of the token that follows the last, as if all were fed; overwritten by the
  ///   next call
  public float[] continueWith(int... text) {
    requireTokens(text, capacity());
    int kept = prefix(text);
    truncate(kept);
    return feed(Arrays.copyOfRange(text, kept, text.length));
  }

  /// Makes room by dropping tokens from the middle. Those behind move up: their cached keys are
  /// turned from their old positions to the new ones, at the cost of reading the cache once.
  ///
  /// Keys are then exactly those of the new positions (and lengths are left alone, attention factor
  /// included), but keys and values of deeper layers were made while the dropped tokens could still
  /// be seen. To forget them altogether, [#continueWith] the shorter text.
  ///
  /// @param keepFirst tokens at the beginning that stay where they are
  /// @param discard tokens behind them that are dropped
  /// @throws IllegalArgumentException when there are not so many tokens, or the model has learned
  ///   positions, which can't be moved
  public void shift(int keepFirst, int discard) {
    if (keepFirst < 0 || discard < 1 || discard > length - keepFirst) {
      throw new IllegalArgumentException(
          "there are "
              + length
              + " tokens, so it can't be that "
              + keepFirst
              + " stay and "
              + discard
              + " behind them are dropped");
    }
    if (model.positions().isPresent()) {
      throw new IllegalArgumentException(
          "this model has learned positions, which are part of what all layers compute: its keys can't"
              + " be moved; feed the shorter text again instead");
    }
    mover.shift(rotation, keepFirst, discard, length);
    System.arraycopy(tokens, keepFirst + discard, tokens, keepFirst, length - keepFirst - discard);
    length -= discard;
    exact = Math.min(exact, keepFirst);
  }

  /// Appends a token.
  ///
  /// @return the logits of the token that follows; overwritten by the next call
  /// @throws IllegalArgumentException when the token is not in the vocabulary, or there is no room
  /// @throws CheckpointException when the weights give logits that are no numbers
  public float[] feed(int token) {
    requireRoom(1);
    requireKnown(token);
    tokens[length] = token;
    return extend(1);
  }

  /// Appends tokens.
  ///
  /// @param added ids, at least one
  /// @return the logits of the token that follows the last; overwritten by the next call
  /// @throws IllegalArgumentException when a token is not in the vocabulary, or there is no room
  /// @throws CheckpointException when the weights give logits that are no numbers
  public float[] feed(int... added) {
    requireTokens(added, capacity() - length);
    System.arraycopy(added, 0, tokens, length, added.length);
    return extend(added.length);
  }

  /// Takes tokens in that are already in [#tokens].
  private float[] extend(int count) {
    int end = length + count;
    int from = followed(end);
    boolean wasExact = exact >= from;
    Path path = one;
    while (from < end) {
      path = end - from <= FEW ? one : many;
      int some = path == one ? 1 : Math.min(BATCH, end - from);
      cache.prepare(from, some);
      path.batch.moveTo(from, some);
      path.layers.run(tokens, from);
      from += some;
    }
    length = end;
    if (wasExact) {
      exact = end;
    }
    path.output.run(path.layers.hidden(), end - 1, path.keepLogits);
    requireFinite(path.logits);
    return path.logits;
  }

  /// Lets the rotation follow the length, and says which token has to go through the layers first.
  private int followed(int end) {
    ModelRotation next = rule.at(options.rotationLength(end));
    boolean again = !cache.reaches(length);
    if (!next.rotatesAs(rotation)) {
      if (options.change() == RotationChange.RECOMPUTE) {
        again = true;
      } else if (length > 0) {
        mover.rerotate(rotation, next, length);
        exact = 0;
      }
      rotation = next;
      many.batch.use(next);
      one.batch.use(next);
    }
    if (!again) {
      return length;
    }
    cache.clear();
    return 0;
  }

  private void requireTokens(int[] added, int room) {
    if (added.length == 0) {
      throw new IllegalArgumentException("no token to feed");
    }
    if (added.length > room) {
      throw noRoom(added.length, room);
    }
    for (int token : added) {
      requireKnown(token);
    }
  }

  private void requireRoom(int count) {
    if (count > capacity() - length) {
      throw noRoom(count, capacity() - length);
    }
  }

  private static IllegalArgumentException noRoom(int count, int room) {
    return new IllegalArgumentException(
        "the session has room for "
            + room
            + " more tokens, but "
            + count
            + " are to be fed; make it larger");
  }

  private void requireKnown(int token) {
    if (token < 0 || token >= one.output.vocabulary()) {
      throw new IllegalArgumentException(
          "token " + token + " is not in the vocabulary of " + one.output.vocabulary());
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
