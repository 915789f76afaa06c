package rope4j.inference;

/// Rotated keys and plain values of every position, layer by layer, as `[position][channel]` per
/// head.
final class KeyValueCache {

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
}
