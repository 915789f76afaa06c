package rope4j.checkpoint.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.json.JsonReader;

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
  private final Map<String, @Nullable Object> root;
  private final TextConfig text;

  private HuggingFaceConfig(String name, Map<String, @Nullable Object> root) {
    this.name = name;
    this.root = root;
    this.text = TextConfig.of(root);
  }

  /// Reads a `config.json`, or the one of a model folder.
  ///
  /// @throws CheckpointException when there is none, it is not JSON or describes no language model
  public static HuggingFaceConfig read(Path path) {
    Path file = Files.isDirectory(path) ? path.resolve(FILE) : path;
    if (!file.equals(path) && !Files.exists(file)) {
      throw new CheckpointException(
          path
              + ": this folder has no config.json; name a Hugging Face model folder, a config.json or"
              + " a .gguf file");
    }
    byte[] bytes = bytes(file);
    try {
      Path fileName = path.toAbsolutePath().normalize().getFileName();
      return parse(fileName == null ? path.toString() : fileName.toString(), bytes);
    } catch (CheckpointException e) {
      throw new CheckpointException(file + ": " + e.getMessage(), e);
    }
  }

  /// Reads the bytes of a `config.json`.
  ///
  /// @param name what to call the model
  static HuggingFaceConfig parse(String name, byte[] bytes) {
    return new HuggingFaceConfig(name, JsonReader.readObject(bytes));
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
  /// @param overrides keys and values of the types of [JsonReader]
  /// @throws CheckpointException when the result describes no language model
  public HuggingFaceConfig withOverrides(Map<String, @Nullable Object> overrides) {
    return overrides.isEmpty()
        ? this
        : new HuggingFaceConfig(name, ConfigOverrides.apply(root, overrides));
  }

  private static byte[] bytes(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new CheckpointException(
            file + ": this file is larger than 16 MiB, so it is no config.json");
      }
      return bytes;
    } catch (NoSuchFileException e) {
      throw new CheckpointException(file + ": there is no such file; check the path", e);
    } catch (AccessDeniedException e) {
      throw new CheckpointException(file + ": the file may not be read; check its permissions", e);
    } catch (IOException e) {
      throw new CheckpointException(file + ": the file can't be read (" + e.getMessage() + ")", e);
    }
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

  TextConfig text() {
    return text;
  }
}
