package rope4j.diagnosis.rules;

import java.util.Optional;
import java.util.OptionalInt;
import rope4j.checkpoint.ModelFacts;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.checkpoint.model.FolderCheckpoint;
import rope4j.checkpoint.model.GgufCheckpoint;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.launch.Launch;

/// What the rules judge: a model's files, and what is to be done with them.
///
/// @param checkpoint the files
/// @param engine the one engine it is about; empty when it may be any that loads the files
/// @param launch how the user starts it
/// @param requestedLength the context length wanted, tokens (`--context`, or the launch's)
public record Subject(
    Checkpoint checkpoint,
    Optional<Engine> engine,
    Optional<Launch> launch,
    OptionalInt requestedLength) {

  /// What the files say.
  public ModelFacts facts() {
    return checkpoint.facts();
  }

  /// The files as GGUF.
  public Optional<GgufCheckpoint> gguf() {
    return checkpoint instanceof GgufCheckpoint gguf ? Optional.of(gguf) : Optional.empty();
  }

  /// The files as a Hugging Face folder or `config.json`.
  public Optional<FolderCheckpoint> folder() {
    return checkpoint instanceof FolderCheckpoint folder ? Optional.of(folder) : Optional.empty();
  }

  /// Whether it was said that this engine is used.
  public boolean runsOn(Engine other) {
    return engine.isPresent() && engine.get() == other;
  }
}
