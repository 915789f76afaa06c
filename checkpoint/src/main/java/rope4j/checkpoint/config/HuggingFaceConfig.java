package rope4j.checkpoint.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.ModelFacts;
import rope4j.checkpoint.file.StrangersFile;
import rope4j.checkpoint.json.JsonFile;

/// A model's `config.json`, read as Hugging Face Transformers reads it: the spellings of versions 4
/// and 5, nested `text_config`, dictionaries a layer type, legacy keys, and the defaults of the
/// model classes.
///
/// ```java
/// HuggingFaceConfig config = HuggingFaceConfig.read(Path.of("Qwen3-8B"));
/// RopeReading reading = RopeReading.of(config, Dialect.VLLM);
/// ```
///
/// Source: Transformers `configuration_utils.py` and `modeling_rope_utils.py` (5.16).
public final class HuggingFaceConfig {

  static final String FILE = "config.json";

  /// The largest `config.json` there is; those of multimodal models have a few hundred kilobytes.
  private static final int MAX_BYTES = 16 << 20;

  private final String name;
  private final String source;
  private final JsonFile json;
  private final TextConfig text;

  private HuggingFaceConfig(String name, String source, JsonFile json) {
    this.name = name;
    this.source = source;
    this.json = json;
    this.text = TextConfig.of(json.root());
  }

  /// Reads a `config.json`, or the one of a model folder.
  ///
  /// @throws CheckpointException when there is none, it is not JSON or describes no language model
  public static HuggingFaceConfig read(Path path) {
    Path file = Files.isDirectory(path) ? path.resolve(FILE) : path;
    if (!file.equals(path) && !StrangersFile.exists(file)) {
      throw new CheckpointException(
          path
              + ": this folder has no config.json; name a Hugging Face model folder, a config.json or"
              + " a .gguf file");
    }
    JsonFile json = JsonFile.read(file, MAX_BYTES);
    try {
      Path fileName = path.toAbsolutePath().normalize().getFileName();
      return new HuggingFaceConfig(
          fileName == null ? path.toString() : fileName.toString(), file.toString(), json);
    } catch (CheckpointException e) {
      throw new CheckpointException(file + ": " + e.getMessage(), e);
    }
  }

  /// Reads the bytes of a `config.json`.
  ///
  /// @param name what to call the model
  /// @throws CheckpointException when they are not JSON or describe no language model
  public static HuggingFaceConfig parse(String name, byte[] bytes) {
    return new HuggingFaceConfig(name, name, JsonFile.parse(FILE, bytes));
  }

  /// The configuration after an engine has laid overrides over it, as vLLM's `--hf-overrides` does.
  ///
  /// With Transformers 5 the file's configuration is complete before the first override, base
  /// included. So a rope dictionary (`rope_scaling` and `rope_parameters` are one) replaces the
  /// file's as a whole, and the file's `rope_theta` is lost unless the overrides have one; a
  /// `rope_theta` without a dictionary changes nothing. Inside a nested configuration such as
  /// `text_config` dictionaries are merged key by key.
  ///
  /// Source: vLLM `transformers_utils/config.py` (`get_config`, `patch_rope_parameters`) and
  /// `config/model.py` (`_apply_dict_overrides`).
  ///
  /// @param overrides keys and values of the types of [JsonFile]
  /// @throws CheckpointException when the result describes no language model
  public HuggingFaceConfig withOverrides(Map<String, @Nullable Object> overrides) {
    return overrides.isEmpty()
        ? this
        : new HuggingFaceConfig(
            name, source, JsonFile.of(FILE, ConfigOverrides.apply(json.root(), overrides)));
  }

  /// What the model is called: the last part of the path it was read from.
  public String name() {
    return name;
  }

  /// `model_type` of the language model; empty when the file does not say.
  public String modelType() {
    return text.modelType();
  }

  /// The length the file advertises: `max_position_embeddings`, tokens.
  public int maxPositionEmbeddings() {
    return text.maxPositionEmbeddings();
  }

  /// The type of every layer, from the file or by the model class; empty when all are alike.
  public List<String> layerTypes() {
    return text.layerTypes();
  }

  /// The rotation after Transformers' normalisation, and how the file spells it.
  ///
  /// @throws CheckpointException where Transformers refuses the configuration
  public ConfigRope rope() {
    return ConfigRope.of(text);
  }

  /// The architecture that llama.cpp's converter makes of this model, for example `qwen3`; empty
  /// where it makes none, as far as is known here.
  public Optional<String> llamaCppArchitecture() {
    return text.modelClass().architecture();
  }

  /// The file as it stands.
  public JsonFile json() {
    return json;
  }

  /// Where the language model's part stands in the file, for example `text_config`; empty when it
  /// is the whole file.
  public List<String> textPath() {
    return text.path();
  }

  /// Whether its layers rotate at all. Those of BERT, GPT-2 and models with ALiBi don't.
  public boolean rotates() {
    try {
      return new FolderRope(new StatedKeys(json, text.path()), text).base().isPresent();
    } catch (CheckpointException e) {
      return true; // Whoever asks for the rotation is told what is wrong with it.
    }
  }

  /// What the file says about position and length, each value with its evidence.
  ///
  /// @throws CheckpointException when a key that counts holds something else than a number, or the
  ///   file describes no language model
  public ModelFacts facts() {
    return new FolderFacts(json, text).facts();
  }

  /// What to begin a complaint with: the file it was read from.
  String source() {
    return source;
  }

  TextConfig text() {
    return text;
  }
}
