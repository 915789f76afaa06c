package rope4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What `rope frequencies` shows of a GGUF file, a model folder and a config.json.
class FrequenciesCommandTest {

  private static final String QWEN =
      """
      {"model_type": "qwen3", "hidden_size": 4096, "num_attention_heads": 32, "head_dim": 128,
       "max_position_embeddings": 131072, "rope_theta": 1000000, "rope_scaling":
         {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768,
          "attention_factor": 1.0}}
      """;

  @TempDir private Path folder;
  private Path model;

  @BeforeEach
  void aModelFolder() throws IOException {
    model = Files.createDirectory(folder.resolve("Qwen3-8B"));
    Files.writeString(model.resolve("config.json"), QWEN);
  }

  @Test
  void aComplaintNamesTheFileAndTheKey() throws IOException {
    Path config = model.resolve("config.json");
    Files.writeString(config, QWEN.replace("\"factor\": 4.0", "\"factor\": \"4\""));
    for (Path given : new Path[] {model, config}) {
      Cli.run("frequencies", given).isRefusedWith(config + ": ", "factor");
    }
    Files.writeString(config, "\uFEFF" + QWEN);
    Cli.run("frequencies", model).isRefusedWith(config + ": ", "without BOM");
  }

  @Test
  void aModelWithoutRotationHasNoTable() throws IOException {
    Path config = model.resolve("config.json");
    Files.writeString(
        config, "{\"model_type\": \"gpt2\", \"n_embd\": 768, \"n_head\": 12, \"n_layer\": 12}");
    for (String dialect : new String[] {"transformers", "vllm", "paper", "llama.cpp"}) {
      Cli.run("frequencies", model, "--dialect", dialect)
          .isRefusedWith(config + ": ", "gpt2", "without a rotation");
    }
    Cli.run("patch", model, folder.resolve("out.json"), "--config", "-c", 9)
        .isRefusedWith("without a rotation");
  }

  @Test
  void aStrangersNamesDoNotSteerTheTerminal() throws IOException {
    Path config = model.resolve("config.json");
    Files.writeString(config, QWEN.replace("yarn", "\\u001b[31mevil\\u0007\\u009b2J"));
    Cli cli = Cli.run("frequencies", model);
    assertThat(cli.out() + cli.err()).contains("?[31mevil??2J").doesNotContain("\u001b", "\u0007");
    Files.writeString(config, QWEN.replace("1000000", "\"\\u001b]0;evil\\u0007\""));
    Cli refused = Cli.run("frequencies", model);
    refused.isRefusedWith("?]0;evil?");
    Path out = folder.resolve("out.json");
    Files.writeString(config, QWEN.replace("\"attention_factor\": 1.0", "\"\\u009bx\": \"a\""));
    assertThat(Cli.run("patch", model, out, "--config", "-c", 9).out())
        .contains("max_position_embeddings")
        .doesNotContain("\u009b");
  }

  @Test
  void aFolderIsReadAsTransformersDoes() {
    Cli cli = Cli.run("frequencies", model, "--json");
    assertThat(cli.code()).as(cli.err()).isZero();
    JsonNode json = cli.json();
    assertThat(json.propertyNames())
        .containsExactly("model", "dialect", "contextLength", "layers", "warnings");
    assertThat(json.get("model").asString()).isEqualTo("Qwen3-8B");
    assertThat(json.get("dialect").asString()).isEqualTo("transformers");
    assertThat(json.get("contextLength").asInt()).isEqualTo(131072);
    JsonNode layer = json.get("layers").get(0);
    assertThat(layer.propertyNames())
        .containsExactly(
            "layerType",
            "ropeType",
            "headDimension",
            "rotaryDimension",
            "pairing",
            "base",
            "attentionFactor",
            "softmaxScaleMultiplier",
            "inverseFrequencies");
    assertThat(layer.get("layerType").isNull()).isTrue();
    assertThat(layer.get("ropeType").asString()).isEqualTo("yarn");
    assertThat(layer.get("pairing").asString()).isEqualTo("half");
    assertThat(layer.get("attentionFactor").asDouble()).isEqualTo(1);
    assertThat(layer.get("inverseFrequencies").size()).isEqualTo(64);
  }

  @Test
  void whereEnginesDifferItIsSaid() {
    JsonNode warnings = Cli.run("frequencies", model, "--json").json().get("warnings");
    assertThat(warnings.valueStream().map(JsonNode::asString))
        .containsExactly(
            "vLLM rotates differently: cosine and sine x 1.1386",
            "llama.cpp rotates differently: cosine and sine x 1.1386");
  }

  @Test
  void anotherDialectIsChosen() {
    for (String dialect : new String[] {"vllm", "llama.cpp"}) {
      JsonNode json =
          Cli.run("frequencies", model.resolve("config.json"), "--dialect", dialect, "--json")
              .json();
      assertThat(json.get("dialect").asString()).isEqualTo(dialect);
      assertThat(json.get("layers").get(0).get("attentionFactor").asDouble())
          .isCloseTo(0.1 * Math.log(4) + 1, within(1e-7));
    }
  }

  @Test
  void aGgufIsReadAsLlamaCppDoes() {
    JsonNode json = Cli.run("frequencies", Cli.zoo("llama-yarn-meta"), "--json").json();
    assertThat(json.get("dialect").asString()).isEqualTo("llama.cpp");
    assertThat(json.get("layers").get(0).get("ropeType").asString()).isEqualTo("yarn");
    assertThat(json.get("layers").get(0).get("pairing").asString()).isEqualTo("interleaved");
  }

