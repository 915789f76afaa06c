package rope4j.checkpoint.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;
import rope4j.rotation.Frequencies;
import rope4j.rotation.Pairing;

/// The same configuration in several engines, where no golden vector says it: engines differ in
/// documented ways.
class DialectTest {

  private static final String LLAMA =
      "\"model_type\": \"llama\", \"hidden_size\": 2048, \"num_attention_heads\": 16,"
          + " \"max_position_embeddings\": 32768";

  private static HuggingFaceConfig config(String keys) {
    return HuggingFaceConfig.parse("it", ("{" + keys + "}").getBytes(UTF_8));
  }

  private static LayerRope only(String keys, Dialect dialect) {
    RopeReading reading = RopeReading.of(config(keys), dialect);
    assertThat(reading.layers()).hasSize(1);
    return reading.layers().getFirst();
  }

  private static LayerRope full(String keys, Dialect dialect) {
    return RopeReading.of(config(keys), dialect).layers().stream()
        .filter(layer -> layer.layerType().equals(Optional.of("full_attention")))
        .findFirst()
        .orElseThrow();
  }

  private static void refused(String keys, Dialect dialect, String... words) {
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> RopeReading.of(config(keys), dialect))
        .satisfies(e -> assertThat(e.getMessage()).startsWith("it: ").contains(words));
  }

  private static String ones(String value, int count) {
    String[] list = new String[count];
    Arrays.fill(list, value);
    return "[" + String.join(", ", list) + "]";
  }

  private static String phi3(String type) {
    return "\"model_type\": \"phi3\", \"hidden_size\": 256, \"num_attention_heads\": 8,"
        + " \"max_position_embeddings\": 8192, \"original_max_position_embeddings\": 1024,"
        + " \"rope_scaling\": {\"type\": \""
        + type
        + "\", \"short_factor\": "
        + ones("1.0", 16)
        + ", \"long_factor\": "
        + ones("3.0", 16)
        + "}";
  }

  @Test
  void aYarnFactorOfNullIsTheRatioInTransformersOnly() {
    String keys =
        LLAMA
            + ", \"rope_scaling\": {\"rope_type\": \"yarn\", \"factor\": null,"
            + " \"original_max_position_embeddings\": 4096}";
    assertThat(only(keys, Dialect.TRANSFORMERS).frequencies().attentionFactor())
        .isCloseTo(0.1 * Math.log(8) + 1, within(1e-12));
    refused(keys, Dialect.VLLM, "factor");
    LayerRope unscaled = only(keys, Dialect.LLAMA_CPP);
    assertThat(unscaled.frequencies()).isEqualTo(unscaled.unscaled());
  }

  @Test
  void truncateInADictionaryALayerTypeIsReadByVllmOnly() {
    String keys =
        """
        "model_type": "gemma3_text", "head_dim": 256, "num_hidden_layers": 6,
        "max_position_embeddings": 131072, "rope_parameters": {
          "full_attention": {"rope_type": "yarn", "factor": 8.0, "rope_theta": 1000000.0,
            "original_max_position_embeddings": 16384, "truncate": %s},
          "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}}\
        """;
    String given = keys.formatted("false");
    Frequencies rounded = full(keys.formatted("true"), Dialect.TRANSFORMERS).frequencies();
    assertThat(full(given, Dialect.TRANSFORMERS).frequencies()).isEqualTo(rounded);
    assertThat(full(given, Dialect.VLLM).frequencies()).isNotEqualTo(rounded);
  }

  @Test
  void phi3sOldTypeYarnIsLongRopeToTransformersAndRefusedByVllm() {
    assertThat(only(phi3("yarn"), Dialect.TRANSFORMERS).frequencies().attentionFactor())
        .isCloseTo(Math.sqrt(1 + Math.log(8) / Math.log(1024)), within(1e-12));
    refused(phi3("yarn"), Dialect.VLLM, "longrope", "yarn");
    assertThat(only(phi3("yarn"), Dialect.LLAMA_CPP).frequencies().attentionFactor())
        .isCloseTo(0.1 * Math.log(8) + 1, within(1e-6));
  }

  @Test
  void phi3sOldTypeSuIsRefusedByTransformersForTheLengthItOverlooks() {
    refused(phi3("su"), Dialect.TRANSFORMERS, "original_max_position_embeddings");
    refused(phi3("su"), Dialect.VLLM, "original_max_position_embeddings");
    double magnitude = Math.sqrt(1 + Math.log(8) / Math.log(1024));
    assertThat(only(phi3("su"), Dialect.LLAMA_CPP).frequencies().attentionFactor())
        .isCloseTo(magnitude, within(1e-6));
    assertThat(only(phi3("su"), Dialect.PAPER).frequencies().attentionFactor())
        .isCloseTo(magnitude, within(1e-12));
  }

  @Test
  void yarnWithSeveralAxesHasARampForFourTimesTheLengthInVllm() {
    String keys =
        """
        "model_type": "qwen2_vl", "hidden_size": 3584, "num_attention_heads": 28,
        "max_position_embeddings": 32768, "rope_scaling": {"rope_type": "yarn", "factor": 4.0,
          "mrope_section": [16, 24, 24], "original_max_position_embeddings": %d}\
        """;
    assertThat(only(keys.formatted(8192), Dialect.VLLM).frequencies())
        .isEqualTo(
            only(
                    keys.formatted(32768).replace("\"mrope_section\": [16, 24, 24], ", ""),
                    Dialect.VLLM)
                .frequencies());
    assertThat(only(keys.formatted(8192), Dialect.TRANSFORMERS).frequencies())
        .isNotEqualTo(only(keys.formatted(8192), Dialect.VLLM).frequencies());
  }

  @Test
  void theFactorOfAProportionalRotationIsReadByTransformersOnly() {
    String keys =
        """
        "model_type": "gemma4_text", "head_dim": 64, "global_head_dim": 96, "num_hidden_layers": 2,
        "max_position_embeddings": 4096, "layer_types": ["sliding_attention", "full_attention"],
        "rope_parameters": {
          "full_attention": {"rope_type": "proportional", "partial_rotary_factor": 0.5,
            "factor": 2.0, "rope_theta": 1000000.0},
          "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}}\
        """;
    assertThat(full(keys, Dialect.TRANSFORMERS).frequencies().inverse(0)).isEqualTo(0.5);
    assertThat(full(keys, Dialect.VLLM).frequencies().inverse(0)).isEqualTo(1);
    Frequencies llamaCpp = full(keys, Dialect.LLAMA_CPP).frequencies();
    assertThat(llamaCpp.inverse(0)).isEqualTo(1);
    assertThat(llamaCpp.inverse(24)).isLessThan(1e-29);
  }

  @Test
  void thePartialFactorOfALlamaIsReadByVllmOnly() {
    String keys = LLAMA + ", \"partial_rotary_factor\": 0.5";
    assertThat(only(keys, Dialect.TRANSFORMERS).rotaryDimension()).isEqualTo(128);
    assertThat(only(keys, Dialect.VLLM).rotaryDimension()).isEqualTo(64);
    assertThat(only(keys, Dialect.LLAMA_CPP).rotaryDimension()).isEqualTo(128);
  }

  @Test
  void hunYuansAlphaIsBakedIntoTheBaseForLlamaCpp() {
    String keys =
        """
        "model_type": "hunyuan_v1_dense", "hidden_size": 4096, "num_attention_heads": 32,
        "head_dim": 128, "max_position_embeddings": 32768,
        "rope_scaling": {"type": "dynamic", "alpha": 1000.0, "factor": 1.0}\
        """;
    Frequencies transformers = only(keys, Dialect.TRANSFORMERS).frequencies();
    LayerRope llamaCpp = only(keys, Dialect.LLAMA_CPP);
    assertThat(llamaCpp.base()).isCloseTo(10000 * Math.pow(1000, 128.0 / 126), within(10.0));
    Goldens.assertRelative(
        llamaCpp.frequencies().inverse(), transformers.inverse(), 1e-6, "HunYuan");
  }

  @Test
  void hunYuanHasAnAlphaOfItsOwnForLlamaCppWhereTheFileHasNone() {
    String keys =
        """
        "model_type": "hunyuan_v1_moe", "hidden_size": 4096, "num_attention_heads": 32,
        "max_position_embeddings": 32768, "rope_scaling": {"type": "dynamic", "factor": 1.0}\
        """;
    assertThat(only(keys, Dialect.LLAMA_CPP).base())
        .isCloseTo(10000 * Math.pow(1000, 128.0 / 126), within(10.0));
  }

  @Test
  void gemma4sStandingPairsHaveAHugeDivisorForLlamaCpp() {
    String keys =
        """
        "model_type": "gemma4_text", "hidden_size": 1536, "num_attention_heads": 8,
        "head_dim": 256, "global_head_dim": 64, "max_position_embeddings": 131072,
        "num_hidden_layers": 6\
        """;
    double[] inverse = full(keys, Dialect.LLAMA_CPP).frequencies().inverse();
    assertThat(inverse).hasSize(32);
    assertThat(inverse[7]).isGreaterThan(0.01);
    for (int i = 8; i < 32; i++) {
      assertThat(inverse[i]).isLessThan(1e-29);
    }
  }

  @Test
  void mistral4RotatesThePartOfItsHeadThatIsForIt() {
    String keys =
        """
        "model_type": "mistral4", "hidden_size": 4096, "num_attention_heads": 32,
        "qk_nope_head_dim": 96, "qk_rope_head_dim": 32, "max_position_embeddings": 32768\
        """;
    LayerRope transformers = only(keys, Dialect.TRANSFORMERS);
    assertThat(transformers.headDimension()).isEqualTo(128);
    assertThat(transformers.rotaryDimension()).isEqualTo(32);
    assertThat(only(keys, Dialect.LLAMA_CPP).rotaryDimension()).isEqualTo(32);
  }

  @Test
  void deepSeekV4ScalesOnlyTheLayersThatAttendToCompressedKeys() {
    HuggingFaceConfig config =
        HuggingFaceConfig.parse(
            "v4",
            """
            {"model_type": "deepseek_v4", "hidden_size": 4096, "num_attention_heads": 64,
             "head_dim": 512, "qk_rope_head_dim": 64, "max_position_embeddings": 1048576,
             "rope_theta": 10000, "compress_rope_theta": 160000, "rope_scaling":
             {"type": "yarn", "factor": 16, "original_max_position_embeddings": 65536}}
            """
                .getBytes(UTF_8));
    RopeReading reading = RopeReading.of(config, Dialect.TRANSFORMERS);
    assertThat(reading.layers())
        .extracting(layer -> layer.layerType().orElseThrow())
        .containsExactly("main", "compress");
    LayerRope main = reading.layers().getFirst();
    assertThat(main.base()).isEqualTo(10000);
    assertThat(main.rotaryDimension()).isEqualTo(64);
    assertThat(main.frequencies()).isEqualTo(main.unscaled());
    LayerRope compress = reading.layers().getLast();
    assertThat(compress.base()).isEqualTo(160000);
    assertThat(compress.frequencies().attentionFactor()).isEqualTo(1);
    assertThat(compress.frequencies().inverse(31))
        .isCloseTo(compress.unscaled().inverse(31) / 16, within(1e-12));
  }

  @Test
  void thePapersRampIsLinearInTurns() {
    String keys =
        LLAMA
            + ", \"rope_scaling\": {\"rope_type\": \"yarn\", \"factor\": 4.0,"
            + " \"original_max_position_embeddings\": 8192}";
    LayerRope paper = only(keys, Dialect.PAPER);
    for (int i = 0; i < 64; i++) {
      double turns = 8192 / paper.unscaled().wavelength(i);
      double kept = Math.clamp((turns - 1) / (32 - 1), 0, 1);
      double expected = paper.unscaled().inverse(i) * (kept + (1 - kept) / 4);
      assertThat(paper.frequencies().inverse(i)).isCloseTo(expected, within(1e-12 * expected));
    }
  }

  @Test
  void aModelWhoseRowsAreConvertedIsInterleavedInLlamaCpp() {
    assertThat(only(LLAMA, Dialect.TRANSFORMERS).pairing()).isEqualTo(Pairing.HALF);
    assertThat(only(LLAMA, Dialect.LLAMA_CPP).pairing()).isEqualTo(Pairing.INTERLEAVED);
  }

  @Test
  void withoutAContextEachEngineRunsWithItsOwn() {
    String yarn =
        LLAMA
            + ", \"rope_scaling\": {\"rope_type\": \"yarn\", \"factor\": 16.0,"
            + " \"original_max_position_embeddings\": 8192}";
    assertThat(RopeReading.of(config(yarn), Dialect.TRANSFORMERS).contextLength()).isEqualTo(32768);
    assertThat(RopeReading.of(config(yarn), Dialect.VLLM).contextLength()).isEqualTo(131072);
    assertThat(RopeReading.of(config(yarn), Dialect.LLAMA_CPP).contextLength()).isEqualTo(32768);
    String longRope = phi3("longrope");
    assertThat(RopeReading.of(config(longRope), Dialect.TRANSFORMERS).contextLength())
        .isEqualTo(1024);
    assertThat(RopeReading.of(config(longRope), Dialect.VLLM).contextLength()).isEqualTo(1024);
    assertThat(RopeReading.of(config(longRope), Dialect.LLAMA_CPP).contextLength()).isEqualTo(8192);
  }

  @Test
  void whereEnginesDifferTheReadingSaysWhichAndByHowMuch() {
    String keys =
        LLAMA
            + ", \"rope_scaling\": {\"rope_type\": \"yarn\", \"factor\": 4.0,"
            + " \"original_max_position_embeddings\": 8192, \"attention_factor\": 1.0}";
    assertThat(RopeReading.of(config(keys), Dialect.TRANSFORMERS).warnings())
        .containsExactly(
            "vLLM rotates differently: cosine and sine x 1.1386",
            "llama.cpp rotates differently: cosine and sine x 1.1386");
  }

  @Test
  void whereTheyAgreeItSaysNothing() {
    assertThat(RopeReading.of(config(LLAMA), Dialect.TRANSFORMERS).warnings()).isEmpty();
  }

  @Test
  void flagsMeanTheSameInEveryEngine() {
    RopeOverrides flags =
        RopeOverrides.NONE
            .withScalingType(RopeScalingType.YARN)
            .withScale(4)
            .withYarnOriginalContext(32768);
    Frequencies expected =
        only(
                LLAMA
                    + ", \"rope_scaling\": {\"rope_type\": \"yarn\", \"factor\": 4.0,"
                    + " \"original_max_position_embeddings\": 32768}",
                Dialect.TRANSFORMERS)
            .frequencies();
    for (Dialect dialect : new Dialect[] {Dialect.TRANSFORMERS, Dialect.VLLM, Dialect.LLAMA_CPP}) {
      Frequencies actual =
          RopeReading.of(config(LLAMA), dialect, OptionalInt.empty(), flags)
              .layers()
              .getFirst()
              .frequencies();
      Goldens.assertRelative(actual.inverse(), expected.inverse(), 1e-12, dialect.title());
      assertThat(actual.attentionFactor()).isCloseTo(expected.attentionFactor(), within(1e-7));
    }
  }

  @Test
  void layersThatDoNotRotateAreNamed() {
    String cohere2 =
        """
        "model_type": "cohere2", "hidden_size": 4096, "num_attention_heads": 32,
        "num_hidden_layers": 8, "max_position_embeddings": 8192, "rope_theta": 50000,
        "sliding_window": 4096\
        """;
    assertThat(RopeReading.of(config(cohere2), Dialect.TRANSFORMERS).warnings())
        .contains("full_attention layers of cohere2 do not rotate (NoPE)");
    assertThat(only(cohere2, Dialect.LLAMA_CPP).layerType()).contains("sliding_attention");
  }

  @Test
  void anUnknownTypeIsRefusedWithTheKnownOnes() {
    String keys = LLAMA + ", \"rope_scaling\": {\"rope_type\": \"magic\", \"factor\": 2.0}";
    refused(keys, Dialect.TRANSFORMERS, "\"magic\"", "yarn, longrope, llama3");
    refused(keys, Dialect.VLLM, "\"magic\"", "vLLM", "deepseek_yarn");
  }

  @Test
  void theDefaultsOfAClassReachTheConvertedFile() {
    for (String model : new String[] {"gemma3_text", "modernbert", "qwen2_vl", "smollm3"}) {
      String keys =
          """
          "model_type": "%s", "hidden_size": 2048, "num_attention_heads": 16, "head_dim": 128,
          "num_hidden_layers": 12, "max_position_embeddings": 8192\
          """
              .formatted(model);
      assertThat(RopeReading.of(config(keys), Dialect.TRANSFORMERS).warnings())
          .as(model)
          .noneMatch(warning -> warning.contains("differently"));
    }
  }

  @Test
  void sectionsLargerThanTheHeadAreRefusedBeforeTheySizeAnything() {
    refused(
        LLAMA.replace("llama", "qwen2_vl")
            + ", \"rope_scaling\": {\"type\": \"mrope\", \"mrope_section\": [2000000000, 8, 8]}",
        Dialect.VLLM,
        "mrope_section");
  }

  @Test
  void labelsAreReadBack() {
    for (Dialect dialect : Dialect.values()) {
      assertThat(Dialect.of(dialect.label())).isEqualTo(dialect);
    }
    assertThat(Dialect.LLAMA_CPP.label()).isEqualTo("llama.cpp");
  }
}
