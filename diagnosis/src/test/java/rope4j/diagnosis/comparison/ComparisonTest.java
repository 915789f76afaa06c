package rope4j.diagnosis.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.rules.GgufText;

class ComparisonTest {

  private static final String LLAMA =
      "\"model_type\": \"llama\", \"hidden_size\": 4096, \"num_attention_heads\": 32,"
          + " \"num_hidden_layers\": 2";

  private static final String LLAMA_3_1 =
      LLAMA
          + ", \"max_position_embeddings\": 131072, \"rope_theta\": 500000.0, \"rope_scaling\":"
          + " {\"rope_type\": \"llama3\", \"factor\": 8.0, \"low_freq_factor\": 1.0,"
          + " \"high_freq_factor\": 4.0, \"original_max_position_embeddings\": 8192}";

  private static final String QWEN =
      "\"model_type\": \"qwen2\", \"hidden_size\": 3584, \"num_attention_heads\": 28,"
          + " \"num_hidden_layers\": 2, \"max_position_embeddings\": 32768, \"rope_theta\":"
          + " 1000000.0, \"rope_scaling\": {\"rope_type\": \"yarn\", \"factor\": 4.0,"
          + " \"original_max_position_embeddings\": 32768";

  private static final String GGUF =
      """
      general.architecture: str llama
      llama.context_length: u32 131072
      llama.embedding_length: u32 4096
      llama.block_count: u32 2
      llama.feed_forward_length: u32 64
      llama.attention.head_count: u32 32
      llama.attention.layer_norm_rms_epsilon: f32 0.00001
      llama.rope.freq_base: f32 10000
      tokenizer.ggml.tokens: arr str a b c
      """;

  @TempDir private Path folder;

