package rope4j.diagnosis;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.TensorInfo;

/// The zoo's qwen2 as the Hugging Face folder it would have been made from: of this architecture
/// llama.cpp's converter changes the names alone.
final class QwenFolder {

  private static final String CONFIG =
      """
      {"model_type": "qwen2", "hidden_act": "silu", "hidden_size": 64, "intermediate_size": 96,
       "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
       "max_position_embeddings": 64, "rms_norm_eps": 1e-3, "rope_theta": 1000000.0,
       "use_sliding_window": false, "tie_word_embeddings": true, "vocab_size": 288}
      """;

  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("token_embd", "model.embed_tokens"),
          Map.entry("output_norm", "model.norm"),
          Map.entry("output", "lm_head"),
          Map.entry("attn_norm", "input_layernorm"),
          Map.entry("attn_q", "self_attn.q_proj"),
          Map.entry("attn_k", "self_attn.k_proj"),
          Map.entry("attn_v", "self_attn.v_proj"),
          Map.entry("attn_output", "self_attn.o_proj"),
          Map.entry("ffn_norm", "post_attention_layernorm"),
          Map.entry("ffn_gate", "mlp.gate_proj"),
          Map.entry("ffn_up", "mlp.up_proj"),
          Map.entry("ffn_down", "mlp.down_proj"));

  private QwenFolder() {}

  static Path gguf() {
    return Zoo.path("qwen2");
  }

  static Path write(Path folder) throws IOException {
    Files.writeString(folder.resolve("config.json"), CONFIG);
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    List<String> entries = new ArrayList<>();
    try (GgufFile file = GgufFile.open(gguf())) {
      for (TensorInfo tensor : file.tensors()) {
        int from = data.size();
        data.write(file.data(tensor).toArray(ValueLayout.JAVA_BYTE));
        entries.add(
            "\"%s\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[%d,%d]}"
                .formatted(name(tensor.name()), shape(tensor), from, data.size()));
      }
    }
    byte[] header = ("{" + String.join(",", entries) + "}").getBytes(StandardCharsets.UTF_8);
    ByteBuffer whole =
        ByteBuffer.allocate(Long.BYTES + header.length + data.size())
            .order(ByteOrder.LITTLE_ENDIAN);
    Files.write(
        folder.resolve("model.safetensors"),
        whole.putLong(header.length).put(header).put(data.toByteArray()).array());
    return folder;
  }

  private static String name(String gguf) {
    String[] parts = gguf.split("\\.", -1);
    boolean inBlock = parts[0].equals("blk");
    String tensor = NAMES.get(parts[parts.length - 2]) + "." + parts[parts.length - 1];
    return inBlock ? "model.layers." + parts[1] + "." + tensor : tensor;
  }

  /// Outermost dimension first, as safetensors have it.
  private static String shape(TensorInfo tensor) {
    int dimensions = tensor.shape().size();
    return IntStream.range(0, dimensions)
        .mapToObj(i -> String.valueOf(tensor.dimension(dimensions - 1 - i)))
        .collect(Collectors.joining(","));
  }
}
