package rope4j.checkpoint.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.ModelFacts;
import rope4j.checkpoint.RopeOverrides;
import rope4j.rotation.LayerRotations;
import rope4j.rotation.RopeParameters;

/// The rotation of each layer of a model in a Hugging Face folder, as Transformers rotates it.
public final class TransformersRope {

  private TransformersRope() {}

  /// The rotation of each layer in turn; empty for one that does not rotate.
  ///
  /// @param config the model's configuration
  /// @param overrides llama.cpp's flags, laid over the configuration's keys of the same meaning
  /// @param contextLength tokens; scalings that depend on the length are those for a text of so
  ///   many
  /// @throws CheckpointException where Transformers refuses the configuration
  public static LayerRotations everyLayer(
      HuggingFaceConfig config, RopeOverrides overrides, int contextLength) {
    ModelFacts facts = config.facts();
    int layers = facts.layers().value();
    if (!config.rotates()) {
      return new LayerRotations(Collections.nCopies(layers, Optional.empty()));
    }
    RopeReading reading =
        RopeReading.of(config, Dialect.TRANSFORMERS, OptionalInt.of(contextLength), overrides);
    TextConfig text = config.text();
    List<Optional<RopeParameters>> every = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      String type =
          layer < facts.layerTypes().size() ? facts.layerTypes().get(layer) : RopeNormaliser.FULL;
      every.add(
          stands(text, slides(facts), type, layer)
              ? Optional.empty()
              : of(reading, type).map(rope -> wholeHead(config, text, facts, rope)));
    }
    return new LayerRotations(every);
  }

  /// The rotation of the layers with full attention, or of all where they do not differ.
  ///
  /// @param config the model's configuration
  /// @param overrides llama.cpp's flags, laid over the configuration's keys of the same meaning
  /// @param contextLength tokens, as in [#everyLayer]
  /// @throws CheckpointException where no layer rotates, or Transformers refuses the configuration
  public static RopeParameters fullAttention(
      HuggingFaceConfig config, RopeOverrides overrides, int contextLength) {
    List<Optional<RopeParameters>> layers = everyLayer(config, overrides, contextLength).layers();
    List<String> types = config.facts().layerTypes();
    Optional<RopeParameters> any = Optional.empty();
    for (int layer = 0; layer < layers.size(); layer++) {
      Optional<RopeParameters> rope = layers.get(layer);
      if (rope.isPresent()
          && (layer >= types.size() || types.get(layer).equals(RopeNormaliser.FULL))) {
        return rope.get();
      }
      any = any.or(() -> rope);
    }
    return any.orElseThrow(() ->
        new CheckpointException(config.source() + ": this model does not rotate queries and keys"));
  }

  private static boolean slides(ModelFacts facts) {
    return facts.slidingWindow().isPresent() && !facts.layerTypes().isEmpty();
  }

  private static boolean stands(TextConfig text, boolean sliding, String type, int layer) {
    return switch (text.modelClass().unrotated()) {
      case NONE -> false;
      case LISTED -> {
        List<Integer> rotates = text.noRopeLayers().orElse(List.of());
        yield layer < rotates.size() && rotates.get(layer) == 0;
      }
      // Without a window all layers of EXAONE 4 rotate, and its list has full attention only.
      case FULL_ATTENTION -> sliding && type.equals(RopeNormaliser.FULL);
    };
  }

  private static Optional<LayerRope> of(RopeReading reading, String type) {
    for (LayerRope rope : reading.layers()) {
      if (rope.layerType().isEmpty() || rope.layerType().get().equals(type)) {
        return Optional.of(rope);
      }
    }
    return Optional.empty();
  }

  /// In DeepSeek's attention the reading is about the part of a head that rotates.
  private static RopeParameters wholeHead(
      HuggingFaceConfig config, TextConfig text, ModelFacts facts, LayerRope rope) {
    RopeParameters parameters =
        rope.parameters()
            .orElseThrow(() ->
                new CheckpointException(
                    config.source()
                        + ": the configuration gives frequencies for "
                        + rope.rotaryDimension()
                        + " channels at a base of "
                        + rope.base()
                        + ", by which no head can be rotated"));
    if (!text.modelClass().deepSeek()) {
      return parameters;
    }
    return new RopeParameters(
        facts.headDimension().value(),
        parameters.rotaryDimension(),
        parameters.base(),
        parameters.trainedLength(),
        parameters.pairing(),
        parameters.scaling());
  }
}
