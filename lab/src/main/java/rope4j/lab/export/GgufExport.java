package rope4j.lab.export;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Tensor;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.MetadataType;
import rope4j.checkpoint.TensorType;
import rope4j.checkpoint.Vocabulary;
import rope4j.checkpoint.Vocabulary.Token;
import rope4j.lab.export.ReleasedRope.Based;
import rope4j.lab.export.ReleasedRope.Divided;
import rope4j.lab.export.ReleasedRope.Interpolated;
import rope4j.lab.export.ReleasedRope.Ramped;
import rope4j.lab.model.LibTorch;
import rope4j.lab.model.ModelConfig;
import rope4j.rotation.Yarn;

/// Writes a model as a GGUF file of the architecture `llama`.
///
/// The lab's pairs are neighbours, as in llama.cpp, so that no rows have to move.
public final class GgufExport {

  private static final Map<String, String> LAYER_NAMES =
      Map.of(
          "input_layernorm", "attn_norm",
          "self_attn.q_proj", "attn_q",
          "self_attn.k_proj", "attn_k",
          "self_attn.v_proj", "attn_v",
          "self_attn.o_proj", "attn_output",
          "post_attention_layernorm", "ffn_norm",
          "mlp.gate_proj", "ffn_gate",
          "mlp.up_proj", "ffn_up",
          "mlp.down_proj", "ffn_down");

  private final Release release;
  private final GgufOutput out = new GgufOutput();

  private GgufExport(Release release) {
    this.release = release;
  }

  /// Writes the file, in place of one that is there; makes its folder where there is none. When
  /// something is refused, nothing has been written or made.
  ///
  /// @throws CheckpointException when it can't be written
  /// @throws IllegalArgumentException when GGUF has no words for the rotation, or the matrices have
  ///   rows that can't be stored so
  public static void write(Release release, Storage storage, Path file) {
    byte[] bytes = new GgufExport(release).bytes(storage);
    try {
      Files.createDirectories(file.toAbsolutePath().normalize().resolveSibling(""));
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new CheckpointException(file + ": the model can't be written (" + e + ")", e);
    }
  }

  private byte[] bytes(Storage storage) {
    ModelConfig config = release.model().config();
    out.text("general.architecture", "llama");
    out.text("general.name", release.name());
    out.count("general.file_type", storage.fileType());
    if (storage == Storage.Q8_0) {
      out.count("general.quantization_version", 2);
    }
    out.count("llama.vocab_size", config.vocabularySize());
    out.count("llama.context_length", release.contextLength());
    out.count("llama.embedding_length", config.width());
    out.count("llama.block_count", config.layers());
    out.count("llama.feed_forward_length", config.feedForward());
    out.count("llama.attention.head_count", config.heads());
    out.count("llama.attention.head_count_kv", config.heads());
    out.real("llama.attention.layer_norm_rms_epsilon", ModelConfig.NORM_EPSILON);
    out.count("llama.rope.dimension_count", config.headDimension());
    rope(ReleasedRope.of(release), config.trainedLength());
    release
        .vocabulary()
        .ifPresentOrElse(this::vocabulary, () -> out.text("tokenizer.ggml.model", "no_vocab"));
    release.model().parameters().byName().forEach((name, tensor) -> tensor(name, tensor, storage));
    return out.bytes();
  }

  private void rope(ReleasedRope rope, int trainedLength) {
    switch (rope) {
      case Based(double base) -> out.real("llama.rope.freq_base", base);
      case Interpolated(double base, double factor) -> {
        out.real("llama.rope.freq_base", base);
        scaling("linear", factor, trainedLength);
      }
      case Ramped(double base, Yarn yarn) -> {
        if (yarn.betaFast() != 32
            || yarn.betaSlow() != 1
            || yarn.extrapolationFactor() != 1
            || !yarn.truncate()) {
          // llama.cpp takes betas from flags alone, not from files of llama models.
          divided(base);
          return;
        }
        out.real("llama.rope.freq_base", base);
        scaling("yarn", yarn.factor(), yarn.originalLength());
        if (yarn.attentionFactor().isPresent()) {
          // llama.cpp multiplies it with the one that follows from the factor.
          out.real(
              "llama.rope.scaling.attn_factor",
              yarn.attentionFactor().getAsDouble() / Yarn.magnitude(yarn.factor(), 1));
        }
      }
      case Divided(double base, _, _) -> divided(base);
    }
  }

  private void scaling(String type, double factor, int originalLength) {
    out.text("llama.rope.scaling.type", type);
    out.real("llama.rope.scaling.factor", factor);
    out.count("llama.rope.scaling.original_context_length", originalLength);
  }

  private void divided(double base) {
    Divided divided = ReleasedRope.divided(release);
    out.real("llama.rope.freq_base", base);
    out.text("llama.rope.scaling.type", "none");
    if (divided.attentionFactor() != 1) {
      out.real("llama.rope.scaling.attn_factor", divided.attentionFactor());
    }
    float[] divisors = divided.divisors();
    out.tensor("rope_freqs.weight", TensorType.F32, floats(divisors), divisors.length);
  }

  private void vocabulary(Vocabulary vocabulary) {
    out.text("tokenizer.ggml.model", "llama");
    out.text("tokenizer.ggml.pre", "default");
    out.array(
        "tokenizer.ggml.tokens",
        MetadataType.STRING,
        vocabulary.tokens(),
        (to, token) -> GgufOutput.string(to, token.text()));
    out.array(
        "tokenizer.ggml.scores",
        MetadataType.FLOAT32,
        vocabulary.tokens(),
        (to, token) -> GgufOutput.integer(to, Float.floatToRawIntBits(token.score()), 4));
    out.array(
        "tokenizer.ggml.token_type",
        MetadataType.INT32,
        vocabulary.tokens(),
        (to, token) -> GgufOutput.integer(to, kind(token), 4));
    special("bos", vocabulary.special().bos());
    special("eos", vocabulary.special().eos());
    special("unknown", vocabulary.special().unknown());
    out.bool("tokenizer.ggml.add_bos_token", vocabulary.rules().addsBos());
    out.bool("tokenizer.ggml.add_eos_token", vocabulary.rules().addsEos());
    out.bool("tokenizer.ggml.add_space_prefix", vocabulary.rules().addsSpacePrefix());
  }

  private static int kind(Token token) {
    return token.kind().ordinal();
  }

  private void special(String name, OptionalInt id) {
    if (id.isPresent()) {
      out.count("tokenizer.ggml." + name + "_token_id", id.getAsInt());
    }
  }

  private void tensor(String name, Tensor tensor, Storage storage) {
    float[] values = LibTorch.values(tensor);
    long[] shape = tensor.shape();
    if (shape.length == 1) {
      out.tensor(nameInGguf(name), TensorType.F32, floats(values), shape[0]);
    } else {
      byte[] data = storage.encode(name, values, shape[1]);
      out.tensor(nameInGguf(name), storage.type(), data, shape[1], shape[0]);
    }
  }

  private static byte[] floats(float[] values) {
    ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    return data.array();
  }

  /// Source: gguf-py `tensor_mapping.py`.
  private static String nameInGguf(String name) {
    return switch (name) {
      case "model.embed_tokens.weight" -> "token_embd.weight";
      case "model.norm.weight" -> "output_norm.weight";
      case "lm_head.weight" -> "output.weight";
      default -> {
        String[] parts = name.split("\\.", 4);
        String part = parts[3].substring(0, parts[3].length() - ".weight".length());
        yield "blk." + parts[2] + "." + LAYER_NAMES.get(part) + ".weight";
      }
    };
  }
}
