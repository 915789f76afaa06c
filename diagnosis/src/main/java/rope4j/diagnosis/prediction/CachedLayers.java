package rope4j.diagnosis.prediction;

import java.util.OptionalInt;

/// Layers that cache the same amount for every token.
///
/// @param count layers, at least 1
/// @param heads key and value heads, at least 1
/// @param keyDimension channels of a key, at least 1
/// @param valueDimension channels of a value; 0 where values are read from the keys
/// @param window tokens that a layer with sliding-window attention keeps, at least 1; empty for all
public record CachedLayers(
    int count, int heads, int keyDimension, int valueDimension, OptionalInt window) {

  public CachedLayers {
    Arguments.atLeast(1, "the number of layers", count);
    Arguments.atLeast(1, "the number of key and value heads", heads);
    Arguments.atLeast(1, "the dimension of a key", keyDimension);
    Arguments.atLeast(0, "the dimension of a value", valueDimension);
    window.ifPresent(tokens -> Arguments.atLeast(1, "the sliding window", tokens));
  }

  /// Layers that attend to the whole context.
  public static CachedLayers full(int count, int heads, int keyDimension, int valueDimension) {
    return new CachedLayers(count, heads, keyDimension, valueDimension, OptionalInt.empty());
  }

  /// Layers that attend to the last `window` tokens. An engine may keep up to a batch more.
  public static CachedLayers sliding(
      int count, int heads, int keyDimension, int valueDimension, int window) {
    return new CachedLayers(count, heads, keyDimension, valueDimension, OptionalInt.of(window));
  }

  /// Layers with multi-head latent attention (DeepSeek): per token one latent vector, from which
  /// keys and values are formed, and one rotated key part for all heads.
  ///
  /// @param latentDimension `kv_lora_rank`, at least 1
  /// @param rotaryDimension `qk_rope_head_dim`, 0 or more
  public static CachedLayers latent(int count, int latentDimension, int rotaryDimension) {
    Arguments.atLeast(1, "the dimension of the latent vector (kv_lora_rank)", latentDimension);
    Arguments.atLeast(0, "the rotary dimension (qk_rope_head_dim)", rotaryDimension);
    if (latentDimension > Integer.MAX_VALUE - rotaryDimension) {
      throw new IllegalArgumentException(
          "latent vector and rotary dimension together must stay below 2^31, but they are "
              + latentDimension
              + " and "
              + rotaryDimension);
    }
    return full(count, 1, latentDimension + rotaryDimension, 0);
  }

  /// Tokens kept of a context.
  int tokens(int length) {
    return Math.min(length, window.orElse(length));
  }
}
