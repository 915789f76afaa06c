package rope4j.checkpoint.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;
import rope4j.checkpoint.config.Dialect;
import rope4j.checkpoint.config.HuggingFaceConfig;
import rope4j.checkpoint.config.LayerRope;
import rope4j.checkpoint.config.RopeReading;
import rope4j.checkpoint.patch.FactorTensors.Llama3Rule;
import rope4j.checkpoint.patch.RopeConfigPatch.Spelling;

/// A corrected config.json: everything else to the letter, and the same rotation in either version.
class RopeConfigPatchTest {

  private static final String LLAMA =
      """
      {
        "model_type": "llama",
        "hidden_size": 4096,
        "num_attention_heads": 32,
        "rms_norm_eps": 1e-05,
        "max_position_embeddings": 4096,
        "rope_theta": 10000.0,
        "odd":   [1.50, -0e0],
        "text": "ünï \\" \\u00e9"
      }
      """;

  private static final RopeOverrides YARN =
      RopeOverrides.NONE.withScalingType(RopeScalingType.YARN).withScale(4);

  @TempDir Path folder;

  private static String patched(
      String config, RopeOverrides flags, OptionalInt length, Spelling spelling) {
    return patched(config, flags, length, Optional.empty(), spelling);
  }

  private static String patched(
      String config,
      RopeOverrides flags,
      OptionalInt length,
      Optional<Llama3Rule> rule,
      Spelling spelling) {
    byte[] bytes = config.getBytes(StandardCharsets.UTF_8);
    return new String(
        RopeConfigPatch.of(bytes, flags, length, rule, spelling).apply(bytes),
        StandardCharsets.UTF_8);
  }

  private static List<LayerRope> layers(String config) {
    return RopeReading.of(
            HuggingFaceConfig.parse("test", config.getBytes(StandardCharsets.UTF_8)),
            Dialect.TRANSFORMERS)
        .layers();
  }

  @Test
  void versionFourHasRopeScalingBesideTheBase() {
    assertThat(patched(LLAMA, YARN, OptionalInt.of(16384), Spelling.V4))
        .isEqualTo(
            LLAMA
                .replace("4096,\n  \"rope_theta", "16384,\n  \"rope_theta")
                .replace(
                    "\\u00e9\"\n}",
                    """
                    \\u00e9",
                      "rope_scaling": {
                        "rope_type": "yarn",
                        "factor": 4.0,
                        "original_max_position_embeddings": 4096
                      }
                    }\
                    """));
  }

  @Test
  void versionFiveHasTheBaseInsideRopeParameters() {
    String config = patched(LLAMA, YARN, OptionalInt.empty(), Spelling.V5);
    assertThat(config)
        .contains(
            "\"rope_parameters\": {\n    \"rope_type\": \"yarn\"", "    \"rope_theta\": 10000.0")
        .doesNotContain("rope_scaling", "\n  \"rope_theta\"");
  }

  @Test
  void bothSpellingsSayTheSame() {
    String config = patched(LLAMA, YARN, OptionalInt.of(16384), Spelling.BOTH);
    LayerRope expected =
        layers(patched(LLAMA, YARN, OptionalInt.of(16384), Spelling.V4)).getFirst();
    assertThat(expected.ropeType()).isEqualTo("yarn");
    for (String without : List.of("", "rope_scaling", "rope_parameters")) {
      String view =
          new String(
              ConfigPatch.NONE
                  .with(new ConfigPatch.Remove(List.of(without)))
                  .apply(config.getBytes(StandardCharsets.UTF_8)),
              StandardCharsets.UTF_8);
      LayerRope layer = layers(view).getFirst();
      assertThat(layer.frequencies()).as("without " + without).isEqualTo(expected.frequencies());
      assertThat(layer.base()).isEqualTo(10000);
      assertThat(layer.trainedLength()).isEqualTo(4096);
    }
  }

  @Test
  void theBaseIsCarriedFromWhereverItStands() {
    String inside =
        """
        {"model_type": "qwen3", "hidden_size": 4096, "num_attention_heads": 32, "head_dim": 128,
         "max_position_embeddings": 32768, "rope_parameters": {"rope_type": "default",
         "rope_theta": 1000000}}\
        """;
    for (Spelling spelling : Spelling.values()) {
      String config = patched(inside, YARN, OptionalInt.empty(), spelling);
      assertThat(layers(config).getFirst().base()).isEqualTo(1e6);
      assertThat(config).contains("\"rope_theta\": 1000000").doesNotContain("\n}");
    }
  }

  @Test
  void theKeysOfAnotherTypeGo() {
    String llama3 =
        LLAMA.replace(
            "\"rope_theta\"",
            """
            "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
              "high_freq_factor": 4.0, "original_max_position_embeddings": 2048}, "rope_theta\"\
            """);
    String linear =
        patched(
            llama3,
            RopeOverrides.NONE.withScalingType(RopeScalingType.LINEAR).withScale(2),
            OptionalInt.empty(),
            Spelling.BOTH);
    assertThat(linear).contains("linear").doesNotContain("low_freq_factor", "llama3");
    String none =
        patched(
            llama3,
            RopeOverrides.NONE.withScalingType(RopeScalingType.NONE),
            OptionalInt.empty(),
            Spelling.BOTH);
    assertThat(none).contains("\"rope_scaling\": null");
    assertThat(layers(none).getFirst().frequencies())
        .isEqualTo(layers(LLAMA).getFirst().frequencies());
  }

