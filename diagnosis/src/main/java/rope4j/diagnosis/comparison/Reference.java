package rope4j.diagnosis.comparison;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.LlamaCppRope;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeScalingType;
import rope4j.checkpoint.config.ConfigRope;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.checkpoint.model.FolderCheckpoint;
import rope4j.checkpoint.model.GgufCheckpoint;
import rope4j.diagnosis.engine.Engine;

/// The engine that rotates a model as it was trained.
///
/// @param engine the engine
/// @param reason why it is the one, one sentence
public record Reference(Engine engine, String reason) {

  /// The one that is right: for a folder Transformers, but for a known mistake of it; for a GGUF
  /// file llama.cpp, but for what its authors wrote into the file and it does not read.
  static Optional<Reference> of(Checkpoint checkpoint, List<Engine> engines, int length) {
    Reference usual =
        switch (checkpoint) {
          case FolderCheckpoint folder -> ofFolder(folder);
          case GgufCheckpoint gguf -> ofGguf(gguf, length);
        };
    if (EngineReading.of(checkpoint, usual.engine, length).rotates()) {
      return Optional.of(usual);
    }
    SequencedSet<Engine> others = new LinkedHashSet<>(List.of(Engine.VLLM, Engine.LLAMA_CPP));
    others.retainAll(engines);
    others.addAll(engines);
    return others.stream()
        .filter(engine -> EngineReading.of(checkpoint, engine, length).rotates())
        .findFirst()
        .map(engine ->
            new Reference(
                engine,
                usual.engine.title()
                    + " would be asked first, but does not read this model; "
                    + engine.title()
                    + " is the first that does."));
  }

  private static Reference ofFolder(FolderCheckpoint folder) {
    return passesOverTruncate(folder)
        ? new Reference(
            Engine.VLLM,
            "Transformers looks for truncate outside the dictionaries of layer types and passes over"
                + " this one; vLLM reads it as it was meant.")
        : new Reference(
            Engine.TRANSFORMERS,
            "The model was published with Transformers' code, which says what its configuration"
                + " means.");
  }

  private static boolean passesOverTruncate(FolderCheckpoint folder) {
    try {
      ConfigRope rope = folder.config().rope();
      return rope.perLayerType()
          && rope.parameters().values().stream()
              .anyMatch(value ->
                  value instanceof Map<?, ?> layer && Boolean.FALSE.equals(layer.get("truncate")));
    } catch (CheckpointException e) {
      return false;
    }
  }

  private static Reference ofGguf(GgufCheckpoint gguf, int length) {
    List<String> unread = gguf.description().map(Reference::unread).orElse(List.of());
    if (!unread.isEmpty() && EngineReading.of(gguf, Engine.TRANSFORMERS, length).rotates()) {
      return new Reference(
          Engine.TRANSFORMERS,
          "The file keeps "
              + String.join(" and ", unread)
              + " from the model's own configuration; llama.cpp does not read that for architecture "
              + gguf.facts().architecture().value()
              + ".");
    }
    return new Reference(
        Engine.LLAMA_CPP,
        "A GGUF file is written for llama.cpp, which says what its keys and tensors mean.");
  }

  /// What llama.cpp passes over and Transformers would read.
  private static List<String> unread(ModelDescription model) {
    return model.rope().scalingType().filter(RopeScalingType.YARN::equals).isEmpty()
        ? List.of()
        : LlamaCppRope.unreadKeys(model).stream()
            .filter(key -> !key.contains("yarn_ext_factor"))
            .toList();
  }
}
