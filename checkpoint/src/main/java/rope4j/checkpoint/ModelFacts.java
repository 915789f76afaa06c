package rope4j.checkpoint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
/// @param ropeType the scaling's type as the file spells it; `default` or `none` when it has none.
///   A GGUF file that stores frequency factors instead of a type has `llama3`, `longrope` or
///   `proportional`, derived from their tensor
/// @param factor the scaling's factor
/// @param layers number of blocks
/// @param heads query heads; the most where layers differ, 0 for a model without attention
/// @param keyValueHeads key and value heads; the most where layers differ
/// @param headDimension channels of a query or key head, of full attention
/// @param rotaryDimension channels of a head that rotate; 0 for a model without rotation
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

  /// What a GGUF file says.
  ///
  /// @throws CheckpointException when a key that counts holds something else than a number
  public static ModelFacts of(GgufFile file) {
    return new GgufFacts(file).facts();
  }

  /// Every value with its evidence, by a name to show it under, in the order of reading.
  public Map<String, Stated<?>> named() {
    Map<String, Stated<?>> named = new LinkedHashMap<>();
    named.put("architecture", architecture);
    title.ifPresent(stated -> named.put("title", stated));
    named.put("advertised length", advertisedLength);
    named.put("trained length", trainedLength);
    base.ifPresent(stated -> named.put("base", stated));
    named.put("scaling", ropeType);
    factor.ifPresent(stated -> named.put("factor", stated));
    named.put("layers", layers);
    named.put("heads", heads);
    named.put("key and value heads", keyValueHeads);
    named.put("head dimension", headDimension);
    named.put("rotary dimension", rotaryDimension);
    slidingWindow.ifPresent(stated -> named.put("sliding window", stated));
    dataType.ifPresent(stated -> named.put("data type", stated));
    return Collections.unmodifiableMap(named);
  }

  /// What one token costs in the cache of keys and values. Layers that keep a state of fixed size
  /// instead of tokens (linear attention, Mamba, convolutions) do not count.
  ///
  /// @param fullLayers layers that keep every token
  /// @param slidingLayers layers that keep a window
  /// @param window tokens of that window
  /// @param keyChannels channels of a token's keys in one layer, all heads together; of the widest
  ///   layer where they differ
  /// @param valueChannels channels of its values; 0 where one latent vector stands for both
  /// @param groups the same layers, those that are alike together; use [#keys] and [#values] for
  ///   sums, which are exact where layers differ
  public record CacheShape(
      int fullLayers,
      int slidingLayers,
      OptionalInt window,
      int keyChannels,
      int valueChannels,
      List<Layers> groups) {

    /// Layers that are alike.
    ///
    /// @param count how many
    /// @param sliding whether they keep a window only
    /// @param keyChannels channels of a token's keys in one of them
    /// @param valueChannels channels of its values
    public record Layers(int count, boolean sliding, int keyChannels, int valueChannels) {}

    public CacheShape {
      groups = List.copyOf(groups);
    }

    /// Layers of which all have the same width.
    public CacheShape(
        int fullLayers, int slidingLayers, OptionalInt window, int keyChannels, int valueChannels) {
      this(
          fullLayers,
          slidingLayers,
          window,
          keyChannels,
          valueChannels,
          List.of(
              new Layers(fullLayers, false, keyChannels, valueChannels),
              new Layers(slidingLayers, true, keyChannels, valueChannels)));
    }

    /// A model's layers.
    ///
    /// @param layers one entry a layer, or a group of layers
    /// @param window tokens that sliding layers keep
    public static CacheShape of(List<Layers> layers, OptionalInt window) {
      Map<Layers, Integer> alike = new LinkedHashMap<>();
      for (Layers layer : layers) {
        Layers one = new Layers(1, layer.sliding, layer.keyChannels, layer.valueChannels);
        alike.merge(one, layer.count, Integer::sum);
      }
      List<Layers> groups = new ArrayList<>();
      alike.forEach((one, count) ->
          groups.add(new Layers(count, one.sliding, one.keyChannels, one.valueChannels)));
      return new CacheShape(
          groups.stream().filter(group -> !group.sliding).mapToInt(Layers::count).sum(),
          groups.stream().filter(Layers::sliding).mapToInt(Layers::count).sum(),
          window,
          groups.stream().mapToInt(Layers::keyChannels).max().orElse(0),
          groups.stream().mapToInt(Layers::valueChannels).max().orElse(0),
          groups);
    }

    /// Numbers kept for the keys of a context, all layers together.
    ///
    /// @param tokens tokens of the context
    public long keys(int tokens) {
      return groups.stream()
          .mapToLong(group -> kept(group, tokens) * group.count * group.keyChannels)
          .sum();
    }

    /// Numbers kept for the values of a context, all layers together.
    ///
    /// @param tokens tokens of the context
    public long values(int tokens) {
      return groups.stream()
          .mapToLong(group -> kept(group, tokens) * group.count * group.valueChannels)
          .sum();
    }

    private long kept(Layers group, int tokens) {
      return group.sliding ? Math.min(tokens, window.orElse(tokens)) : tokens;
    }
  }
}