  private static final String LLAMA_3_1 =
      LLAMA
          .replace("4096,\n  \"rope_theta", "131072,\n  \"rope_theta")
          .replace(
              "\"rope_theta\"",
              """
              "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
                "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}, "rope_theta"\
              """);

  @Test
  void theOriginalLengthOfAnotherTypeGoesWithIt() {
    for (Spelling spelling : Spelling.values()) {
      LayerRope layer =
          layers(patched(LLAMA_3_1, YARN, OptionalInt.of(200_000), spelling)).getFirst();
      assertThat(layer.ropeType()).isEqualTo("yarn");
      assertThat(layer.trainedLength()).isEqualTo(131_072);
    }
  }

  @Test
  void theOriginalLengthStaysWithItsType() {
    String yarn = patched(LLAMA, YARN, OptionalInt.of(16384), Spelling.BOTH);
    String wider =
        patched(yarn, RopeOverrides.NONE.withScale(8), OptionalInt.of(32768), Spelling.BOTH);
    assertThat(layers(wider).getFirst().trainedLength()).isEqualTo(4096);
  }

  @Test
  void anAttentionFactorGoesWithTheFactorItIsFor() {
    String olmo =
        LLAMA.replace(
            "\"rope_theta\"",
            """
            "rope_scaling": {"rope_type": "yarn", "factor": 8.0, "attention_factor": 1.5,
              "attn_factor": 0.9, "original_max_position_embeddings": 4096}, "rope_theta"\
            """);
    RopeOverrides wider = RopeOverrides.NONE.withScalingType(RopeScalingType.YARN).withScale(16);
    for (Spelling spelling : Spelling.values()) {
      String config = patched(olmo, wider, OptionalInt.of(65536), spelling);
      assertThat(config).doesNotContain("attention_factor", "attn_factor");
      assertThat(layers(config).getFirst().frequencies().attentionFactor())
          .isCloseTo(0.1 * Math.log(16) + 1, within(1e-7));
    }
    assertThat(patched(olmo, wider.withScale(8), OptionalInt.of(65536), Spelling.BOTH))
        .contains("\"attention_factor\": 1.5", "\"attn_factor\": 0.9");
  }

  @Test
  void anAttentionFactorThatGoesIsShown() throws IOException {
    Path in =
        Files.writeString(
            folder.resolve("config.json"),
            LLAMA.replace(
                "\"rope_theta\"",
                "\"rope_scaling\": {\"rope_type\": \"yarn\", \"factor\": 8.0,"
                    + " \"attention_factor\": 1.5}, \"rope_theta\""));
    PatchResult result =
        ConfigPatcher.rehearse(
            in,
            bytes ->
                RopeConfigPatch.of(
                    bytes,
                    RopeOverrides.NONE.withScale(16),
                    OptionalInt.empty(),
                    Optional.empty(),
                    Spelling.BOTH),
            folder.resolve("out.json"),
            false);
    assertThat(result.edits())
        .anySatisfy(edit -> {
          assertThat(edit.key()).isEqualTo("rope_scaling.attention_factor");
          assertThat(edit.from().orElseThrow().text()).isEqualTo("1.5");
          assertThat(edit.to()).isEmpty();
        });
  }

  @Test
  void theBaseThatAlphaMadeOutlivesIt() {
    String hunYuan =
        """
        {"model_type": "hunyuan_v1_dense", "hidden_size": 4096, "num_attention_heads": 32,
         "head_dim": 128, "num_hidden_layers": 2, "max_position_embeddings": 262144,
         "rope_theta": 10000.0, "rope_scaling": {"alpha": 1000.0, "factor": 1.0, "type": "dynamic"}}\
        """;
    RopeOverrides none = RopeOverrides.NONE.withScalingType(RopeScalingType.NONE);
    LayerRope trained = layers(hunYuan).getFirst();
    LayerRope kept = layers(patched(hunYuan, none, OptionalInt.empty(), Spelling.BOTH)).getFirst();
    assertThat(kept.base()).isCloseTo(10000 * Math.pow(1000, 128 / 126.0), within(1.0));
    for (int pair = 0; pair < 64; pair++) {
      assertThat(kept.frequencies().inverse(pair) / trained.frequencies().inverse(pair))
          .isCloseTo(1, within(1e-6));
    }
    String asked =
        patched(hunYuan, none.withFrequencyBase(5e5), OptionalInt.empty(), Spelling.BOTH);
    assertThat(layers(asked).getFirst().base()).isEqualTo(5e5);
  }

  @Test
  void llama3sRuleIsWritten() {
    String config =
        patched(
            LLAMA,
            RopeOverrides.NONE,
            OptionalInt.of(32768),
            Optional.of(new Llama3Rule(8, 1, 4, OptionalInt.empty())),
            Spelling.BOTH);
    LayerRope layer = layers(config).getFirst();
    assertThat(layer.ropeType()).isEqualTo("llama3");
    assertThat(layer.trainedLength()).isEqualTo(4096);
  }

