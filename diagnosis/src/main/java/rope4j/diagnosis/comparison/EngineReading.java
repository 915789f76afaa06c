package rope4j.diagnosis.comparison;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.config.Dialect;
import rope4j.checkpoint.config.HuggingFaceConfig;
import rope4j.checkpoint.config.LayerRope;
import rope4j.checkpoint.config.RopeReading;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.checkpoint.model.FolderCheckpoint;
import rope4j.checkpoint.model.GgufCheckpoint;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.engine.Engine.Format;
import rope4j.diagnosis.launch.Launch;
import rope4j.diagnosis.launch.LaunchedModel;

/// What one engine makes of a model, started for a length and with no flag about rotation.
///
/// @param engine the engine
/// @param layers one per type of layer that rotates, for a text as long as the context; empty when
///   the engine does not rotate it
/// @param shortText the same for a text of the trained length
/// @param refusal why the engine does not rotate the model, one sentence; empty when it does
public record EngineReading(
    Engine engine, List<LayerRope> layers, List<LayerRope> shortText, String refusal) {

  public EngineReading {
    layers = List.copyOf(layers);
    shortText = List.copyOf(shortText);
    if (layers.isEmpty() == refusal.isEmpty() || layers.size() != shortText.size()) {
      throw new IllegalArgumentException(
          engine.title() + " either rotates a model or says why it does not");
    }
  }

  /// Whether the engine rotates the model.
  public boolean rotates() {
    return !layers.isEmpty();
  }

  static EngineReading of(Checkpoint checkpoint, Engine engine, int length) {
    try {
      List<LayerRope> layers = layers(checkpoint, engine, length);
      // It alone goes by the length of the text instead of the one it was started for.
      int trained = Math.min(length, checkpoint.facts().trainedLength().value());
      return new EngineReading(
          engine,
          layers,
          engine == Engine.TRANSFORMERS ? layers(checkpoint, engine, trained) : layers,
          "");
    } catch (CheckpointException | IllegalArgumentException e) {
      return new EngineReading(engine, List.of(), List.of(), String.valueOf(e.getMessage()));
    }
  }

  private static List<LayerRope> layers(Checkpoint checkpoint, Engine engine, int length) {
    return switch (engine) {
      case JLAMA -> List.of(JvmEngines.jlama(checkpoint, length));
      case LLAMA3_JAVA, GPULLAMA3 ->
          JvmEngines.unscaled(
              engine, architecture(checkpoint), layers(checkpoint, Engine.LLAMA_CPP, length));
      case TRANSFORMERS, VLLM, SGLANG, LLAMA_CPP, OLLAMA, LM_STUDIO, KOBOLDCPP ->
          switch (checkpoint) {
            case FolderCheckpoint folder when engine.format() == Format.GGUF ->
                reading(folder.config(), Dialect.LLAMA_CPP, length);
            case GgufCheckpoint gguf when engine == Engine.TRANSFORMERS ->
                reading(EquivalentConfig.of(description(gguf)), Dialect.TRANSFORMERS, length);
            default -> launched(checkpoint, engine, length);
          };
    };
  }

  private static List<LayerRope> reading(HuggingFaceConfig config, Dialect dialect, int length) {
    return RopeReading.of(config, dialect, OptionalInt.of(length), RopeOverrides.NONE).layers();
  }

  private static List<LayerRope> launched(Checkpoint checkpoint, Engine engine, int length) {
    Launch plain =
        new Launch(
            engine,
            OptionalInt.of(length),
            RopeOverrides.NONE,
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of());
    LaunchedModel model = LaunchedModel.of(checkpoint, plain, length);
    return model
        .rotation()
        .map(RopeReading::layers)
        .orElseThrow(() -> new CheckpointException(model.reason()));
  }

  private static String architecture(Checkpoint checkpoint) {
    return switch (checkpoint) {
      case GgufCheckpoint gguf -> gguf.facts().architecture().value();
      case FolderCheckpoint folder ->
          folder.config().llamaCppArchitecture().orElse(folder.facts().architecture().value());
    };
  }

  static ModelDescription description(GgufCheckpoint gguf) {
    return gguf.description().orElseGet(() -> ModelDescription.of(gguf.file()));
  }
}
