package rope4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.Evidence.Origin;
import rope4j.checkpoint.ModelFacts.CacheShape;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.checkpoint.model.GgufCheckpoint;

class GgufFactsTest {

  @TempDir Path folder;

  private ModelFacts facts(GgufWriter writer) {
    try (Checkpoint checkpoint = Checkpoint.open(writer.write(folder))) {
      return checkpoint.facts();
    }
  }

  /// A model of 12 layers with 4 heads of 16 channels.
  private static GgufWriter model(String architecture) {
    return new GgufWriter()
        .put("general.architecture", MetadataType.STRING, architecture)
        .put(architecture + ".context_length", MetadataType.UINT32, 8192)
        .put(architecture + ".block_count", MetadataType.UINT32, 12)
        .put(architecture + ".embedding_length", MetadataType.UINT32, 64)
        .put(architecture + ".attention.head_count", MetadataType.UINT32, 4)
        .put(architecture + ".attention.head_count_kv", MetadataType.UINT32, 2);
  }

  private static GgufWriter.ArrayOf array(MetadataType type, List<?> values) {
    return new GgufWriter.ArrayOf(type, values);
  }

  @Test
  void everyValueNamesItsKey() {
    ModelFacts facts =
        facts(
            model("qwen2")
                .put("general.name", MetadataType.STRING, "Qwen")
                .put("general.file_type", MetadataType.UINT32, 15)
                .put("qwen2.rope.freq_base", MetadataType.FLOAT32, 1e6f)
                .put("qwen2.rope.scaling.type", MetadataType.STRING, "yarn")
                .put("qwen2.rope.scaling.factor", MetadataType.FLOAT32, 4f)
                .put("qwen2.rope.scaling.original_context_length", MetadataType.UINT32, 2048));
    assertThat(facts.title().orElseThrow().value()).isEqualTo("Qwen");
    assertThat(facts.advertisedLength().value()).isEqualTo(8192);
    assertThat(facts.trainedLength().value()).isEqualTo(2048);
    assertThat(facts.trainedLength().evidence().key())
        .isEqualTo("qwen2.rope.scaling.original_context_length");
    assertThat(facts.base().orElseThrow().value()).isEqualTo(1e6);
    assertThat(facts.base().orElseThrow().evidence().origin()).isEqualTo(Origin.FILE);
    assertThat(facts.ropeType().value()).isEqualTo("yarn");
    assertThat(facts.factor().orElseThrow().value()).isEqualTo(4);
    assertThat(facts.dataType().orElseThrow().value()).isEqualTo("Q4_K_M");
    assertThat(facts.layerTypes()).isEmpty();
  }

  @Test
  void defaultsAreMarkedAsSuch() {
    ModelFacts facts = facts(model("llama"));
    assertThat(facts.base().orElseThrow().value()).isEqualTo(10000);
    assertThat(facts.base().orElseThrow().evidence().origin()).isEqualTo(Origin.DEFAULT);
    assertThat(facts.ropeType().value()).isEqualTo("none");
    assertThat(facts.ropeType().evidence().origin()).isEqualTo(Origin.DEFAULT);
    assertThat(facts.headDimension().value()).isEqualTo(16);
    assertThat(facts.headDimension().evidence().origin()).isEqualTo(Origin.DERIVED);
    assertThat(facts.rotaryDimension().value()).isEqualTo(16);
    assertThat(facts.trainedLength()).isEqualTo(facts.advertisedLength());
  }

  @Test
  void aFactorWithoutATypeIsLinear() {
    ModelFacts facts =
        facts(model("llama").put("llama.rope.scale_linear", MetadataType.FLOAT32, 8f));
    assertThat(facts.ropeType().value()).isEqualTo("linear");
    assertThat(facts.factor().orElseThrow().evidence().key()).isEqualTo("llama.rope.scale_linear");
  }

  @Test
  void storedFrequencyFactorsTellTheTypeThatTheFileDoesNotSpell() {
    assertThat(facts(model("llama").floats("rope_freqs.weight", 1, 8)).ropeType().value())
        .isEqualTo("llama3");
    ModelFacts phi = facts(model("phi3").floats("rope_factors_long.weight", 1, 8));
    assertThat(phi.ropeType().value()).isEqualTo("longrope");
    assertThat(phi.ropeType().evidence().key()).isEqualTo("rope_factors_long.weight");
    assertThat(phi.ropeType().evidence().origin()).isEqualTo(Origin.DERIVED);
  }

