package rope4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Hugging Face folders at the command line: a model whose weights are all zero, so that every
/// token is as likely as any other.
class FolderCommandsTest {

  private static final int VOCABULARY = 8;

  private static final String CONFIG =
      """
      {"model_type": "llama", "hidden_act": "silu", "hidden_size": 8, "num_hidden_layers": 1,
       "num_attention_heads": 2, "max_position_embeddings": 64, "rms_norm_eps": 1e-6,
       "tie_word_embeddings": true}
      """;

  private static final String LONG_ROPE =
      """
      {"model_type": "phi3", "hidden_act": "silu", "hidden_size": 8, "num_hidden_layers": 1,
       "num_attention_heads": 2, "intermediate_size": 8, "rms_norm_eps": 1e-6, "vocab_size": 8,
       "tie_word_embeddings": true,
       "max_position_embeddings": 256, "original_max_position_embeddings": 64,
       "rope_scaling": {"type": "longrope", "short_factor": [1.0, 1.5], "long_factor": [1.0, 3.0]}}
      """;

  private static final String TOKENIZER =
      """
      {"added_tokens": [{"id": 0, "content": "<s>", "special": true}],
       "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
       "model": {"type": "BPE", "merges": [],
         "vocab": {"<s>": 0, "a": 1, "b": 2, "c": 3, "Ġ": 4, "d": 5, "e": 6, "f": 7}}}
      """;

  @TempDir private Path folder;
  private Path tokens;

  @BeforeEach
  void aFolder() throws IOException {
    Files.writeString(folder.resolve("config.json"), CONFIG);
    Files.writeString(folder.resolve("tokenizer.json"), TOKENIZER);
    write("BF16");
    tokens = Files.writeString(folder.resolve("tokens.txt"), "1 2 3 4 5 6 7 1 2 3");
  }

  private void write(String type) throws IOException {
    Map<String, Integer> products = new LinkedHashMap<>();
    for (String product : new String[] {"q_proj", "k_proj", "v_proj", "o_proj"}) {
      products.put("self_attn." + product, 8);
    }
    for (String product : new String[] {"gate_proj", "up_proj", "down_proj"}) {
      products.put("mlp." + product, 8);
    }
    write(type, products);
  }

