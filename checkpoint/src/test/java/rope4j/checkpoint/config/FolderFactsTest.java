package rope4j.checkpoint.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.Evidence;
import rope4j.checkpoint.Evidence.Origin;
import rope4j.checkpoint.ModelFacts;

class FolderFactsTest {

  private static ModelFacts facts(String json) {
    return HuggingFaceConfig.parse("model", json.getBytes(UTF_8)).facts();
  }

  @Test
  void nestedKeysAreNamedFromTheOutsideWithTheirLine() {
    ModelFacts facts =
        facts(
            """
            {
              "model_type": "gemma3",
              "text_config": {
                "model_type": "gemma3_text",
                "max_position_embeddings": 131072,
                "rope_scaling": {"rope_type": "linear",
                                 "factor": 8.0}
              }
            }
            """);
    assertThat(facts.advertisedLength().evidence())
        .isEqualTo(
            Evidence.file(
                "config.json", "text_config.max_position_embeddings", "131072", OptionalInt.of(5)));
    assertThat(facts.factor().orElseThrow().evidence())
        .hasToString("text_config.rope_scaling.factor = 8.0 (config.json:7)");
  }

  @Test
  void whatAFileLeavesOutComesFromItsClass() {
    // The published configuration of Gemma 3 4B has no numbers of heads.
    ModelFacts facts =
        facts(
            """
            {"model_type": "gemma3", "text_config": {"model_type": "gemma3_text",
             "hidden_size": 2560, "num_hidden_layers": 34, "sliding_window": 1024,
             "rope_scaling": {"factor": 8.0, "rope_type": "linear"}}}
            """);
    assertThat(facts.heads().value()).isEqualTo(8);
    assertThat(facts.keyValueHeads().value()).isEqualTo(4);
    assertThat(facts.headDimension().value()).isEqualTo(256);
    assertThat(facts.heads().evidence().origin()).isEqualTo(Origin.DEFAULT);
    assertThat(facts.cache().slidingLayers()).isEqualTo(29);
    assertThat(facts.cache().fullLayers()).isEqualTo(5);
    assertThat(facts.cache().keys(131072)).isEqualTo((5L * 131072 + 29L * 1024) * 4 * 256);
  }

  @Test
  void aKeyThatNobodyKnowsTheDefaultOfIsNotStated() {
    ModelFacts facts = facts("{\"model_type\": \"own\"}");
    assertThat(facts.layers().value()).isZero();
    assertThat(facts.layers().evidence().value()).isEqualTo("not stated");
  }

  @Test
  void version5SpellsTheBaseInTheDictionary() {
    ModelFacts facts =
        facts(
            """
            {"model_type": "qwen3", "max_position_embeddings": 40960,
             "rope_parameters": {"rope_type": "yarn", "rope_theta": 1000000.0, "factor": 4.0,
                                 "original_max_position_embeddings": 32768}}
            """);
    assertThat(facts.base().orElseThrow().evidence().key()).isEqualTo("rope_parameters.rope_theta");
    assertThat(facts.ropeType().value()).isEqualTo("yarn");
    assertThat(facts.trainedLength().value()).isEqualTo(32768);
  }

  @Test
  void dictionariesALayerTypeAreReadForFullAttention() {
    ModelFacts facts =
        facts(
            """
            {"model_type": "gemma3_text", "rope_parameters": {
              "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0},
              "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1000000.0}}}
            """);
    assertThat(facts.base().orElseThrow().evidence().key())
        .isEqualTo("rope_parameters.full_attention.rope_theta");
    assertThat(facts.ropeType().value()).isEqualTo("linear");
  }

  @Test
  void theTypeIsGivenAsItIsSpelt() {
    ModelFacts facts =
        facts(
            """
            {"model_type": "phi3", "original_max_position_embeddings": 4096,
             "max_position_embeddings": 131072,
             "rope_scaling": {"type": "su", "long_factor": [1], "short_factor": [1]}}
            """);
    assertThat(facts.ropeType().value()).isEqualTo("su");
    assertThat(facts.trainedLength().evidence().key())
        .isEqualTo("original_max_position_embeddings");
  }