  @Test
  void aGgufIsKnownByItsContentToo() throws IOException {
    Path renamed = Files.copy(Cli.zoo("llama-gqa"), folder.resolve("blob"));
    assertThat(Cli.run("frequencies", renamed, "--json").json().get("dialect").asString())
        .isEqualTo("llama.cpp");
  }

  @Test
  void flagsAndContextAreHeard() {
    JsonNode json =
        Cli.run(
                "frequencies",
                Cli.zoo("llama-gqa"),
                "--context",
                256,
                "--rope-scaling",
                "linear",
                "--rope-scale",
                4,
                "--json")
            .json();
    assertThat(json.get("contextLength").asInt()).isEqualTo(256);
    assertThat(json.get("layers").get(0).get("inverseFrequencies").get(0).asDouble())
        .isEqualTo(0.25);
  }

  @Test
  void theTableFitsIntoAHundredColumns() {
    Cli cli = Cli.run("frequencies", model);
    assertThat(cli.code()).isZero();
    assertThat(cli.out().lines())
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
    assertThat(cli.out())
        .contains("Qwen3-8B as Transformers reads it")
        .contains(
            "  63    3.102344402e-07        5063256     0.00647173       2.025302e+07     4.0000")
        .contains("! vLLM rotates differently");
  }

  @Test
  void whatThePaperSaysIsACompleteReadingToo() {
    Cli cli = Cli.run("frequencies", model, "--dialect", "paper");
    assertThat(cli.out()).contains("as the paper reads it");
  }

  // Wrong input: one sentence, exit code 2, nothing on standard output.

  private void refused(String config, String... words) throws IOException {
    Path file = Files.writeString(folder.resolve("config.json"), config);
    Cli.run("frequencies", file).isRefusedWith(words);
    Cli.run("frequencies", file, "--json").isRefusedWith(words);
  }

  private static String llama(String scaling) {
    return """
    {"model_type": "llama", "hidden_size": 2048, "num_attention_heads": 16,
     "max_position_embeddings": 8192, "rope_scaling": %s}\
    """
        .formatted(scaling);
  }

  @Test
  void noSuchFolder() {
    Cli.run("frequencies", folder.resolve("nowhere")).isRefusedWith("nowhere", "no such file");
  }

  @Test
  void aFolderWithoutConfigJson() {
    Cli.run("frequencies", folder).isRefusedWith("no config.json");
  }

  @Test
  void brokenJson() throws IOException {
    refused("{\"model_type\": ", "config.json", "line 1, column 16");
  }

  @Test
  void deepNesting() throws IOException {
    refused("{\"a\":".repeat(100_000), "nested deeper than 64");
  }

  @Test
  void aKeyGivenTwice() throws IOException {
    refused("{\"model_type\": \"llama\", \"model_type\": \"phi3\"}", "model_type", "twice");
  }

  @Test
  void bytesThatAreNotUtf8() throws IOException {
    Path file = folder.resolve("config.json");
    Files.write(file, new byte[] {'{', '"', (byte) 0xff, '"', '}'});
    Cli.run("frequencies", file).isRefusedWith("UTF-8");
  }

  @Test
  void aFactorOfNaN() throws IOException {
    refused(llama("{\"rope_type\": \"linear\", \"factor\": NaN}"), "factor", "NaN");
  }

  @Test
  void anUnknownRopeType() throws IOException {
    refused(
        llama("{\"rope_type\": \"magic\", \"factor\": 2.0}"),
        "magic",
        "default, linear, dynamic, yarn, longrope, llama3, proportional");
  }

  @Test
  void aFactorListOfTheWrongLength() throws IOException {
    refused(
        llama(
            "{\"rope_type\": \"longrope\", \"short_factor\": [1, 2], \"long_factor\": [1, 2],"
                + " \"original_max_position_embeddings\": 4096}"),
        "short_factor",
        "64");
  }

  @Test
  void anOddRotaryDimension() throws IOException {
    refused(
        """
        {"model_type": "gpt_neox", "hidden_size": 1600, "num_attention_heads": 16, "rotary_pct": 0.25,
         "max_position_embeddings": 2048, "rope_scaling": {"rope_type": "linear", "factor": 2.0}}\
        """,
        "even",
        "25");
  }

  @Test
  void aFactorThatIsNotAboveZero() throws IOException {
    refused(llama("{\"rope_type\": \"yarn\", \"factor\": -4}"), "factor", "above 0", "-4");
  }

  @Test
  void aMissingKey() throws IOException {
    refused(llama("{\"rope_type\": \"llama3\", \"factor\": 8.0}"), "low_freq_factor");
  }

  @Test
  void aMissingOriginalLength() throws IOException {
    refused(
        """
        {"model_type": "llama", "hidden_size": 2048, "num_attention_heads": 16,
         "rope_scaling": {"rope_type": "yarn", "factor": 2.0}}\
        """,
        "original_max_position_embeddings");
  }

  @Test
  void anUnknownDialect() {
    Cli.run("frequencies", model, "--dialect", "ollama")
        .isRefusedWith("ollama", "transformers, vllm, llama.cpp, paper");
  }

  @Test
  void aGgufInAnotherEnginesDialect() {
    Cli.run("frequencies", Cli.zoo("llama-gqa"), "--dialect", "vllm")
        .isRefusedWith("GGUF", "config.json");
  }

  @Test
  void aContextBelowOne() {
    Cli.run("frequencies", model, "--context", -1).isRefusedWith("--context", "-1");
  }

  @Test
  void aLinkThatLeadsToItself() throws IOException {
    Path link = folder.resolve("config.json");
    Files.createSymbolicLink(link, link);
    Cli.run("frequencies", link).isRefusedWith("config.json");
  }
}
