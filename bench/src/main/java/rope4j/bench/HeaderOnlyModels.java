package rope4j.bench;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Writes what `rope inspect` is timed on: models with all of their header and none of their
/// weights, as files with holes.
///
/// ```sh
/// java bench/src/main/java/rope4j/bench/HeaderOnlyModels.java FOLDER
/// ```
///
/// `FOLDER/header-only.gguf` has the keys of a Llama-3-sized model, a vocabulary of 150 000 tokens
/// and as many merges, and a hole up to 100 MB. `FOLDER/sharded` has a `config.json` and 128
/// safetensors files, headers and index, of an 80-layer model.
public final class HeaderOnlyModels {

  private static final int VOCABULARY = 150_000;
  private static final long GGUF_BYTES = 100_000_000;
  private static final int SHARDS = 128;
  private static final int LAYERS = 80;

  /// Types of GGUF values.
  private static final int UINT32 = 4;

  private static final int INT32 = 5;
  private static final int FLOAT32 = 6;
  private static final int STRING = 8;
  private static final int ARRAY = 9;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final DataOutputStream out = new DataOutputStream(bytes);
  private int keys;

  private HeaderOnlyModels() {}

  /// Writes both; see the class.
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 1) {
      throw new IllegalArgumentException("give: FOLDER");
    }
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    new HeaderOnlyModels().gguf(folder.resolve("header-only.gguf"));
    sharded(Files.createDirectories(folder.resolve("sharded")));
  }

  private void gguf(Path file) throws IOException {
    text("general.architecture", "llama");
    text("general.name", "header only");
    number("llama.context_length", 8192);
    number("llama.embedding_length", 4096);
    number("llama.block_count", 32);
    number("llama.feed_forward_length", 14336);
    number("llama.attention.head_count", 32);
    number("llama.attention.head_count_kv", 8);
    number("llama.rope.dimension_count", 128);
    real("llama.rope.freq_base", 500_000);
    real("llama.attention.layer_norm_rms_epsilon", 1e-5f);
    text("tokenizer.ggml.model", "gpt2");
    array("tokenizer.ggml.tokens", STRING);
    for (int i = 0; i < VOCABULARY; i++) {
      string("token" + i);
    }
    array("tokenizer.ggml.token_type", INT32);
    for (int i = 0; i < VOCABULARY; i++) {
      integer(1);
    }
    array("tokenizer.ggml.merges", STRING);
    for (int i = 0; i < VOCABULARY; i++) {
      string("tok en" + i);
    }
    byte[] metadata = bytes.toByteArray();
    bytes.reset();
    tensor("token_embd.weight");
    byte[] tensors = bytes.toByteArray();
    bytes.reset();
    out.write("GGUF".getBytes(StandardCharsets.US_ASCII));
    integer(3);
    whole(1);
    whole(keys);
    out.write(metadata);
    out.write(tensors);
    sparse(file, bytes.toByteArray(), GGUF_BYTES);
  }

  /// One tensor that fills most of the hole: 4096 by 10 000 halves.
  private void tensor(String name) throws IOException {
    string(name);
    integer(2);
    whole(4096);
    whole(10_000);
    integer(1);
    whole(0);
  }

  private static void sharded(Path folder) throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        """
        {
          "architectures": ["LlamaForCausalLM"],
          "model_type": "llama",
          "hidden_size": 8192,
          "num_attention_heads": 64,
          "num_key_value_heads": 8,
          "num_hidden_layers": 80,
          "max_position_embeddings": 8192,
          "rope_theta": 500000.0,
          "torch_dtype": "bfloat16"
        }
        """);
    List<String> names = new ArrayList<>(List.of("model.embed_tokens.weight", "lm_head.weight"));
    for (int layer = 0; layer < LAYERS; layer++) {
      for (String part :
          List.of(
              "input_layernorm",
              "self_attn.q_proj",
              "self_attn.k_proj",
              "self_attn.v_proj",
              "self_attn.o_proj",
              "post_attention_layernorm",
              "mlp.gate_proj",
              "mlp.up_proj",
              "mlp.down_proj")) {
        names.add("model.layers." + layer + "." + part + ".weight");
      }
    }
    StringBuilder map = new StringBuilder();
    List<StringBuilder> headers = new ArrayList<>();
    List<Long> sizes = new ArrayList<>();
    for (int shard = 0; shard < SHARDS; shard++) {
      headers.add(new StringBuilder());
      sizes.add(0L);
    }
    long each = 2L * 8192 * 1024;
    for (int i = 0; i < names.size(); i++) {
      int shard = i * SHARDS / names.size();
      map.append(map.isEmpty() ? "" : ",\n    ")
          .append("\"" + names.get(i) + "\": \"" + file(shard) + "\"");
      long from = sizes.get(shard);
      headers
          .get(shard)
          .append(from == 0 ? "" : ",")
          .append("\"" + names.get(i) + "\":{\"dtype\":\"BF16\",\"shape\":[1024,8192],")
          .append("\"data_offsets\":[" + from + "," + (from + each) + "]}");
      sizes.set(shard, from + each);
    }
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\n  \"metadata\": {\"total_size\": "
            + sizes.stream().mapToLong(Long::longValue).sum()
            + "},\n  \"weight_map\": {\n    "
            + map
            + "\n  }\n}\n");
    for (int shard = 0; shard < SHARDS; shard++) {
      byte[] header = ("{" + headers.get(shard) + "}").getBytes(StandardCharsets.UTF_8);
      HeaderOnlyModels begin = new HeaderOnlyModels();
      begin.whole(header.length);
      begin.out.write(header);
      sparse(
          folder.resolve(file(shard)),
          begin.bytes.toByteArray(),
          8 + header.length + sizes.get(shard));
    }
  }

  private static String file(int shard) {
    return String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", shard + 1, SHARDS);
  }

  private static void sparse(Path file, byte[] head, long length) throws IOException {
    Files.deleteIfExists(file);
    try (RandomAccessFile random = new RandomAccessFile(file.toFile(), "rw")) {
      random.setLength(length);
      random.write(head);
    }
  }

  private void text(String key, String value) throws IOException {
    key(key, STRING);
    string(value);
  }

  private void number(String key, int value) throws IOException {
    key(key, UINT32);
    integer(value);
  }

  private void real(String key, float value) throws IOException {
    key(key, FLOAT32);
    integer(Float.floatToRawIntBits(value));
  }

  private void array(String key, int elements) throws IOException {
    key(key, ARRAY);
    integer(elements);
    whole(VOCABULARY);
  }

  private void key(String key, int type) throws IOException {
    string(key);
    integer(type);
    keys++;
  }

  private void string(String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    whole(utf8.length);
    out.write(utf8);
  }

  /// GGUF is little-endian.
  private void integer(int value) throws IOException {
    out.writeInt(Integer.reverseBytes(value));
  }

  private void whole(long value) throws IOException {
    out.writeLong(Long.reverseBytes(value));
  }
}
