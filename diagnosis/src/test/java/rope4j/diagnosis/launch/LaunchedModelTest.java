package rope4j.diagnosis.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;
import rope4j.checkpoint.config.Dialect;
import rope4j.checkpoint.config.HuggingFaceConfig;
import rope4j.checkpoint.config.LayerRope;
import rope4j.checkpoint.config.RopeReading;

/// The rotation an engine ends up with, from a model's files and the user's own launch.
class LaunchedModelTest {

  /// Trained on 64 tokens, base 10000, no scaling.
  private static final Path GGUF =
      Path.of("../inference/src/test/resources/parity/zoo/models/llama-gqa.gguf");

  private static final String QWEN3 =
      """
      {"model_type": "qwen3", "hidden_size": 1024, "num_attention_heads": 16, "head_dim": 128,
       "num_hidden_layers": 28, "max_position_embeddings": 40960, "rope_theta": 1000000}
      """;

  private static final String YARN =
      "\"rope_type\":\"yarn\",\"factor\":4.0,\"original_max_position_embeddings\":32768";

  @TempDir Path folder;

  private static LaunchedModel llamaCpp(String flags) {
    return gguf("llama-server -m m.gguf " + flags);
  }

  private static LaunchedModel gguf(String line) {
    try (GgufFile file = GgufFile.open(GGUF)) {
      return LaunchedModel.of(file, Launch.parse(line), 256);
    }
  }

  private static RopeReading expected(RopeOverrides flags) {
    try (GgufFile file = GgufFile.open(GGUF)) {
      return RopeReading.of(ModelDescription.of(file), OptionalInt.of(256), flags);
    }
  }