  @Test
  void theRotaryDimensionIsThatOfTheFirstLayer() {
    GgufWriter model =
        model("cohere2")
            .put("cohere2.attention.sliding_window", MetadataType.UINT32, 64)
            .put("cohere2.rope.dimension_count_swa", MetadataType.UINT32, 8);
    assertThat(facts(model).rotaryDimension().value()).isEqualTo(8);
    assertThat(facts(model).rotaryDimension().evidence().key())
        .isEqualTo("cohere2.rope.dimension_count_swa");
  }

  @Test
  void aModelWithoutRotationHasNoBase() {
    ModelFacts facts = facts(model("gpt2"));
    assertThat(facts.base()).isEmpty();
    assertThat(facts.rotaryDimension().value()).isZero();
  }

  @Test
  void aModelWithoutAttentionHasFactsToo() {
    try (GgufCheckpoint checkpoint =
        (GgufCheckpoint)
            Checkpoint.open(
                new GgufWriter()
                    .put("general.architecture", MetadataType.STRING, "mamba")
                    .put("mamba.context_length", MetadataType.UINT32, 1 << 20)
                    .put("mamba.block_count", MetadataType.UINT32, 4)
                    .put("mamba.attention.head_count", MetadataType.UINT32, 0)
                    .write(folder))) {
      assertThat(checkpoint.description()).isEmpty();
      assertThat(checkpoint.facts().heads().value()).isZero();
      assertThat(checkpoint.facts().cache().keys(1000)).isZero();
    }
  }

  @Test
  void layersThatDifferAreSummedExactly() {
    ModelFacts facts =
        facts(
            new GgufWriter()
                .put("general.architecture", MetadataType.STRING, "lfm2")
                .put("lfm2.context_length", MetadataType.UINT32, 4096)
                .put("lfm2.block_count", MetadataType.UINT32, 4)
                .put("lfm2.embedding_length", MetadataType.UINT32, 64)
                .put("lfm2.attention.head_count", MetadataType.UINT32, 4)
                .put(
                    "lfm2.attention.head_count_kv",
                    MetadataType.ARRAY,
                    array(MetadataType.INT32, List.of(0, 2, 0, 4))));
    assertThat(facts.keyValueHeads().value()).isEqualTo(4);
    assertThat(facts.keyValueHeads().evidence().value()).isEqualTo("[0, 2, 0, 4]");
    assertThat(facts.layerTypes())
        .containsExactly("no_attention", "full_attention", "no_attention", "full_attention");
    CacheShape cache = facts.cache();
    assertThat(cache.fullLayers()).isEqualTo(2);
    assertThat(cache.keyChannels()).isEqualTo(64);
    assertThat(cache.keys(10)).isEqualTo(10 * (2 + 4) * 16);
  }

  @Test
  void slidingLayersLieAsTheArchitectureHasThem() {
    assertSliding("gemma2", 6);
    assertSliding("gemma3", 10);
    assertSliding("gpt-oss", 6);
    assertSliding("cohere2", 9);
    assertSliding("modern-bert", 8);
    // llama.cpp does not use the window that Phi-3 files name.
    assertSliding("phi3", 0);
  }

  private void assertSliding(String architecture, int sliding) {
    ModelFacts facts =
        facts(
            model(architecture)
                .put(architecture + ".attention.sliding_window", MetadataType.UINT32, 512));
    assertThat(facts.cache().slidingLayers()).as(architecture).isEqualTo(sliding);
    assertThat(facts.cache().fullLayers()).as(architecture).isEqualTo(12 - sliding);
    assertThat(facts.cache().window()).isEqualTo(OptionalInt.of(512));
  }

  @Test
  void slidingLayersKeepTheWindowOnly() {
    CacheShape cache =
        facts(model("gemma3").put("gemma3.attention.sliding_window", MetadataType.UINT32, 512))
            .cache();
    assertThat(cache.keys(8192)).isEqualTo((2L * 8192 + 10L * 512) * 2 * 16);
    assertThat(cache.values(100)).isEqualTo(12L * 100 * 2 * 16);
  }

