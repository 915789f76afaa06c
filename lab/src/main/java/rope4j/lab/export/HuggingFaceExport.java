package rope4j.lab.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.Vocabulary;
import rope4j.checkpoint.json.JsonWriter;
import rope4j.lab.export.ReleasedRope.Based;
import rope4j.lab.export.ReleasedRope.Divided;
import rope4j.lab.export.ReleasedRope.Interpolated;
import rope4j.lab.export.ReleasedRope.Ramped;
import rope4j.lab.model.LibTorch;
import rope4j.lab.model.ModelConfig;
import rope4j.lab.weights.WeightFile;
import rope4j.rotation.Pairing;
import rope4j.rotation.WeightRows;
import rope4j.rotation.Yarn;

/// Writes a model as a folder that Transformers loads: `config.json` of `LlamaForCausalLM`,
/// `model.safetensors`, `tokenizer.json` and `tokenizer_config.json`.
public final class HuggingFaceExport {

  private HuggingFaceExport() {}

  /// What of the rotation a Llama's `config.json` has no words for; empty when it can be written.
  public static Optional<String> unsaid(Release release) {
    return switch (ReleasedRope.of(release)) {
      case Ramped(_, Yarn yarn) when yarn.extrapolationFactor() != 1 ->
          Optional.of("Transformers has no extrapolation factor of YaRN");
      case Divided _ -> Optional.of("a Llama's config.json has no words for this rotation");
      case Based _, Interpolated _, Ramped _ -> Optional.empty();
    };
  }

  /// Writes the files, in place of any that are there; makes the folder where there is none.
  ///
  /// @throws CheckpointException when they can't be written
  /// @throws IllegalArgumentException when a Llama's `config.json` has no words for the rotation
  public static void write(Release release, Path folder) {
    unsaid(release)
        .ifPresent(why -> {
          throw new IllegalArgumentException(why + "; write a GGUF file");
        });
    Map<String, Object> config = config(release);
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("config.json"), JsonWriter.block(config) + "\n");
      if (release.vocabulary().isPresent()) {
        Vocabulary vocabulary = release.vocabulary().get();
        Files.writeString(
            folder.resolve("tokenizer.json"),
            JsonWriter.line(TokenizerJson.document(vocabulary)) + "\n");
        Files.writeString(
            folder.resolve("tokenizer_config.json"),
            JsonWriter.block(TokenizerJson.configuration(vocabulary, release.contextLength()))
                + "\n");
      }
    } catch (IOException e) {
      throw new CheckpointException(folder + ": the model can't be written (" + e + ")", e);
    }
    weights(release).write(folder.resolve("model.safetensors"));
  }

  private static Map<String, Object> config(Release release) {
    ModelConfig model = release.model().config();
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("architectures", List.of("LlamaForCausalLM"));
    config.put("model_type", "llama");
    config.put("vocab_size", model.vocabularySize());
    config.put("hidden_size", model.width());
    config.put("intermediate_size", model.feedForward());
    config.put("num_hidden_layers", model.layers());
    config.put("num_attention_heads", model.heads());
    config.put("num_key_value_heads", model.heads());
    config.put("head_dim", model.headDimension());
    config.put("hidden_act", "silu");
    config.put("rms_norm_eps", ModelConfig.NORM_EPSILON);
    config.put("attention_bias", false);
    config.put("mlp_bias", false);
    config.put("tie_word_embeddings", model.tiedEmbeddings());
    config.put("max_position_embeddings", release.contextLength());
    rope(ReleasedRope.of(release), model.trainedLength(), config);
    release
        .vocabulary()
        .map(Vocabulary::special)
        .ifPresent(special -> {
          special.bos().ifPresent(id -> config.put("bos_token_id", id));
          special.eos().ifPresent(id -> config.put("eos_token_id", id));
        });
    config.put("torch_dtype", "float32");
    return config;
  }

  private static void rope(ReleasedRope rope, int trainedLength, Map<String, Object> config) {
    Map<String, Object> scaling = new LinkedHashMap<>();
    switch (rope) {
      case Based(double base) -> config.put("rope_theta", base);
      case Interpolated(double base, double factor) -> {
        config.put("rope_theta", base);
        scaling.put("rope_type", "linear");
        scaling.put("factor", factor);
        scaling.put("original_max_position_embeddings", trainedLength);
      }
      case Ramped(double base, Yarn yarn) -> {
        config.put("rope_theta", base);
        scaling.put("rope_type", "yarn");
        scaling.put("factor", yarn.factor());
        scaling.put("original_max_position_embeddings", yarn.originalLength());
        scaling.put("beta_fast", yarn.betaFast());
        scaling.put("beta_slow", yarn.betaSlow());
        if (!yarn.truncate()) {
          scaling.put("truncate", false);
        }
        yarn.attentionFactor().ifPresent(factor -> scaling.put("attention_factor", factor));
      }
      case Divided _ -> throw new IllegalStateException("this was refused before");
    }
    if (!scaling.isEmpty()) {
      config.put("rope_scaling", scaling);
    }
  }

  private static WeightFile weights(Release release) {
    SequencedMap<String, WeightFile.Values> tensors = new LinkedHashMap<>();
    release
        .model()
        .parameters()
        .byName()
        .forEach((name, tensor) ->
            tensors.put(
                name, new WeightFile.Values(values(release, name, tensor), tensor.shape())));
    return new WeightFile(tensors, Map.of("format", "pt"));
  }

  /// Transformers' pairs lie half a head apart.
  private static float[] values(Release release, String name, Tensor tensor) {
    float[] values = LibTorch.values(tensor);
    if (!name.contains("q_proj") && !name.contains("k_proj")) {
      return values;
    }
    ModelConfig config = release.model().config();
    return WeightRows.move(
        values, config.heads(), config.headDimension(), Pairing.INTERLEAVED, Pairing.HALF);
  }
}