  private Comparison compare(String config, int length, Engine... engines) {
    try {
      Files.writeString(folder.resolve("config.json"), "{" + config + "}");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return compare(folder, length, engines);
  }

  private Comparison gguf(String keys, int length, Engine... engines) {
    try {
      Path text = Files.writeString(folder.resolve("model.gguf.txt"), keys);
      Path file = Files.write(folder.resolve("model.gguf"), GgufText.bytes(text));
      return compare(file, length, engines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Comparison compare(Path path, int length, Engine... engines) {
    try (Checkpoint checkpoint = Checkpoint.open(path)) {
      return Comparison.of(checkpoint, List.of(engines), length);
    }
  }

  private static Deviation of(Comparison comparison, Engine engine) {
    return comparison.deviations().stream()
        .filter(deviation -> deviation.engine() == engine)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void jlamaLeavesLlama3Unscaled() {
    Comparison comparison = compare(LLAMA_3_1, 131072, Engine.TRANSFORMERS, Engine.JLAMA);
    Deviation jlama = of(comparison, Engine.JLAMA);
    assertThat(comparison.trainedLength()).isEqualTo(8192);
    assertThat(jlama.shortText().pairsOff(Deviation.OFF, 8192)).isEqualTo(18);
    assertThat(jlama.atLength().pairsOff(Deviation.OFF, 131072)).isEqualTo(32);
    assertThat(8192 * jlama.atLength().apart(jlama.atLength().worstPair()))
        .isCloseTo(7.3, within(0.05));
    assertThat(jlama.causes()).singleElement().asString().contains("no other scaling");
    assertThat(comparison.agrees()).isFalse();
  }

  @Test
  void llama3IsTheSameInTheThreeLargeEngines() {
    Comparison comparison =
        compare(LLAMA_3_1, 131072, Engine.TRANSFORMERS, Engine.VLLM, Engine.LLAMA_CPP);
    assertThat(comparison.agrees()).isTrue();
    assertThat(comparison.deviations()).hasSize(2).allMatch(Deviation::none);
    assertThat(comparison.deviations()).allSatisfy(d -> assertThat(d.causes()).isEmpty());
    assertThat(comparison.refusing()).isEmpty();
  }

  @Test
  void theEngineThatIsRightJoinsThoseNamed() {
    Comparison comparison = compare(LLAMA_3_1, 131072, Engine.VLLM);
    assertThat(comparison.reference().orElseThrow().engine()).isEqualTo(Engine.TRANSFORMERS);
    assertThat(comparison.readings())
        .extracting(EngineReading::engine)
        .containsExactly(Engine.TRANSFORMERS, Engine.VLLM);
  }

  @Test
  void anAttentionFactorThatIsNotReadShowsInTheLogits() {
    Comparison comparison =
        compare(
            QWEN + ", \"attention_factor\": 1.0}",
            131072,
            Engine.TRANSFORMERS,
            Engine.VLLM,
            Engine.LLAMA_CPP);
    for (Engine engine : List.of(Engine.VLLM, Engine.LLAMA_CPP)) {
      Deviation deviation = of(comparison, engine);
      assertThat(deviation.atLength().magnitudeRatio()).isCloseTo(1.13863, within(1e-5));
      assertThat(deviation.atLength().logitRatio()).isCloseTo(1.29648, within(1e-5));
      assertThat(deviation.atLength().firstPosition(Deviation.NOTICEABLE)).isEmpty();
      assertThat(deviation.causes())
          .containsExactly(engine.title() + " does not read attention_factor.");
    }
  }

  @Test
  void llamaCppRoundsARampThatIsNotToBeTruncated() {
    Comparison comparison =
        compare(QWEN + ", \"truncate\": false}", 131072, Engine.VLLM, Engine.LLAMA_CPP);
    assertThat(of(comparison, Engine.VLLM).none()).isTrue();
    assertThat(of(comparison, Engine.LLAMA_CPP).causes())
        .singleElement()
        .asString()
        .contains("truncate");
  }

  @Test
  void dynamicNtkOfAShortTextIsUnscaledEverywhereAndOfALongOneInTransformersAlone() {
    Comparison comparison =
        compare(
            LLAMA
                + ", \"max_position_embeddings\": 4096, \"rope_scaling\": {\"rope_type\":"
                + " \"dynamic\", \"factor\": 2.0}",
            8192,
            Engine.VLLM,
            Engine.LLAMA_CPP);
    assertThat(comparison.deviations())
        .hasSize(2)
        .allSatisfy(deviation -> {
          assertThat(deviation.shortText().none()).isTrue();
          assertThat(deviation.atLength().none()).isFalse();
          assertThat(deviation.causes()).isNotEmpty();
        });
    assertThat(of(comparison, Engine.VLLM).causes())
        .singleElement()
        .asString()
        .contains("follows the length of the text");
    assertThat(of(comparison, Engine.LLAMA_CPP).causes())
        .singleElement()
        .asString()
        .contains("drops dynamic");
  }

  @Test
  void longRopeOfAShortTextDiffersOnAServerStartedForALongOne() {
    String[] ones = new String[48];
    String[] fours = new String[48];
    Arrays.fill(ones, "1.0");
    Arrays.fill(fours, "4.0");
    Comparison comparison =
        compare(
            "\"model_type\": \"phi3\", \"hidden_size\": 3072, \"num_attention_heads\": 32,"
                + " \"num_hidden_layers\": 2, \"max_position_embeddings\": 131072,"
                + " \"original_max_position_embeddings\": 4096, \"rope_scaling\": {\"type\":"
                + " \"longrope\", \"short_factor\": ["
                + String.join(",", ones)
                + "], \"long_factor\": ["
                + String.join(",", fours)
                + "]}",
            131072,
            Engine.VLLM,
            Engine.LLAMA_CPP);
    assertThat(comparison.deviations())
        .hasSize(2)
        .allSatisfy(deviation -> {
          assertThat(deviation.atLength().none()).isTrue();
          assertThat(deviation.shortText().worstRelative()).isCloseTo(0.75, within(1e-6));
          assertThat(deviation.causes())
              .singleElement()
              .asString()
              .contains("by the context it is started for");
        });
  }

  @Test
  void vllmIsRightWhereTransformersPassesOverTruncate() {
    String yarn =
        "{\"rope_type\": \"yarn\", \"rope_theta\": 150000.0, \"factor\": 32.0,"
            + " \"original_max_position_embeddings\": 4096, \"truncate\": false}";
    Comparison comparison =
        compare(
            "\"model_type\": \"gemma3_text\", \"hidden_size\": 1024, \"head_dim\": 256,"
                + " \"num_attention_heads\": 4, \"num_hidden_layers\": 6,"
                + " \"max_position_embeddings\": 131072, \"rope_parameters\": {"
                + "\"full_attention\": "
                + yarn
                + ", \"sliding_attention\": {\"rope_type\": \"default\", \"rope_theta\": 10000.0}}",
            131072,
            Engine.TRANSFORMERS,
            Engine.VLLM);
    assertThat(comparison.reference().orElseThrow().engine()).isEqualTo(Engine.VLLM);
    assertThat(comparison.deviations())
        .extracting(Deviation::layerType, Deviation::none)
        .containsExactly(
            tuple(Optional.of("sliding_attention"), true),
            tuple(Optional.of("full_attention"), false));
  }

  @Test
  void anEngineThatRefusesSaysWhy() {
    Comparison comparison =
        compare(QWEN + "}", 131072, Engine.VLLM, Engine.JLAMA, Engine.LLAMA3_JAVA);
    EngineReading refused = comparison.refusing().getFirst();
    assertThat(comparison.refusing()).hasSize(1);
    assertThat(refused.engine()).isEqualTo(Engine.LLAMA3_JAVA);
    assertThat(refused.refusal()).contains("llama3.java", "qwen2");
    assertThat(comparison.deviations())
        .extracting(Deviation::engine)
        .containsExactly(Engine.VLLM, Engine.JLAMA);
  }

  @Test
  void jlamaReadsTheBaseAtTheTopOnly() {
    Comparison comparison =
        compare(
            LLAMA
                + ", \"max_position_embeddings\": 8192, \"rope_parameters\": {\"rope_type\":"
                + " \"default\", \"rope_theta\": 500000.0}",
            8192,
            Engine.JLAMA);
    assertThat(of(comparison, Engine.JLAMA).causes())
        .first()
        .asString()
        .contains("rotates with base 10000");
  }

  @Test
  void jlamaScalesLinearUnderTheNewSpellingOnly() {
    String keys = LLAMA + ", \"max_position_embeddings\": 4096, \"rope_scaling\": {\"factor\": 4.0";
    assertThat(compare(keys + ", \"rope_type\": \"linear\"}", 16384, Engine.JLAMA).agrees())
        .isTrue();
    assertThat(compare(keys + ", \"type\": \"linear\"}", 16384, Engine.JLAMA).agrees()).isFalse();
  }

  @Test
  void ofAGgufFileLlamaCppIsRightAndTheJavaEnginesPassOverItsDivisors() {
    Comparison comparison =
        gguf(
            GGUF + "tensor rope_freqs.weight F32 [64] fill 8\n",
            131072,
            Engine.LLAMA_CPP,
            Engine.OLLAMA,
            Engine.LLAMA3_JAVA,
            Engine.GPULLAMA3,
            Engine.TRANSFORMERS);
    assertThat(comparison.reference().orElseThrow().engine()).isEqualTo(Engine.LLAMA_CPP);
    assertThat(of(comparison, Engine.OLLAMA).none()).isTrue();
    for (Engine engine : List.of(Engine.LLAMA3_JAVA, Engine.GPULLAMA3)) {
      assertThat(of(comparison, engine).atLength().worstRelative()).isCloseTo(7, within(1e-6));
    }
    assertThat(comparison.refusing())
        .singleElement()
        .satisfies(reading -> {
          assertThat(reading.engine()).isEqualTo(Engine.TRANSFORMERS);
          assertThat(reading.refusal()).contains("finished frequency factors");
        });
  }

  @Test
  void aYarnFileIsWhatTransformersMakesOfTheEqualConfiguration() {
    String yarn =
        GGUF
            + "llama.rope.scaling.type: str yarn\n"
            + "llama.rope.scaling.factor: f32 4\n"
            + "llama.rope.scaling.original_context_length: u32 32768\n";
    Comparison equal = gguf(yarn, 131072, Engine.TRANSFORMERS);
    assertThat(equal.agrees()).isTrue();
    assertThat(equal.deviations()).hasSize(1);
    Comparison betas =
        gguf(yarn + "llama.rope.scaling.yarn_beta_fast: f32 8\n", 131072, Engine.LLAMA_CPP);
    assertThat(betas.reference().orElseThrow().engine()).isEqualTo(Engine.TRANSFORMERS);
    assertThat(of(betas, Engine.LLAMA_CPP).causes())
        .containsExactly("llama.cpp does not read rope.scaling.yarn_beta_fast = 8.0.");
  }

  @Test
  void aKeyThatNoScalingNeedsDoesNotMakeTransformersRight() {
    Comparison comparison =
        gguf(
            GGUF + "llama.rope.scaling.yarn_beta_fast: f32 8\n",
            131072,
            Engine.OLLAMA,
            Engine.TRANSFORMERS);
    assertThat(comparison.reference().orElseThrow().engine()).isEqualTo(Engine.LLAMA_CPP);
    assertThat(comparison.agrees()).isTrue();
  }

  @Test
  void nothingToCompareIsExplained() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> compare(LLAMA_3_1, 8192, Engine.TRANSFORMERS))
        .withMessageStartingWith("there is nothing to compare Transformers with; name another");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> compare(LLAMA_3_1, 0, Engine.VLLM))
        .withMessageContaining("at least 1 token");
  }

  @Test
  void everyEngineEitherRotatesAModelOrSaysWhyNot() {
    Stream.of(Engine.values())
        .forEach(engine -> {
          Comparison folder = compare(LLAMA_3_1, 131072, engine, Engine.VLLM);
          Comparison file = gguf(GGUF, 131072, engine, Engine.OLLAMA);
          Stream.concat(folder.readings().stream(), file.readings().stream())
              .filter(reading -> !reading.rotates())
              .forEach(reading -> assertThat(reading.refusal()).isNotBlank());
        });
  }
}
