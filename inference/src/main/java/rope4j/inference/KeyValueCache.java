package rope4j.inference;

/// Rotated keys and plain values of every position, layer by layer, as `[position][headDimension]`
/// per head.
final class KeyValueCache {

  private final float[][][] keys;
  private final float[][][] values;
  private final int capacity;

  /// @param capacity positions there is room for
  KeyValueCache(int layers, int heads, int headDimension, int capacity) {
    int length = Math.multiplyExact(capacity, headDimension);
    keys = new float[layers][heads][length];
    values = new float[layers][heads][length];
    this.capacity = capacity;
  }

  int capacity() {
    return capacity;
  }

  float[] keys(int layer, int head) {
    return keys[layer][head];
  }

  float[] values(int layer, int head) {
    return values[layer][head];
  }

  /// Bytes that a cache of this shape takes.
  static long bytes(int layers, int heads, int headDimension, int capacity) {
    return 2L * Float.BYTES * layers * heads * headDimension * capacity;
  }
}
