package rope4j.rotation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How each layer of a model rotates; empty for a layer without rotation (NoPE).
///
/// @param layers one per layer
public record LayerRotations(List<Optional<RopeParameters>> layers) {

  public LayerRotations {
    layers = List.copyOf(layers);
  }

  /// Every layer alike.
  public static LayerRotations uniform(RopeParameters parameters, int layers) {
    return alternating(parameters, Optional.of(parameters), layers, 1);
  }

  /// Every `interval`-th layer has no rotation: Llama 4 and SmolLM3 with 4.
  public static LayerRotations withoutEvery(RopeParameters parameters, int layers, int interval) {
    return alternating(parameters, Optional.empty(), layers, interval);
  }

  /// Every `interval`-th layer rotates as `global`, the others as `local`: Gemma 3 with 6. An empty
  /// global is the pattern of Cohere 2 and EXAONE 4.
  public static LayerRotations alternating(
      RopeParameters local, Optional<RopeParameters> global, int layers, int interval) {
    if (layers < 1 || interval < 1) {
      throw new IllegalArgumentException(
          "a pattern needs at least 1 layer and an interval of at least 1, but they are "
              + layers
              + " and "
              + interval);
    }
    List<Optional<RopeParameters>> all = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      all.add((layer + 1) % interval == 0 ? global : Optional.of(local));
    }
    return new LayerRotations(all);
  }

  /// The rotation of a layer, counted from 0.
  public Optional<RopeParameters> layer(int index) {
    return layers.get(index);
  }

  /// The different rotations, in order of first use: each needs one table per batch.
  public List<RopeParameters> distinct() {
    return layers.stream().flatMap(Optional::stream).distinct().toList();
  }
}