  /// @param products of the layer, by their rows
  private void write(String type, Map<String, Integer> products) throws IOException {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    shapes.put("model.embed_tokens", new int[] {VOCABULARY, 8});
    shapes.put("model.norm", new int[] {8});
    for (String norm : new String[] {"input_layernorm", "post_attention_layernorm"}) {
      shapes.put("model.layers.0." + norm, new int[] {8});
    }
    products.forEach((name, rows) -> shapes.put("model.layers.0." + name, new int[] {rows, 8}));
    StringBuilder header = new StringBuilder("{");
    int at = 0;
    for (Map.Entry<String, int[]> entry : shapes.entrySet()) {
      int[] shape = entry.getValue();
      int bytes = (shape.length == 1 ? shape[0] : shape[0] * shape[1]) * bytes(type);
      header
          .append(header.length() > 1 ? "," : "")
          .append(
              "\"%s.weight\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                  .formatted(
                      entry.getKey(), type, java.util.Arrays.toString(shape), at, at + bytes));
      at += bytes;
    }
    byte[] json = header.append("}").toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = ByteBuffer.allocate(8 + json.length + at).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(json.length).put(json);
    Files.write(folder.resolve("model.safetensors"), file.array());
  }

  private static int bytes(String type) {
    return switch (type) {
      case "BF16" -> 2;
      case "F8_E4M3" -> 1;
      default -> 4;
    };
  }

  @Test
  void perplexityOfAFolderIsMeasured() {
    Cli run = Cli.run("perplexity", folder, "--tokens", tokens, "--json");
    assertThat(run.code()).as(run.toString()).isZero();
    assertThat(run.json().get("meanNll").asDouble()).isCloseTo(Math.log(VOCABULARY), within(1e-6));
  }

  @Test
  void flagsAreLaidOverTheFoldersRotation() {
    Cli run =
        Cli.run(
            "perplexity",
            folder,
            "--tokens",
            tokens,
            "--json",
            "--rope-scaling",
            "yarn",
            "--rope-scale",
            4);
    assertThat(run.json().get("scaling").get("type").asString()).isEqualTo("yarn");
  }

  @Test
  void aFolderIsExamined() throws IOException {
    Path text = Files.writeString(folder.resolve("long.txt"), "1 2 3 4 5 6 7 ".repeat(60));
    Path page = folder.resolve("page.html");
    Cli run = Cli.run("doctor", folder, "--tokens", text, "-c", 128, "--json", "--html", page);
    assertThat(run.code()).as(run.toString()).isZero();
    assertThat(run.json().at("/recipes/0/engine").asString()).isEqualTo("transformers");
    assertThat(Files.readString(page)).contains("Rotation as Transformers computes it.");
  }

  @Test
  void flagsOfRotationCanBePrintedForIt() {
    Cli run =
        Cli.run("frequencies", folder, "--rope-scaling", "linear", "--rope-scale", 2, "--json");
    assertThat(run.code()).as(run.toString()).isZero();
  }

  @Test
  void aBrokenFileBesideTheTokenizerIsNamedAlone() throws IOException {
    Path broken =
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"chat_template\": ");
    Cli run = Cli.run("run", folder, "-p", "a b");
    run.isRefusedWith("rope: " + broken + ": line 1, column 19: a value was expected");
    assertThat(run.err()).doesNotContain("tokenizer.json");
  }

  @Test
  void aFolderWithoutATemplateIsToldWhereItsTemplateWouldBe() {
    Cli run = Cli.run("run", folder, "--chat", "-p", "a b");
    run.isRefusedWith(
        "no chat template (chat_template.jinja, or chat_template in tokenizer_config.json)");
  }

  @Test
  void aPromptIsContinued() {
    Cli run = Cli.run("run", folder, "-p", "a b", "-n", "5", "--ignore-eos", "--seed", "3");
    assertThat(run.code()).as(run.toString()).isZero();
    assertThat(run.err()).contains("answer 5 tokens");
  }

  @Test
  void tuningAFolderEndsInACopyOfItsConfig() throws IOException {
    Path out = folder.resolve("out");
    Path text = Files.writeString(folder.resolve("text.txt"), "1 2 3 4 5 6 7 ".repeat(150));
    Object[] words = {"tune", folder, "-c", 128, "--tokens", text, "--budget", 120, "--out"};
    Cli run = Cli.run(with(words, out));
    // Weights of zero predict the same under any rotation: nothing is gained.
    assertThat(run.code()).as(run.toString()).isEqualTo(1);
    assertThat(run.out()).contains("recommended: ", "config.json");
    assertThat(out.resolve("config.json"))
        .content()
        .contains("\"max_position_embeddings\": 128", "\"model_type\": \"llama\"");
    Cli.run(with(words, folder)).isRefusedWith("own folder", "name another");
  }

  @Test
  void tuningAFolderWhoseClassLoadsLongRopeAloneWritesThat() throws IOException {
    Files.writeString(folder.resolve("config.json"), LONG_ROPE);
    write(
        "BF16",
        Map.of(
            "self_attn.qkv_proj", 24,
            "self_attn.o_proj", 8,
            "mlp.gate_up_proj", 16,
            "mlp.down_proj", 8));
    Path out = folder.resolve("out");
    Path text = Files.writeString(folder.resolve("text.txt"), "1 2 3 4 5 6 7 ".repeat(150));
    Cli run =
        Cli.run(
            "tune", folder, "-c", 128, "--tokens", text, "--budget", 140, "--json", "--out", out);
    assertThat(run.code()).as(run.toString()).isEqualTo(1);
    assertThat(run.out()).contains("YaRN ×2", "as the file says");
    for (String file : new String[] {"rope_parameters.json", "config.json"}) {
      // Short texts stay as they were trained.
      assertThat(Files.readString(out.resolve(file)).replaceAll("\\s+", " "))
          .contains("longrope", "\"short_factor\": [1.0, 1.5]", "long_factor");
    }
  }

  private static Object[] with(Object[] words, Object last) {
    Object[] all = Arrays.copyOf(words, words.length + 1);
    all[words.length] = last;
    return all;
  }

  @Test
  void pastItsLengthARunIsRefused() {
    Cli.run("run", folder, "-p", "a b", "-n", "100").isRefusedWith("beyond the 64");
  }

  @Test
  void aMissingTokenizerIsSaid() throws IOException {
    Files.delete(folder.resolve("tokenizer.json"));
    Cli.run("run", folder, "-p", "a b").isRefusedWith("no tokenizer.json");
  }

  @Test
  void anUnknownTypeOfWeightsIsRefused() throws IOException {
    write("F8_E4M3");
    perplexity().isRefusedWith("model.embed_tokens.weight", "F8_E4M3", "BF16");
  }

  @Test
  void anUnknownModelIsRefused() throws IOException {
    Files.writeString(folder.resolve("config.json"), CONFIG.replace("llama", "mamba"));
    perplexity().isRefusedWith("'mamba'", "qwen3");
  }

  @Test
  void missingWeightsAreRefused() throws IOException {
    Files.delete(folder.resolve("model.safetensors"));
    perplexity().isRefusedWith("no weights in safetensors");
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"weight_map\": {\"model.norm.weight\": \"model-00001-of-00001.safetensors\"}}");
    perplexity().isRefusedWith("model-00001-of-00001.safetensors", "missing");
  }

  private Cli perplexity() {
    return Cli.run("perplexity", folder, "--tokens", tokens);
  }
}
