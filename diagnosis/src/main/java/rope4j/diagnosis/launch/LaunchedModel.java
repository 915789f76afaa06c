package rope4j.diagnosis.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.config.Dialect;
import rope4j.checkpoint.config.HuggingFaceConfig;
import rope4j.checkpoint.config.RopeReading;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.checkpoint.model.FolderCheckpoint;
import rope4j.checkpoint.model.GgufCheckpoint;
import rope4j.diagnosis.engine.Engine;

/// A model under a launch: the rotation that the engine ends up with.
///
/// @param rotation by type of layer, with what to know about it; empty where it can't be told
/// @param reason why it can't be told, one sentence; empty where it can
public record LaunchedModel(Optional<RopeReading> rotation, String reason) {

  /// Applies a launch to a model's files.
  ///
  /// @param length tokens of the context
  public static LaunchedModel of(Checkpoint checkpoint, Launch launch, int length) {
    return switch (checkpoint) {
      case GgufCheckpoint gguf -> of(gguf.file(), launch, length);
      case FolderCheckpoint folder -> of(folder.config(), launch, length);
    };
  }

  static LaunchedModel of(GgufFile file, Launch launch, int length) {
    try {
      return switch (launch.engine()) {
        case LLAMA_CPP -> rotating(llamaCpp(file, launch, length));
        case KOBOLDCPP ->
            choosesItsOwnBase(file, launch, length)
                ? unknown(
                    "without --ropeconfig KoboldCpp picks a base of its own for "
                        + length
                        + " tokens of this model; give one to know it")
                : rotating(llamaCpp(file, launch, length));
        case OLLAMA, LM_STUDIO -> rotating(llamaCpp(file, launch, length));
        case LLAMA3_JAVA, GPULLAMA3 -> notModelled(launch.engine());
        case TRANSFORMERS, VLLM, SGLANG, JLAMA ->
            unknown(
                "this is a GGUF file, but "
                    + launch.engine().title()
                    + "'s rotation is read from a folder with a config.json; name that folder");
      };
    } catch (CheckpointException e) {
      return unknown(String.valueOf(e.getMessage()));
    }
  }

  static LaunchedModel of(HuggingFaceConfig config, Launch launch, int length) {
    try {
      return switch (launch.engine()) {
        case VLLM, SGLANG -> rotating(overridden(config, Dialect.VLLM, launch, length));
        case TRANSFORMERS -> rotating(overridden(config, Dialect.TRANSFORMERS, launch, length));
        case JLAMA -> notModelled(launch.engine());
        case LLAMA_CPP, KOBOLDCPP, OLLAMA, LM_STUDIO, LLAMA3_JAVA, GPULLAMA3 ->
            unknown(
                "this is a config.json, but "
                    + launch.engine().title()
                    + " loads a GGUF file; name that file");
      };
    } catch (CheckpointException e) {
      return unknown(String.valueOf(e.getMessage()));
    }
  }

  private static RopeReading llamaCpp(GgufFile file, Launch launch, int length) {
    ModelDescription model = ModelDescription.of(file, launch.keyOverrides());
    RopeReading reading = RopeReading.of(model, OptionalInt.of(length), launch.rotation());
    return warning(
        reading, KeyOverrideCheck.ignored(file, model.architecture(), launch.keyOverrides()));
  }

  /// KoboldCpp leaves a model alone that has been extended already, or whose base is unusual.
  ///
  /// Source: KoboldCpp `gpttype_adapter.cpp`.
  private static boolean choosesItsOwnBase(GgufFile file, Launch launch, int length) {
    ModelDescription model = ModelDescription.of(file, launch.keyOverrides());
    boolean ordinary =
        (model.rope().base() == 10000 || model.rope().base() == 500000)
            && model.rope().factor().isEmpty();
    return launch.rotation().equals(RopeOverrides.NONE)
        && ordinary
        && length > model.contextLength();
  }

  private static RopeReading overridden(
      HuggingFaceConfig config, Dialect dialect, Launch launch, int length) {
    Map<String, @Nullable Object> overrides = launch.configOverrides();
    RopeReading reading = reading(config.withOverrides(overrides), dialect, length);
    boolean dictionary =
        overrides.containsKey("rope_scaling") || overrides.containsKey("rope_parameters");
    List<String> warnings = new ArrayList<>();
    if (overrides.containsKey("rope_theta") && !dictionary) {
      warnings.add(
          "rope_theta alone changes nothing, as the base is already in the rope dictionary"
              + " (Transformers 5); override rope_parameters with rope_theta inside");
    }
    if (dictionary) {
      double after = reading.layers().getFirst().base();
      OptionalDouble before = base(config, dialect, length);
      if (before.isPresent() && before.getAsDouble() != after) {
        warnings.add(
            "the override changes rope_theta from " + before.getAsDouble() + " to " + after);
      }
    }
    return warning(reading, warnings);
  }

  /// Empty for a configuration that is refused as it stands, which an override may mend.
  private static OptionalDouble base(HuggingFaceConfig config, Dialect dialect, int length) {
    try {
      return OptionalDouble.of(reading(config, dialect, length).layers().getFirst().base());
    } catch (CheckpointException e) {
      return OptionalDouble.empty();
    }
  }

  private static RopeReading reading(HuggingFaceConfig config, Dialect dialect, int length) {
    return RopeReading.of(config, dialect, OptionalInt.of(length), RopeOverrides.NONE);
  }

  private static RopeReading warning(RopeReading reading, List<String> more) {
    List<String> warnings = new ArrayList<>(reading.warnings());
    warnings.addAll(more);
    return new RopeReading(reading.dialect(), reading.contextLength(), reading.layers(), warnings);
  }

  private static LaunchedModel rotating(RopeReading reading) {
    return new LaunchedModel(Optional.of(reading), "");
  }

  private static LaunchedModel unknown(String reason) {
    return new LaunchedModel(Optional.empty(), reason);
  }

  private static LaunchedModel notModelled(Engine engine) {
    return unknown(
        "how " + engine.title() + " rotates is not modelled here, as it passes over most scalings");
  }
}
