package rope4j.checkpoint.model;

import java.nio.file.Path;
import java.util.Optional;
import rope4j.checkpoint.ModelFacts;
import rope4j.checkpoint.config.HuggingFaceConfig;
import rope4j.checkpoint.json.JsonFile;
import rope4j.checkpoint.safetensors.TensorIndex;

/// A model in a Hugging Face folder, or a lone `config.json`.
///
/// @param path what was opened: the folder or the file
/// @param config the configuration as Transformers reads it
/// @param configJson `config.json` as it stands
/// @param generationConfig `generation_config.json`
/// @param tokenizerConfig `tokenizer_config.json`
/// @param params Mistral's and Meta's `params.json`
/// @param adapterConfig PEFT's `adapter_config.json`
/// @param tensors names, types and shapes from the safetensors headers or their index
/// @param facts what all of it says
public record FolderCheckpoint(
    Path path,
    HuggingFaceConfig config,
    JsonFile configJson,
    Optional<JsonFile> generationConfig,
    Optional<JsonFile> tokenizerConfig,
    Optional<JsonFile> params,
    Optional<JsonFile> adapterConfig,
    Optional<TensorIndex> tensors,
    ModelFacts facts)
    implements Checkpoint {

  @Override
  public void close() {
    // Nothing stays open.
  }
}
