package rope4j.checkpoint.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import rope4j.checkpoint.CheckpointException;

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
  private final TextConfig text;

  private HuggingFaceConfig(String name, TextConfig text) {
    this.name = name;
    this.text = text;
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
  /// @throws CheckpointException when they are not JSON or describe no language model
  public static HuggingFaceConfig parse(String name, byte[] bytes) {
    return new HuggingFaceConfig(name, TextConfig.of(JsonReader.readObject(bytes)));
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

  TextConfig text() {
    return text;
  }
}