  @Test
  void aFileThatTransformersRefusesHasFactsToo() {
    ModelFacts facts =
        facts(
            """
            {"model_type": "llama", "rope_theta": 500000.0, "rope_scaling": {"rope_type": "yarn"}}
            """);
    assertThat(facts.base().orElseThrow().value()).isEqualTo(500000);
    assertThat(facts.ropeType().value()).isEqualTo("yarn");
    assertThat(facts.factor()).isEmpty();
  }

  @Test
  void aModelWithoutRotationHasNoBase() {
    ModelFacts gpt2 =
        facts("{\"model_type\": \"gpt2\", \"n_positions\": 1024, \"n_head\": 12, \"n_embd\": 768}");
    assertThat(gpt2.base()).isEmpty();
    assertThat(gpt2.rotaryDimension().value()).isZero();
    assertThat(gpt2.advertisedLength().evidence().key()).isEqualTo("n_positions");
    assertThat(facts("{\"model_type\": \"mpt\", \"max_seq_len\": 4096}").advertisedLength().value())
        .isEqualTo(4096);
    assertThat(facts("{\"model_type\": \"falcon\", \"alibi\": true}").base()).isEmpty();
  }

  @Test
  void latentAttentionKeepsOneVector() {
    ModelFacts facts =
        facts(
            """
            {"model_type": "deepseek_v3", "num_hidden_layers": 61, "kv_lora_rank": 512,
             "qk_rope_head_dim": 64, "qk_nope_head_dim": 128, "num_attention_heads": 128,
             "hidden_size": 7168}
            """);
    assertThat(facts.headDimension().value()).isEqualTo(192);
    assertThat(facts.rotaryDimension().value()).isEqualTo(64);
    assertThat(facts.cache().keyChannels()).isEqualTo(576);
    assertThat(facts.cache().values(100)).isZero();
  }

  @Test
  void qwensWindowActsOnlyWhenItIsSwitchedOn() {
    String off =
        """
        {"model_type": "qwen2", "num_hidden_layers": 4, "hidden_size": 64,
         "num_attention_heads": 4, "sliding_window": 128, "max_window_layers": 1,
         "use_sliding_window": false}
        """;
    assertThat(facts(off).slidingWindow()).isEmpty();
    assertThat(facts(off).cache().fullLayers()).isEqualTo(4);
    assertThat(facts(off.replace("false", "true")).cache().slidingLayers()).isEqualTo(3);
  }

  @Test
  void linearAttentionKeepsNothing() {
    ModelFacts facts = facts("{\"model_type\": \"qwen3_next\", \"num_hidden_layers\": 8}");
    assertThat(facts.cache().fullLayers()).isEqualTo(2);
    assertThat(
            facts(
                    """
                    {"model_type": "jamba", "num_hidden_layers": 8, "num_attention_heads": 4,
                     "hidden_size": 64, "attn_layer_period": 4, "attn_layer_offset": 2}
                    """)
                .cache()
                .fullLayers())
        .isEqualTo(2);
  }

  @Test
  void oneHeadForAllIsKnownFromFalconsOwnKey() {
    assertThat(
            facts(
                    """
                    {"model_type": "falcon", "num_attention_heads": 71, "hidden_size": 4544,
                     "multi_query": true}
                    """)
                .keyValueHeads()
                .value())
        .isEqualTo(1);
  }

  @Test
  void aBaseThatIsNoNumberIsRefused() {
    for (String value : new String[] {"NaN", "Infinity", "\"10000\""}) {
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> facts("{\"model_type\": \"llama\", \"rope_theta\": " + value + "}"))
          .withMessageContaining("rope_theta must be a finite number");
    }
  }

  @Test
  void longValuesAreShortened() {
    Evidence evidence = Evidence.byDefault("key", "1, ".repeat(1000) + "\n");
    assertThat(evidence.value()).hasSize(80).endsWith("…");
  }
}
