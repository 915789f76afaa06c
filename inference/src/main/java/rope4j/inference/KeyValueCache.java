package rope4j.inference;

import java.util.Locale;

/// Rotated keys and plain values of every position, layer by layer, as `[position][channel]` per
/// head.
final class KeyValueCache {

  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  private final float[][][] keys;
  private final float[][][] values;
  private final int capacity;

  /// @param capacity positions there is room for
  KeyValueCache(int layers, AttentionShape shape, int capacity) {
    int heads = shape.keyValueHeads();
    keys = new float[layers][heads][Math.multiplyExact(capacity, shape.keyDimension())];
    values =
        shape.valuesInKeys()
            ? keys
            : new float[layers][heads][Math.multiplyExact(capacity, shape.valueDimension())];
    this.capacity = capacity;
  }

  int capacity() {
    return capacity;
  }

  float[] keys(int layer, int head) {
    return keys[layer][head];
  }

  /// The array of [#keys] where values are part of keys.
  float[] values(int layer, int head) {
    return values[layer][head];
  }

  /// Bytes that a cache of this shape takes.
  static long bytes(int layers, AttentionShape shape, int capacity) {
    return (long) Float.BYTES * layers * shape.cached() * capacity;
  }

  /// A cache for so many positions of a model.
  ///
  /// @throws IllegalArgumentException when there is no room for it
  static KeyValueCache of(Transformer model, int positions) {
    requireRoom(model, positions);
    return new KeyValueCache(model.blocks().size(), model.shape(), positions);
  }

  /// @throws IllegalArgumentException when so many positions do not fit into the memory of this
  ///   JVM, or the model has learned fewer
  static void requireRoom(Transformer model, int positions) {
    requirePositions(model, positions);
    int widest = Math.max(model.shape().keyDimension(), model.shape().valueDimension());
    if ((long) positions * widest > MAX_ARRAY) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a context of %d tokens is too long for this engine: with heads of %d channels at most %d"
                  + " are possible",
              positions,
              widest,
              MAX_ARRAY / widest));
    }
    long needed = bytes(model.blocks().size(), model.shape(), positions);
    long allowed = Runtime.getRuntime().maxMemory();
    if (needed > allowed) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "keys and values of %d tokens take %d MiB, but this JVM may use %d MiB; ask for fewer"
                  + " tokens or give it more memory (-Xmx)",
              positions,
              needed >> 20,
              allowed >> 20));
    }
  }

  static void requirePositions(Transformer model, int positions) {
    if (model.positions().isPresent() && positions > model.positions().get().rows()) {
      throw new IllegalArgumentException(
          "a context of "
              + positions
              + " tokens is too long for this model: it has learned "
              + model.positions().get().rows()
              + " positions and can know no others");
    }
  }
}
