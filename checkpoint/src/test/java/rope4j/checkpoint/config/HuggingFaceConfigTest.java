package rope4j.checkpoint.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.CheckpointException;
import rope4j.rotation.Pairing;

/// Reading files and folders, nested configurations, and wrong values.
class HuggingFaceConfigTest {

  private static final String LLAMA =
      "\"model_type\": \"llama\", \"hidden_size\": 2048, \"num_attention_heads\": 16,"
          + " \"max_position_embeddings\": 8192";

  @TempDir private Path folder;

  private static HuggingFaceConfig parse(String keys) {
    return HuggingFaceConfig.parse("it", ("{" + keys + "}").getBytes(UTF_8));
  }

  private static RopeReading read(String keys) {
    return RopeReading.of(parse(keys), Dialect.TRANSFORMERS);
  }

  private static void refused(String keys, String... words) {
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> read(keys))
        .satisfies(e -> assertThat(e.getMessage()).contains(words));
  }

  private static String scaling(String dictionary) {
    return LLAMA + ", \"rope_scaling\": {" + dictionary + "}";
  }

  @Test
  void aFolderIsItsConfigJson() throws IOException {
    Path model = Files.createDirectory(folder.resolve("My-Model"));
    Files.writeString(model.resolve("config.json"), "{" + LLAMA + "}");
    assertThat(HuggingFaceConfig.read(model).name()).isEqualTo("My-Model");
    assertThat(HuggingFaceConfig.read(model.resolve("config.json")).maxPositionEmbeddings())
        .isEqualTo(8192);
  }

  @Test
  void aFolderWithoutOneIsRefused() {
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> HuggingFaceConfig.read(folder))
        .withMessageContaining("no config.json");
  }

  @Test
  void whatIsWrongWithTheJsonIsSaidWithTheFile() throws IOException {
    Path file = Files.writeString(folder.resolve("config.json"), "{\n  \"a\" 1}");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> HuggingFaceConfig.read(file))
        .withMessageContainingAll("config.json", "line 2, column 7", "colon");
  }

  @Test
  void aFileTooLargeToBeOneIsRefused() throws IOException {
    Path file = folder.resolve("config.json");
    Files.write(file, new byte[(16 << 20) + 1]);
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> HuggingFaceConfig.read(file))
        .withMessageContaining("16 MiB");
  }

  @Test
  void theLanguageModelOfAMultimodalOneIsRead() {
    RopeReading reading =
        read(
            """
            "model_type": "gemma3", "vision_config": {"hidden_size": 1152}, "text_config":
              {"model_type": "gemma3_text", "hidden_size": 2560, "num_hidden_layers": 6,
               "max_position_embeddings": 131072, "rope_scaling": {"rope_type": "linear", "factor": 8.0}}\
            """);
    assertThat(reading.layers())
        .extracting(LayerRope::layerType, LayerRope::ropeType, LayerRope::base)
        .containsExactly(
            tuple(Optional.of("sliding_attention"), "default", 10000.0),
            tuple(Optional.of("full_attention"), "linear", 1000000.0));
  }

  @Test
  void aMultimodalFileOfTheOldFormHasItsKeysAtTheTop() {
    HuggingFaceConfig config =
        parse(
            """
            "model_type": "qwen2_vl", "hidden_size": 3584, "num_attention_heads": 28,
            "max_position_embeddings": 32768, "vision_config": {"hidden_size": 1280},
            "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]}\
            """);
    LayerRope layer = RopeReading.of(config, Dialect.TRANSFORMERS).layers().getFirst();
    assertThat(layer.headDimension()).isEqualTo(128);
    assertThat(layer.base()).isEqualTo(1000000);
    assertThat(layer.ropeType()).isEqualTo("default");
  }

  @Test
  void aNullDictionaryMeansLayersThatDoNotRotate() {
    RopeReading reading =
        read(
            """
            "model_type": "mimo_v2_flash", "head_dim": 192, "max_position_embeddings": 4096,
            "layer_types": ["full_attention", "sliding_attention"], "rope_parameters":
              {"full_attention": null, "sliding_attention": {"rope_type": "default", "rope_theta": 10000}}\
            """);
    assertThat(reading.layers())
        .extracting(LayerRope::layerType)
        .containsExactly(Optional.of("sliding_attention"));
    assertThat(reading.warnings())
        .anyMatch(warning -> warning.contains("full_attention layers do"));
  }

  @Test
  void anUnknownModelTypeIsReadAsAnOrdinaryDecoderAndSaid() {
    RopeReading reading = read(LLAMA.replace("llama", "brandnew"));
    assertThat(reading.layers().getFirst().pairing()).isEqualTo(Pairing.HALF);
    assertThat(reading.warnings())
        .anyMatch(warning -> warning.contains("\"brandnew\" is not known"));
  }

  @Test
  void gptNeoXsPlainThetaIsNotRead() {
    assertThat(
            RopeNormaliser.normalise(
                    parse(
                            LLAMA.replace("llama", "gpt_neox")
                                + ", \"rope_theta\": 99, \"rotary_emb_base\": 20000")
                        .text())
                .ropeParameters())
        .containsEntry("rope_theta", 20000L)
        .containsEntry("partial_rotary_factor", 0.25);
  }

  @Test
  void gemma4sGlobalHeadDimensionIsALayersOwn() {
    TextConfig config = parse("\"model_type\": \"gemma4_text\", \"num_hidden_layers\": 6").text();
    assertThat(config.perLayerConfig()).isEqualTo(Map.of("5", Map.of("head_dim", 512L)));
    assertThat(config.headDimension("full_attention")).isEqualTo(512);
    assertThat(config.headDimension("sliding_attention")).isEqualTo(256);
  }

  @Test
  void factorsThatAreNotAboveZeroAreRefused() {
    for (String factor : new String[] {"0", "-2", "NaN", "Infinity"}) {
      refused(scaling("\"rope_type\": \"linear\", \"factor\": " + factor), "factor", "above 0");
    }
  }

  @Test
  void aFactorThatIsNoNumberIsRefused() {
    refused(scaling("\"rope_type\": \"linear\", \"factor\": \"two\""), "factor", "a number", "two");
  }

  @Test
  void aBaseThatIsNoneIsRefused() {
    for (String base : new String[] {"NaN", "0", "-1", "Infinity"}) {
      refused(LLAMA + ", \"rope_theta\": " + base, "rope_theta");
    }
  }

  @Test
  void listsOfTheWrongLengthAreRefused() {
    refused(
        scaling(
            "\"rope_type\": \"longrope\", \"short_factor\": [1.0], \"long_factor\": [1.0],"
                + " \"original_max_position_embeddings\": 4096"),
        "short_factor",
        "64");
  }

  @Test
  void anOriginalLengthThatIsNowhereIsRefused() {
    refused(
        """
        "model_type": "llama", "hidden_size": 2048, "num_attention_heads": 16,
        "rope_scaling": {"rope_type": "yarn", "factor": 2.0}\
        """,
        "original_max_position_embeddings");
  }

  @Test
  void anOddRotaryDimensionGivesFrequenciesButNoScaledRotation() {
    String odd =
        """
        "model_type": "gpt_neox", "hidden_size": 1600, "num_attention_heads": 16,
        "max_position_embeddings": 2048, "rotary_pct": 0.25\
        """;
    assertThat(read(odd).layers().getFirst().frequencies().pairs()).isEqualTo(13);
    assertThat(read(odd).warnings()).anyMatch(warning -> warning.contains("odd"));
    refused(odd + ", \"rope_scaling\": {\"type\": \"linear\", \"factor\": 2.0}", "even", "25");
  }

  @Test
  void aPartialFactorOutOfRangeIsRefused() {
    refused(LLAMA + ", \"partial_rotary_factor\": 1.5", "partial_rotary_factor");
  }

  @Test
  void aFileWithoutAHeadDimensionIsNoLanguageModel() {
    refused("\"model_type\": \"llama\"", "hidden_size");
    refused(
        "\"model_type\": \"llama\", \"hidden_size\": 4, \"num_attention_heads\": 8", "no channel");
  }

  @Test
  void aModelThatKnowsPositionsOtherwiseHasNoFrequencies() {
    for (String type : new String[] {"bert", "bloom", "mpt", "opt", "gpt2"}) {
      String config = "\"model_type\": \"" + type + "\", \"hidden_size\": 64, \"n_head\": 4";
      assertThat(parse(config).rotates()).isFalse();
      refused(config, "it: model_type \"" + type + "\"", "without a rotation");
    }
    assertThat(parse(LLAMA).rotates()).isTrue();
    assertThat(parse(LLAMA.replace("\"llama\"", "\"unheard\"")).rotates()).isTrue();
  }

  @Test
  void aTextInPlaceOfANumberIsShownAsOne() {
    refused(
        "\"model_type\": \"llama\", \"hidden_size\": \"64\", \"num_attention_heads\": 4",
        "it: hidden_size must be a number, but it is \"64\"");
  }

  @Test
  void dbrxKeepsItsBaseWithItsAttention() {
    String dbrx =
        "\"model_type\": \"dbrx\", \"d_model\": 6144, \"n_heads\": 48, \"n_layers\": 40,"
            + " \"max_seq_len\": 32768, \"attn_config\": {\"kv_n_heads\": 8,"
            + " \"rope_theta\": 500000}";
    assertThat(read(dbrx).layers().getFirst().base()).isEqualTo(500_000);
    assertThat(read(dbrx).layers().getFirst().headDimension()).isEqualTo(128);
    assertThat(read(dbrx).contextLength()).isEqualTo(32_768);
  }

  @Test
  void thePapersRampNeedsABetaFastAboveBetaSlow() {
    String kimi =
        scaling("\"type\": \"yarn\", \"factor\": 32.0, \"beta_fast\": 1.0, \"beta_slow\": 1.0");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> RopeReading.of(parse(kimi), Dialect.PAPER))
        .withMessage(
            "it: the paper's YaRN needs a beta_fast above beta_slow, but they are 1.0 and 1.0; ask"
                + " for another --dialect");
  }

  @Test
  void aDictionaryThatIsNoneIsRefused() {
    refused(LLAMA + ", \"rope_scaling\": \"linear\"", "rope_scaling must be an object");
  }

  @Test
  void anOverriddenLengthIsTheModelsLength() {
    HuggingFaceConfig config = parse(LLAMA).withOverrides(Map.of("max_position_embeddings", 9L));
    assertThat(config.maxPositionEmbeddings()).isEqualTo(9);
    assertThat(config.name()).isEqualTo("it");
  }

  @Test
  void anOverriddenDictionaryTakesTheBaseWithIt() {
    HuggingFaceConfig config =
        parse(LLAMA + ", \"rope_theta\": 500000")
            .withOverrides(Map.of("rope_scaling", Map.of("rope_type", "linear", "factor", 2.0)));
    LayerRope layer = RopeReading.of(config, Dialect.VLLM).layers().getFirst();
    assertThat(layer.ropeType()).isEqualTo("linear");
    assertThat(layer.base()).isEqualTo(10000);
  }

  @Test
  void theOldAndTheNewNameOfTheDictionaryAreOne() {
    HuggingFaceConfig config =
        parse(scaling("\"rope_type\": \"linear\", \"factor\": 2.0"))
            .withOverrides(Map.of("rope_parameters", Map.of("rope_type", "default")));
    assertThat(RopeReading.of(config, Dialect.VLLM).layers().getFirst().ropeType())
        .isEqualTo("default");
  }
}