  @Test
  void thePatternInTheFileWins() {
    GgufWriter.ArrayOf everyOther =
        array(
            MetadataType.BOOL,
            List.of(true, false, true, false, true, false, true, false, true, false, true, false));
    ModelFacts facts =
        facts(
            model("gemma3")
                .put("gemma3.attention.sliding_window", MetadataType.UINT32, 512)
                .put("gemma3.attention.sliding_window_pattern", MetadataType.ARRAY, everyOther));
    assertThat(facts.cache().slidingLayers()).isEqualTo(6);
    assertThat(facts.layerTypes()).startsWith("sliding_attention", "full_attention");
  }

  @Test
  void llama4KeepsChunksOfAFixedSize() {
    ModelFacts facts = facts(model("llama4"));
    assertThat(facts.slidingWindow().orElseThrow().value()).isEqualTo(8192);
    assertThat(facts.slidingWindow().orElseThrow().evidence().origin()).isEqualTo(Origin.DEFAULT);
    assertThat(Collections.frequency(facts.layerTypes(), "chunked_attention")).isEqualTo(9);
  }

  @Test
  void latentAttentionKeepsOneVector() {
    CacheShape cache =
        facts(
                model("deepseek2")
                    .put("deepseek2.attention.kv_lora_rank", MetadataType.UINT32, 512)
                    .put("deepseek2.attention.key_length", MetadataType.UINT32, 576)
                    .put("deepseek2.attention.key_length_mla", MetadataType.UINT32, 192)
                    .put("deepseek2.rope.dimension_count", MetadataType.UINT32, 64))
            .cache();
    assertThat(cache.keyChannels()).isEqualTo(576);
    assertThat(cache.valueChannels()).isZero();
  }

  @Test
  void linearAttentionKeepsNothing() {
    ModelFacts facts = facts(model("qwen3next"));
    assertThat(facts.cache().fullLayers()).isEqualTo(3);
    assertThat(facts.layerTypes()).startsWith("linear_attention");
  }

  @Test
  void anEncoderKeepsNothing() {
    assertThat(
            facts(model("bert").put("bert.attention.causal", MetadataType.BOOL, false))
                .cache()
                .keys(100))
        .isZero();
  }

  @Test
  void aFileWithoutALengthIsNoLanguageModel() {
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(
            () -> facts(new GgufWriter().put("general.architecture", MetadataType.STRING, "clip")))
        .withMessageContaining("clip.context_length");
  }

  @Test
  void anAbsurdNumberOfLayersIsRefusedBeforeAnythingIsAllocated() {
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() ->
            facts(
                new GgufWriter()
                    .put("general.architecture", MetadataType.STRING, "llama")
                    .put("llama.context_length", MetadataType.UINT32, 1)
                    .put("llama.block_count", MetadataType.UINT32, Integer.MAX_VALUE)))
        .withMessageContaining("llama.block_count");
  }

  @Test
  void keysOfOtherWritersAreListedWithLlamaCppsName() {
    try (GgufCheckpoint checkpoint =
        (GgufCheckpoint)
            Checkpoint.open(
                model("gemma3")
                    .put("gemma3.rope.freq_base", MetadataType.FLOAT32, 1e6f)
                    .put("gemma3.rope.local.freq_base", MetadataType.FLOAT32, 1e4f)
                    .put("gemma3.rope.scaling.beta_fast", MetadataType.FLOAT32, 64f)
                    .put("gemma3.rope.strange", MetadataType.BOOL, true)
                    .put("llama.rope.scaling.factor", MetadataType.FLOAT32, 2f)
                    .put("gemma3.vision.rope.freq_base", MetadataType.FLOAT32, 1e4f)
                    .write(folder))) {
      assertThat(checkpoint.ropeKeys())
          .extracting(Evidence::key)
          .containsExactly(
              "gemma3.rope.freq_base",
              "gemma3.rope.local.freq_base",
              "gemma3.rope.scaling.beta_fast",
              "gemma3.rope.strange",
              "llama.rope.scaling.factor");
      assertThat(checkpoint.unknownRopeKeys())
          .extracting(key -> key.evidence().key() + " -> " + key.llamaCppKey().orElse("nothing"))
          .containsExactly(
              "gemma3.rope.local.freq_base -> gemma3.rope.freq_base_swa",
              "gemma3.rope.scaling.beta_fast -> gemma3.rope.scaling.yarn_beta_fast",
              "gemma3.rope.strange -> nothing",
              "llama.rope.scaling.factor -> gemma3.rope.scaling.factor");
      assertThat(checkpoint.unknownRopeKeys().getFirst().evidence().value()).isEqualTo("10000.0");
    }
  }
}
