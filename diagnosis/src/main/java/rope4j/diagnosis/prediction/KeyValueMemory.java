package rope4j.diagnosis.prediction;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Bytes that the keys and values of one sequence take.
///
/// @param layers all layers, grouped by what they cache; at least one group
public record KeyValueMemory(List<CachedLayers> layers) {

  public KeyValueMemory {
    layers = List.copyOf(layers);
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("a cache needs at least 1 group of layers, but has none");
    }
  }

  /// A model of one or more groups of layers.
  public static KeyValueMemory of(CachedLayers... layers) {
    return new KeyValueMemory(List.of(layers));
  }

  /// Bytes with keys and values of one type.
  ///
  /// @throws IllegalArgumentException when a head does not consist of whole blocks of the type, or
  ///   when the result does not fit into 63 bits
  public long bytes(int length, CacheType type) {
    return bytes(length, type, type);
  }

  /// Bytes for a context of this many tokens, 0 or more.
  ///
  /// @throws IllegalArgumentException when a head does not consist of whole blocks of its type, or
  ///   when the result does not fit into 63 bits
  public long bytes(int length, CacheType keys, CacheType values) {
    Arguments.atLeast(0, "the context length", length);
    try {
      long sum = 0;
      for (CachedLayers group : layers) {
        long perHead =
            Math.addExact(
                row("key", group.keyDimension(), keys),
                row("value", group.valueDimension(), values));
        long heads = Math.multiplyExact((long) group.count(), (long) group.heads());
        long perToken = Math.multiplyExact(perHead, heads);
        sum = Math.addExact(sum, Math.multiplyExact(perToken, (long) group.tokens(length)));
      }
      return sum;
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "the cache of "
              + length
              + " tokens must stay below 2^63 bytes, but "
              + layers
              + " exceed them",
          e);
    }
  }

  /// Bytes for every type that the heads can be stored in.
  public Map<CacheType, Long> byType(int length) {
    Map<CacheType, Long> bytes = new EnumMap<>(CacheType.class);
    for (CacheType type : CacheType.values()) {
      if (layers.stream().allMatch(group -> fits(group, type))) {
        bytes.put(type, bytes(length, type));
      }
    }
    return Collections.unmodifiableMap(bytes);
  }

  private static boolean fits(CachedLayers group, CacheType type) {
    return group.keyDimension() % type.blockElements() == 0
        && group.valueDimension() % type.blockElements() == 0;
  }

  private static long row(String what, int dimension, CacheType type) {
    if (dimension % type.blockElements() != 0) {
      throw new IllegalArgumentException(
          "the dimension of a "
              + what
              + " must be a multiple of "
              + type.blockElements()
              + " to be stored as "
              + type
              + ", but it is "
              + dimension
              + "; use F16 instead");
    }
    return (long) (dimension / type.blockElements()) * type.blockBytes();
  }
}
