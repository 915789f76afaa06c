package rope4j.checkpoint.config;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.LayerRotation;
import rope4j.checkpoint.LlamaCppRope;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeOverrides;

/// What one engine makes of a model's configuration: the rotation of every type of layer.
///
/// @param dialect the engine
/// @param contextLength tokens the frequencies are for: the longest position so far in
///   Transformers, `--max-model-len` in vLLM, `--ctx-size` in llama.cpp
/// @param layers one per type of layer that rotates
/// @param warnings what a user should know: what the engine warns about or passes over, and where
///   another engine differs
public record RopeReading(
    Dialect dialect, int contextLength, List<LayerRope> layers, List<String> warnings) {

  public RopeReading {
    layers = List.copyOf(layers);
    warnings = List.copyOf(warnings);
  }

  /// An engine's reading for the context it runs with when none is asked for.
  ///
  /// @throws CheckpointException where the engine refuses the configuration
  public static RopeReading of(HuggingFaceConfig config, Dialect dialect) {
    return of(config, dialect, OptionalInt.empty(), RopeOverrides.NONE);
  }

  /// An engine's reading.
  ///
  /// @param contextLength tokens; empty for what the engine runs with when none is asked for
  /// @param overrides llama.cpp's flags; the other engines read them as the same values in the
  ///   configuration
  /// @throws CheckpointException where the engine refuses the configuration
  public static RopeReading of(
      HuggingFaceConfig config,
      Dialect dialect,
      OptionalInt contextLength,
      RopeOverrides overrides) {
    RopeReading reading = EngineReader.read(config, dialect, contextLength, overrides);
    List<String> warnings = new ArrayList<>(reading.warnings());
    warnings.addAll(DialectDifferences.of(reading, config, overrides));
    return new RopeReading(dialect, reading.contextLength(), reading.layers(), warnings);
  }

  /// llama.cpp's reading of a GGUF file.
  ///
  /// @param model the file's description
  /// @param contextLength `--ctx-size`; empty for the length the file advertises
  /// @param overrides llama.cpp's flags
  /// @throws CheckpointException when the architecture's rotation is not known, or file and flags
  ///   together make no rotation
  public static RopeReading of(
      ModelDescription model, OptionalInt contextLength, RopeOverrides overrides) {
    int length = contextLength.orElse(model.contextLength());
    List<LayerRope> layers = new ArrayList<>();
    for (LayerRotation layer : LlamaCppRope.layers(model, overrides, length)) {
      layers.add(
          LayerRope.of(layer.layerType(), layer.scalingType().label(), layer.parameters(), length));
    }
    List<String> warnings = new ArrayList<>();
    for (String key : LlamaCppRope.unreadKeys(model)) {
      warnings.add(
          "llama.cpp does not read " + key + " in files of architecture " + model.architecture());
    }
    return new RopeReading(Dialect.LLAMA_CPP, length, layers, warnings);
  }
}