  @Test
  void aMultimodalModelsTextConfigIsEdited() {
    String nested =
        """
        {
          "model_type": "llava",
          "max_position_embeddings": 1,
          "text_config": {
            "model_type": "llama",
            "hidden_size": 4096,
            "num_attention_heads": 32,
            "max_position_embeddings": 4096
          },
          "vision_config": {}
        }\
        """;
    String config = patched(nested, YARN, OptionalInt.of(8192), Spelling.BOTH);
    assertThat(config)
        .contains(
            "\"max_position_embeddings\": 1,", "\n    \"rope_scaling\": {\n      \"rope_type\"");
    assertThat(layers(config).getFirst().ropeType()).isEqualTo("yarn");
  }

  @Test
  void aDictionaryALayerTypeKeepsItsSlidingLayers() {
    String gemma =
        """
        {"model_type": "gemma3_text", "hidden_size": 2560, "num_attention_heads": 8, "head_dim": 256,
         "num_hidden_layers": 12, "max_position_embeddings": 131072, "rope_parameters": {
           "full_attention": {"rope_type": "default", "rope_theta": 1000000.0},
           "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}}}\
        """;
    RopeOverrides linear = RopeOverrides.NONE.withScalingType(RopeScalingType.LINEAR).withScale(8);
    List<LayerRope> layers = layers(patched(gemma, linear, OptionalInt.empty(), Spelling.V5));
    assertThat(layers)
        .extracting(
            layer -> layer.layerType().orElseThrow() + " " + layer.ropeType() + " " + layer.base())
        .containsExactlyInAnyOrder(
            "full_attention linear 1000000.0", "sliding_attention default 10000.0");
    for (Spelling old : List.of(Spelling.V4, Spelling.BOTH)) {
      assertThatThrownBy(() -> patched(gemma, linear, OptionalInt.empty(), old))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              "rope_parameters has a dictionary for each type of layer, which Transformers 4 can't"
                  + " read; give --transformers 5");
    }
  }

  @Test
  void whatTransformersCanNotReadIsRefused() {
    assertThatThrownBy(() ->
            patched(
                LLAMA,
                RopeOverrides.NONE.withScalingType(RopeScalingType.YARN),
                OptionalInt.empty(),
                Spelling.BOTH))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("--rope-scale");
    String phi3 = LLAMA.replace("\"llama\"", "\"phi3\"");
    assertThatThrownBy(() -> patched(phi3, YARN, OptionalInt.empty(), Spelling.BOTH))
        .isInstanceOf(CheckpointException.class)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void theFileIsWrittenWholeOrNotAtAll() throws IOException {
    Path in = Files.writeString(folder.resolve("config.json"), LLAMA);
    Path out = folder.resolve("out.json");
    SafeFile full =
        new SafeFile(
            _ -> Long.MAX_VALUE,
            _ -> {
              throw new java.io.UncheckedIOException(new IOException("full"));
            });
    assertThatThrownBy(() ->
            ConfigPatcher.write(
                folder,
                bytes ->
                    RopeConfigPatch.of(
                        bytes, YARN, OptionalInt.empty(), Optional.empty(), Spelling.BOTH),
                out,
                false,
                full))
        .hasMessageContaining("full");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(in);
    }
  }

  @Test
  void keysAreSetAndRemovedToTheLetter() {
    assertThat(edited("{\"a\":1,\"b\":2}", new ConfigPatch.Set(List.of("c"), 3L)))
        .isEqualTo("{\"a\":1,\"b\":2,\"c\":3}");
    assertThat(edited("{\"a\": 1, \"b\": 2}", new ConfigPatch.Remove(List.of("a"))))
        .isEqualTo("{\"b\": 2}");
    assertThat(edited("{\"a\": 1, \"b\": 2}", new ConfigPatch.Remove(List.of("b"))))
        .isEqualTo("{\"a\": 1}");
    assertThat(edited("{\n\t\"a\": {}\n}", new ConfigPatch.Set(List.of("a", "b"), "x")))
        .isEqualTo("{\n\t\"a\": {\n\t\t\"b\": \"x\"\n\t}\n}");
    assertThat(edited("{\r\n  \"a\": 1\r\n}", new ConfigPatch.Set(List.of("b"), true)))
        .isEqualTo("{\r\n  \"a\": 1,\r\n  \"b\": true\r\n}");
    assertThat(edited("{\"a\": 1}", new ConfigPatch.Remove(List.of("a")))).isEqualTo("{}");
    assertThatThrownBy(() -> edited("{\"a\": 1}", new ConfigPatch.Set(List.of("a", "b"), 1L)))
        .isInstanceOf(CheckpointException.class);
  }

  private static String edited(String document, ConfigPatch.Change change) {
    return new String(
        ConfigPatch.NONE.with(change).apply(document.getBytes(StandardCharsets.UTF_8)),
        StandardCharsets.UTF_8);
  }
}
