package rope4j.inference;

import rope4j.inference.kernel.CacheKernels;
import rope4j.inference.kernel.Kernels;

/// Rotated keys and plain values of every position that a later token still sees, layer by layer
/// and head by head. Lives on the heap, where arrays of floats are read without being copied.
final class KeyValueCache {

  private final Transformer model;
  private final CachedRows[][] keys;
  private final CachedRows[][] values;

  /// @param capacity positions there will be at most
  KeyValueCache(
      Transformer model,
      Kernels kernels,
      KeyValueType keyType,
      KeyValueType valueType,
      int capacity) {
    this.model = model;
    AttentionShape shape = model.shape();
    CacheKernels cacheKernels = CacheKernels.with(kernels);
    keys = rows(model, keyType, cacheKernels, shape.keyDimension(), capacity);
    values =
        shape.valuesInKeys()
            ? keys
            : rows(model, valueType, cacheKernels, shape.valueDimension(), capacity);
  }

  private static CachedRows[][] rows(
      Transformer model, KeyValueType type, CacheKernels kernels, int channels, int capacity) {
    CachedRows[][] rows = new CachedRows[model.blocks().size()][model.shape().keyValueHeads()];
    for (int layer = 0; layer < rows.length; layer++) {
      int window = model.blocks().get(layer).attention().window().length();
      for (int head = 0; head < rows[layer].length; head++) {
        rows[layer][head] = CachedRows.of(type, kernels, channels, window, capacity);
      }
    }
    return rows;
  }

  CachedRows keys(int layer, int head) {
    return keys[layer][head];
  }

  /// The rows of [#keys] where values are part of keys.
  CachedRows values(int layer, int head) {
    return values[layer][head];
  }

  int layers() {
    return keys.length;
  }

  int heads() {
    return keys[0].length;
  }

  /// Makes room for tokens that are to be stored next.
  void prepare(int position, int tokens) {
    for (int layer = 0; layer < keys.length; layer++) {
      int first = firstSeen(layer, position);
      for (int head = 0; head < keys[layer].length; head++) {
        keys[layer][head].prepare(first, position + tokens);
        if (values != keys) {
          values[layer][head].prepare(first, position + tokens);
        }
      }
    }
  }

  private int firstSeen(int layer, int position) {
    return model.blocks().get(layer).attention().window().start(position);
  }

  /// Whether all is still there that a token at this position sees: windows that moved on have
  /// forgotten what lies before them.
  boolean reaches(int position) {
    for (int layer = 0; layer < keys.length; layer++) {
      if (keys[layer][0].oldest() > firstSeen(layer, position)) {
        return false;
      }
    }
    return true;
  }

  /// Forgets everything; the memory is used again.
  void clear() {
    for (int layer = 0; layer < keys.length; layer++) {
      for (int head = 0; head < keys[layer].length; head++) {
        keys[layer][head].clear();
        values[layer][head].clear();
      }
    }
  }

  /// Bytes that are allocated now.
  long bytes() {
    long bytes = 0;
    for (int layer = 0; layer < keys.length; layer++) {
      for (int head = 0; head < keys[layer].length; head++) {
        bytes += keys[layer][head].bytes();
        bytes += values == keys ? 0 : values[layer][head].bytes();
      }
    }
    return bytes;
  }
}
