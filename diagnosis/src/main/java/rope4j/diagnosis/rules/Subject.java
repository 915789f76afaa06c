package rope4j.diagnosis.rules;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.ModelFacts;
import rope4j.checkpoint.Stated;
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

  /// The length the model was trained on before any scaling, tokens: the one published for its
  /// family, else what the files say.
  public Stated<Integer> trainedLength() {
    return Families.of(this)
        .map(family ->
            new Stated<>(
                family.trainedLength(),
                Evidence.derived(
                    "trained length of " + family.name(), String.valueOf(family.trainedLength()))))
        .orElseGet(() -> facts().trainedLength());
  }

  /// Tokens of one request: slots of llama-server share the context of a launch.
  public OptionalInt requestTokens() {
    return requestedLength.isPresent()
            && launch.isPresent()
            && launch.get().contextLength().equals(requestedLength)
        ? OptionalInt.of(requestedLength.getAsInt() / slots(launch.get()))
        : requestedLength;
  }

  private static int slots(Launch launch) {
    return launch.engine() == Engine.LLAMA_CPP && !launch.has("kv-unified")
        ? Math.max(1, launch.parallel().orElse(1))
        : 1;
  }

  /// The files as GGUF.
  public Optional<GgufCheckpoint> gguf() {
    return checkpoint instanceof GgufCheckpoint gguf ? Optional.of(gguf) : Optional.empty();
  }

  /// The files as a Hugging Face folder or `config.json`.
  public Optional<FolderCheckpoint> folder() {
    return checkpoint instanceof FolderCheckpoint folder ? Optional.of(folder) : Optional.empty();
  }

  /// What the launch says in place of the GGUF file's keys (`--override-kv`), as far as llama.cpp
  /// reads it.
  public Map<String, Object> keyOverrides() {
    return gguf()
        .flatMap(file ->
            launch.map(
                given -> given.keyOverridesRead(file.file(), facts().architecture().value())))
        .orElse(Map.of());
  }

  /// The hyper-parameters of a GGUF file as llama.cpp reads them under the launch's
  /// `--override-kv`; empty for another format, and for a model that [ModelDescription] can't
  /// describe.
  public Optional<ModelDescription> description() {
    Map<String, Object> overrides = keyOverrides();
    return gguf()
        .flatMap(
            file -> overrides.isEmpty() ? file.description() : overridden(file.file(), overrides));
  }

  private static Optional<ModelDescription> overridden(
      GgufFile file, Map<String, Object> overrides) {
    try {
      return Optional.of(ModelDescription.of(file, overrides));
    } catch (CheckpointException e) {
      return Optional.empty();
    }
  }

  /// Whether it was said that this engine is used.
  public boolean runsOn(Engine other) {
    return engine.isPresent() && engine.get() == other;
  }
}
