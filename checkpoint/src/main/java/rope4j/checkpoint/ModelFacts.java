package rope4j.checkpoint;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// What a model's files say about position and length, whatever their format, with the evidence.
///
/// @param architecture GGUF's architecture, or `model_type`
/// @param title what the files call the model (`general.name`, `_name_or_path`); empty when they
///   don't
/// @param advertisedLength the length the files advertise, tokens
/// @param trainedLength the length before any scaling, tokens
/// @param base `rope_theta` or `rope.freq_base` of full attention; empty for a model without
///   rotation
/// @param ropeType the scaling's type as the file spells it; `default` or `none` when it has none
/// @param factor the scaling's factor
/// @param layers number of blocks
/// @param heads query heads
/// @param keyValueHeads key and value heads
/// @param headDimension channels of a head
/// @param rotaryDimension channels of a head that rotate
/// @param slidingWindow tokens of the sliding window
/// @param layerTypes the type of every layer; empty when all are alike
/// @param dataType of the weights or the computation (`dtype`, `torch_dtype`)
/// @param cache what one token costs in the cache
public record ModelFacts(
    Stated<String> architecture,
    Optional<Stated<String>> title,
    Stated<Integer> advertisedLength,
    Stated<Integer> trainedLength,
    Optional<Stated<Double>> base,
    Stated<String> ropeType,
    Optional<Stated<Double>> factor,
    Stated<Integer> layers,
    Stated<Integer> heads,
    Stated<Integer> keyValueHeads,
    Stated<Integer> headDimension,
    Stated<Integer> rotaryDimension,
    Optional<Stated<Integer>> slidingWindow,
    List<String> layerTypes,
    Optional<Stated<String>> dataType,
    CacheShape cache) {

  public ModelFacts {
    layerTypes = List.copyOf(layerTypes);
  }

  /// What one token costs in the cache of keys and values.
  ///
  /// @param fullLayers layers that keep every token
  /// @param slidingLayers layers that keep a window
  /// @param window tokens of that window
  /// @param keyChannels channels of a token's keys in one layer, all heads together
  /// @param valueChannels channels of its values; 0 where one latent vector stands for both
  public record CacheShape(
      int fullLayers, int slidingLayers, OptionalInt window, int keyChannels, int valueChannels) {}
}