  private HuggingFaceConfig config(String json) {
    try {
      return HuggingFaceConfig.read(Files.writeString(folder.resolve("config.json"), json));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private LaunchedModel folder(String json, String line) {
    return LaunchedModel.of(config(json), Launch.parse(line), 131072);
  }

  private static LayerRope layer(LaunchedModel model) {
    assertThat(model.reason()).isEmpty();
    return model.rotation().orElseThrow().layers().getFirst();
  }

  @Test
  void aLineWithoutFlagsIsTheFilesOwnRotation() {
    assertThat(llamaCpp("").rotation()).contains(expected(RopeOverrides.NONE));
    assertThat(gguf("ollama run m").rotation()).contains(expected(RopeOverrides.NONE));
    assertThat(gguf("lms load m").rotation()).contains(expected(RopeOverrides.NONE));
  }

  @Test
  void flagsAreResolvedAsLlamaCppDoes() {
    RopeOverrides flags = RopeOverrides.NONE.withScalingType(RopeScalingType.YARN).withScale(4);
    assertThat(llamaCpp("--rope-scaling yarn --rope-scale 4").rotation()).contains(expected(flags));
  }

  @Test
  void overriddenKeysAreLikeKeysOfTheFile() {
    LaunchedModel model =
        llamaCpp(
            "--override-kv llama.rope.scaling.type=str:yarn,llama.rope.scaling.factor=float:4,"
                + "llama.rope.scaling.original_context_length=int:64");
    RopeOverrides same =
        RopeOverrides.NONE
            .withScalingType(RopeScalingType.YARN)
            .withScale(4)
            .withYarnOriginalContext(64);
    assertThat(layer(model).frequencies())
        .isEqualTo(expected(same).layers().getFirst().frequencies());
    assertThat(model.rotation().orElseThrow().warnings()).isEmpty();
  }

  @Test
  void flagsWinOverOverriddenKeys() {
    LaunchedModel model =
        llamaCpp("--override-kv llama.rope.freq_base=float:500000 --rope-freq-base 20000");
    assertThat(layer(model).base()).isEqualTo(20000);
  }

  @Test
  void anOverrideOfTheWrongTypeIsPassedOverWithAWarning() {
    LaunchedModel model = llamaCpp("--override-kv llama.rope.scaling.factor=int:4");
    assertThat(layer(model)).isEqualTo(expected(RopeOverrides.NONE).layers().getFirst());
    assertThat(model.rotation().orElseThrow().warnings())
        .containsExactly(
            "--override-kv llama.rope.scaling.factor is passed over: llama.cpp asks for the type"
                + " float, but it is given as int");
  }

  @Test
  void anOverrideForAnotherArchitectureIsWarnedAbout() {
    assertThat(
            llamaCpp("--override-kv qwen3.context_length=int:9")
                .rotation()
                .orElseThrow()
                .warnings())
        .containsExactly(
            "--override-kv qwen3.context_length is never read: the file's architecture is llama");
  }

  @Test
  void koboldCppChoosesUnlessItIsTold() {
    assertThat(gguf("koboldcpp m.gguf --contextsize 256").reason())
        .isEqualTo(
            "without --ropeconfig KoboldCpp picks a base of its own for 256 tokens of this model;"
                + " give one to know it");
    assertThat(layer(gguf("koboldcpp m.gguf --ropeconfig 0.25 20000")).base()).isEqualTo(20000);
  }

  @Test
  void anOverrideReplacesTheRopeDictionaryAsAWhole() {
    LaunchedModel model =
        folder(
            QWEN3,
            "vllm serve x --hf-overrides '{\"rope_parameters\":{"
                + YARN
                + ",\"rope_theta\":1000000}}'");
    RopeReading written =
        RopeReading.of(
            config(QWEN3.replace("}", ", \"rope_scaling\": {" + YARN + "}}")),
            Dialect.VLLM,
            OptionalInt.of(131072),
            RopeOverrides.NONE);
    assertThat(model.rotation().orElseThrow().layers()).isEqualTo(written.layers());
  }

  @Test
  void aDictionaryWithoutABaseLosesTheFilesBase() {
    LaunchedModel model =
        folder(QWEN3, "vllm serve x --rope-scaling '{" + YARN + "}' --max-model-len 131072");
    assertThat(layer(model).base()).isEqualTo(10000);
    assertThat(model.rotation().orElseThrow().warnings())
        .contains("the override changes rope_theta from 1000000.0 to 10000.0");
  }

  @Test
  void aBaseBesideTheDictionaryFillsItIn() {
    LaunchedModel model =
        folder(QWEN3, "vllm serve x --rope-scaling '{" + YARN + "}' --rope-theta 5000000");
    assertThat(layer(model).base()).isEqualTo(5000000);
  }

  @Test
  void aBaseAloneChangesNothing() {
    LaunchedModel model = folder(QWEN3, "vllm serve x --rope-theta 5000000");
    assertThat(layer(model).base()).isEqualTo(1000000);
    assertThat(model.rotation().orElseThrow().warnings())
        .contains(
            "rope_theta alone changes nothing, as the base is already in the rope dictionary"
                + " (Transformers 5); override rope_parameters with rope_theta inside");
  }

  @Test
  void anOverrideInsideANestedConfigurationKeepsWhatItDoesNotName() {
    String nested = "{\"model_type\": \"qwen2_5_vl\", \"text_config\": " + QWEN3 + "}";
    String override = "{\"rope_parameters\": {" + YARN + "}}";
    LaunchedModel inside =
        folder(nested, "vllm serve x --hf-overrides '{\"text_config\":" + override + "}'");
    assertThat(layer(inside).ropeType()).isEqualTo("yarn");
    assertThat(layer(inside).base()).isEqualTo(1000000);
    LaunchedModel atTheTop = folder(nested, "vllm serve x --hf-overrides '" + override + "'");
    assertThat(layer(atTheTop).ropeType()).isEqualTo("default");
  }

  @Test
  void anOverrideMayMendWhatTheEngineRefuses() {
    String broken = QWEN3.replace("}", ", \"rope_scaling\": {\"rope_type\": \"unheard-of\"}}");
    assertThat(folder(broken, "vllm serve x").reason()).contains("unheard-of");
    assertThat(
            layer(
                    folder(
                        broken,
                        "python -m sglang.launch_server --model x --json-model-override-args"
                            + " '{\"rope_scaling\":null}'"))
                .ropeType())
        .isEqualTo("default");
  }

  @Test
  void aCallOfFromPretrainedIsReadByTransformers() {
    LaunchedModel model =
        folder(
            QWEN3,
            "AutoModelForCausalLM.from_pretrained('x', rope_parameters={'rope_type': 'linear',"
                + " 'factor': 2.0, 'rope_theta': 1e6})");
    assertThat(model.rotation().orElseThrow().dialect()).isEqualTo(Dialect.TRANSFORMERS);
    assertThat(layer(model).ropeType()).isEqualTo("linear");
  }

  @Test
  void filesTheEngineDoesNotLoadAreSaidSo() {
    assertThat(gguf("vllm serve x").reason())
        .isEqualTo(
            "this is a GGUF file, but vLLM's rotation is read from a folder with a config.json;"
                + " name that folder");
    assertThat(folder(QWEN3, "llama-server -m m.gguf").reason())
        .isEqualTo("this is a config.json, but llama.cpp loads a GGUF file; name that file");
    assertThat(gguf("jbang Llama3.java --model m.gguf").reason())
        .isEqualTo("how llama3.java rotates is not modelled here, as it passes over most scalings");
  }

  @Test
  void whatTheEngineRefusesIsTheReason() {
    assertThat(llamaCpp("--override-kv llama.context_length=int:-1").reason())
        .contains("llama.context_length is -1");
  }
}
