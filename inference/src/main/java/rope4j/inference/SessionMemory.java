package rope4j.inference;

import java.util.Locale;

/// Bytes that a text needs on the heap. Weights are mapped and do not count.
record SessionMemory(Transformer model, KeyValueType keys, KeyValueType values) {

  /// Most bytes of keys and values of so many tokens.
  ///
  /// @throws IllegalArgumentException when the heads are not whole blocks of a type
  long cache(int tokens) {
    AttentionShape shape = model.shape();
    keys.requireFits("keys", shape.keyDimension());
    long perToken = keys.bytes(shape.keyDimension());
    if (!shape.valuesInKeys()) {
      values.requireFits("values", shape.valueDimension());
      perToken += values.bytes(shape.valueDimension());
    }
    long positions = 0;
    for (Block block : model.blocks()) {
      positions += CachedRows.positions(tokens, block.attention().window().length(), Scorer.BATCH);
    }
    return perToken * shape.keyValueHeads() * positions;
  }

  /// About the bytes of the activations of a batch, the larger part of a session's buffers.
  long activations(int tokens) {
    AttentionShape shape = model.shape();
    long channels =
        3L * model.width()
            + shape.queryWidth()
            + shape.keyWidth()
            + shape.valueWidth()
            + shape.answerWidth()
            + 2L * model.widestFeedForward();
    return Float.BYTES * channels * Math.min(tokens, Scorer.BATCH) + OutputLayer.mostBytes(model);
  }

  /// @throws IllegalArgumentException when so many tokens do not fit into the memory of this JVM,
  ///   or the model has learned fewer positions
  void requireRoom(int tokens) {
    requirePositions(model, tokens);
    long cache = cache(tokens);
    long buffers = activations(tokens);
    long allowed = Runtime.getRuntime().maxMemory();
    if (cache + buffers > allowed) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "keys and values of %d tokens take %d MiB as %s and buffers %d MiB, but this JVM may use"
                  + " %d MiB; %s, or give it more memory (-Xmx, for rope in ROPE_JAVA_OPTS)",
              tokens,
              cache >> 20,
              keys == values ? keys.label() : keys.label() + " and " + values.label(),
              buffers >> 20,
              allowed >> 20,
              remedy(tokens, allowed - buffers)));
    }
  }

  private String remedy(int tokens, long room) {
    int fewer = mostTokens(tokens, room);
    String shorter =
        fewer > 0
            ? "ask for fewer tokens (at most " + fewer + ", with -c)"
            : "ask for fewer tokens (-c)";
    SessionMemory narrow = narrower();
    return equals(narrow)
        ? shorter
        : String.format(
            Locale.ROOT,
            "%s or store them narrower (--cache-type-k %s --cache-type-v %s: %d MiB)",
            shorter,
            narrow.keys.label(),
            narrow.values.label(),
            narrow.cache(tokens) >> 20);
  }

  private int mostTokens(int tooMany, long room) {
    int low = 0;
    int high = tooMany;
    while (low + 1 < high) {
      int middle = (low + high) >>> 1;
      if (cache(middle) <= room) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private SessionMemory narrower() {
    return new SessionMemory(
        model,
        narrowest(model.shape().keyDimension()),
        model.shape().valuesInKeys() ? values : narrowest(model.shape().valueDimension()));
  }

  private static KeyValueType narrowest(int channels) {
    return channels % KeyValueType.Q8_0.blockChannels() == 0 ? KeyValueType.Q8_0 : KeyValueType.F16;
  }

  static void requirePositions(Transformer model, int positions) {
    if (model.positions().isPresent() && positions > model.positions().get().rows()) {
      throw new IllegalArgumentException(
          "a context of "
              + positions
              + " tokens is too long for this model: it has learned "
              + model.positions().get().rows()
              + " positions and can know no others; ask for no more tokens than that");
    }
  }
}
