package rope4j.diagnosis.comparison;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.config.Dialect;
import rope4j.checkpoint.config.LayerRope;
import rope4j.checkpoint.config.RopeReading;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.checkpoint.model.FolderCheckpoint;
import rope4j.diagnosis.engine.Engine;
import rope4j.rotation.Linear;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Scaling;
import rope4j.rotation.Unscaled;

/// The engines in Java, which pass over most scalings.
///
/// Source: Jlama `LlamaConfig.java`, `Gemma2Config.java`, `Qwen2Config.java`; llama3.java
/// `Llama3.java`; GPULlama3.java's model loaders.
final class JvmEngines {

  private static final Set<String> JLAMA =
      Set.of("llama", "mistral", "mixtral", "gemma", "gemma2", "qwen2", "granite");

  private static final Set<String> GPULLAMA3 = Set.of("llama", "qwen2", "qwen3", "phi3", "granite");

  private JvmEngines() {}

  /// A linear factor counts in Llama and, whatever the type, in Gemma; only keys at the top are
  /// read, and only the spelling `rope_type`.
  static LayerRope jlama(Checkpoint checkpoint, int length) {
    if (!(checkpoint instanceof FolderCheckpoint folder)) {
      throw new CheckpointException(
          "this is a GGUF file, but Jlama loads a folder with a config.json; name that folder");
    }
    String type = folder.config().modelType();
    if (!JLAMA.contains(type)) {
      throw new CheckpointException("Jlama does not run models of model_type \"" + type + "\"");
    }
    LayerRope shape =
        RopeReading.of(folder.config(), Dialect.PAPER, OptionalInt.of(length), RopeOverrides.NONE)
            .layers()
            .getFirst();
    Map<String, ?> keys = folder.configJson().root();
    OptionalDouble base = number(keys, "rope_theta");
    if (base.isEmpty() && type.equals("qwen2")) {
      throw new CheckpointException("Jlama needs a rope_theta at the top of config.json");
    }
    Scaling scaling = jlamaScaling(type, keys);
    return LayerRope.of(
        shape.layerType(),
        scaling.name(),
        new RopeParameters(
            shape.headDimension(),
            shape.headDimension(),
            base.orElse(10000),
            shape.trainedLength(),
            shape.pairing(),
            scaling),
        length);
  }

  private static Scaling jlamaScaling(String type, Map<String, ?> keys) {
    if (!(keys.get("rope_scaling") instanceof Map<?, ?> block)) {
      return new Unscaled();
    }
    OptionalDouble factor = number(block, "factor");
    boolean counts =
        type.startsWith("gemma")
            || (type.equals("llama") && "linear".equals(block.get("rope_type")));
    if (counts && factor.isEmpty()) {
      throw new CheckpointException("Jlama needs a factor in rope_scaling");
    }
    return counts && factor.getAsDouble() != 1 ? new Linear(factor.getAsDouble()) : new Unscaled();
  }

  private static OptionalDouble number(Map<?, ?> keys, String key) {
    return keys.get(key) instanceof Number number
        ? OptionalDouble.of(number.doubleValue())
        : OptionalDouble.empty();
  }

  /// The base alone: neither a scaling's keys nor `rope_freqs.weight` count.
  ///
  /// @param layers llama.cpp's reading of the file
  static List<LayerRope> unscaled(Engine engine, String architecture, List<LayerRope> layers) {
    boolean runs =
        engine == Engine.GPULLAMA3
            ? GPULLAMA3.contains(architecture)
            : architecture.equals("llama");
    if (!runs) {
      throw new CheckpointException(
          "how "
              + engine.title()
              + " rotates models of architecture "
              + architecture
              + " is not known here");
    }
    return layers.stream().map(JvmEngines::unscaled).toList();
  }

  private static LayerRope unscaled(LayerRope layer) {
    return LayerRope.of(
        layer.layerType(),
        "none",
        new RopeParameters(
            layer.headDimension(),
            layer.rotaryDimension(),
            layer.base(),
            layer.trainedLength(),
            layer.pairing(),
            new Unscaled()),
        layer.trainedLength());
  }
}
