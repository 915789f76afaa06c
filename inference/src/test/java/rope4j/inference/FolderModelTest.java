package rope4j.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.model.FolderCheckpoint;
import rope4j.inference.FolderWriter.Stored;
import rope4j.inference.FolderWriter.Tensor;
import rope4j.rotation.DynamicNtk;
import rope4j.rotation.Pairing;
import rope4j.rotation.Rotation;
import tools.jackson.databind.node.ObjectNode;

/// What a Hugging Face folder may look like, and what is said when it is not complete.
class FolderModelTest {

  private static final int[] TOKENS = {1, 20, 3, 44, 5, 60, 7, 80, 9, 100};
  private static final Path ZOO = Path.of("src/test/resources/parity/zoo/models");

  @TempDir private Path folder;

  @Test
  void theWeightsMayBeDealtOutToSeveralFiles() throws IOException {
    Path shards = Files.createDirectory(folder.resolve("shards"));
    llama().writeShards(shards, Stored.F32, 3);
    Path whole = Files.createDirectory(folder.resolve("whole"));
    llama().write(whole, Stored.F32);
    assertThat(score(shards)).isEqualTo(score(whole));
  }

  @Test
  void halfPrecisionGivesWhatTheRoundedWeightsGive() throws IOException {
    for (Stored half : List.of(Stored.F16, Stored.BF16)) {
      Path stored = Files.createDirectory(folder.resolve("stored" + half));
      llama().write(stored, half);
      FolderWriter rounded = llama();
      rounded
          .tensors()
          .values()
          .forEach(tensor -> {
            for (int i = 0; i < tensor.values().length; i++) {
              tensor.values()[i] = half.round(tensor.values()[i]);
            }
          });
      Path whole = Files.createDirectory(folder.resolve("rounded" + half));
      rounded.write(whole, Stored.F32);
      assertThat(score(stored)).as(half.name()).isEqualTo(score(whole));
    }
  }

  @Test
  void halfPrecisionReachesRearrangedTensorsToo() throws IOException {
    for (String model : List.of("gpt2", "gptneox-par", "gpt-oss", "gemma3")) {
      for (Stored half : List.of(Stored.F16, Stored.BF16)) {
        Path stored = Files.createDirectory(folder.resolve(model + half));
        of(model).write(stored, half);
        FolderWriter rounded = of(model);
        rounded
            .tensors()
            .values()
            .forEach(tensor -> {
              for (int i = 0; i < tensor.values().length; i++) {
                tensor.values()[i] = half.round(tensor.values()[i]);
              }
            });
        Path whole = Files.createDirectory(folder.resolve(model + "rounded" + half));
        rounded.write(whole, Stored.F32);
        assertThat(score(stored)).as(model + half).isEqualTo(score(whole));
      }
    }
  }

  @Test
  void theConfigItselfMeansItsFolder() {
    llama().write(folder, Stored.F32);
    assertThat(score(folder.resolve("config.json"))).isEqualTo(score(folder));
  }

  @Test
  void aModelInsideAMultimodalOneIsFoundAndTheTowersAreLeftAlone() throws IOException {
    Path plain = Files.createDirectory(folder.resolve("plain"));
    of("gemma3").write(plain, Stored.F32);
    FolderWriter inner = of("gemma3");
    FolderWriter outer = new FolderWriter("{\"model_type\": \"gemma3\"}");
    outer.config().set("text_config", inner.config());
    inner.tensors().forEach((name, tensor) -> outer.put("language_model." + name, tensor));
    outer.put("vision_tower.patch.weight", new Tensor(List.of(2), new float[2]));
    Path nested = Files.createDirectory(folder.resolve("nested"));
    outer.write(nested, Stored.F32);
    assertThat(score(nested)).isEqualTo(score(plain));
  }

  @Test
  void aTiedOutputLayerIsTheEmbeddingWhateverElseTheFilesHold() throws IOException {
    Path tied = Files.createDirectory(folder.resolve("tied"));
    FolderWriter writer = llama();
    writer.config().put("tie_word_embeddings", true);
    writer.write(tied, Stored.F32);
    Path without = Files.createDirectory(folder.resolve("without"));
    writer.tensors().remove("lm_head.weight");
    writer.write(without, Stored.F32);
    assertThat(score(tied)).isEqualTo(score(without));
  }

  @Test
  void aSlidingWindowIsTransformersOwn() throws IOException {
    Path all = Files.createDirectory(folder.resolve("all"));
    FolderWriter writer = of("llama-yarn-meta");
    writer.write(all, Stored.F32);
    writer.config().put("sliding_window", 4);
    Path window = Files.createDirectory(folder.resolve("window"));
    writer.write(window, Stored.F32);
    double[] seen = score(all);
    double[] windowed = score(window);
    // Four tokens see the same, further on not.
    assertThat(windowed[3]).isEqualTo(seen[3]);
    assertThat(windowed[8]).isNotEqualTo(seen[8]);
  }

  @Test
  void scalingsThatDependOnTheLengthAreThoseForTheContext() {
    FolderWriter writer = llama();
    writer.config().putObject("rope_scaling").put("rope_type", "dynamic").put("factor", 2.0);
    writer.write(folder, Stored.F32);
    try (Model model = Model.load(folder, 1)) {
      var within = model.rotation(RopeOverrides.NONE, 64).layer(0).orElseThrow();
      var beyond = model.rotation(RopeOverrides.NONE, 128).layer(0).orElseThrow();
      assertThat(within.parameters().scaling()).isInstanceOf(DynamicNtk.class);
      assertThat(within.parameters().pairing()).isEqualTo(Pairing.HALF);
      assertThat(slowest(within, 64)).isEqualTo(slowest(within, 32));
      assertThat(slowest(beyond, 128)).isLessThan(slowest(within, 64));
    }
  }

  private static double slowest(Rotation rotation, int contextLength) {
    return rotation.parameters().frequencies(contextLength).inverse(7);
  }

  @Test
  void flagsAreLaidOverTheConfiguration() {
    llama().write(folder, Stored.F32);
    try (Model model = Model.load(folder, 1)) {
      RopeOverrides base =
          new RopeOverrides(
              java.util.Optional.empty(),
              OptionalDouble.of(50_000),
              OptionalDouble.empty(),
              java.util.OptionalInt.empty(),
              OptionalDouble.empty(),
              OptionalDouble.empty(),
              OptionalDouble.empty(),
              OptionalDouble.empty());
      assertThat(model.rotation(base, 64).layer(0).orElseThrow().parameters().base())
          .isEqualTo(50_000);
      assertThat(model.checkpoint()).isInstanceOf(FolderCheckpoint.class);
    }
  }

  @Test
  void anUnknownModelTypeIsRefusedWithTheKnownOnes() {
    refused(config -> config.put("model_type", "mamba"), "'mamba'", "llama, mistral, mixtral");
    refused(config -> config.remove("model_type"), "no model_type");
  }

  @Test
  void quantizedWeightsAreRefused() {
    refused(
        config -> config.putObject("quantization_config").put("quant_method", "fp8"),
        "quantized",
        "fp8");
    llama().write(folder, Stored.F32);
    replaceInHeader("\"dtype\":\"F32\",\"shape\":[64,64]", "\"dtype\":\"U32\",\"shape\":[64,64]");
    refusal("q_proj.weight", "type U32", "F32, F16, BF16");
  }

  @Test
  void anotherActivationIsRefused() {
    refused(config -> config.put("hidden_act", "gelu"), "the activation is gelu", "silu");
  }

  @Test
  void headsThatDoNotFitAreRefused() {
    refused(config -> config.put("num_key_value_heads", 3), "num_key_value_heads", "3");
    refused(config -> config.put("num_attention_heads", 0), "num_attention_heads");
    refused(config -> config.put("num_hidden_layers", 0), "num_hidden_layers", "at least 1");
    refused(config -> config.put("rms_norm_eps", "small"), "rms_norm_eps", "small");
  }

  @Test
  void aMissingTensorIsNamedAsTheFolderNamesIt() {
    FolderWriter writer = llama();
    writer.tensors().remove("model.layers.1.mlp.up_proj.weight");
    writer.write(folder, Stored.F32);
    refusal("tensor model.layers.1.mlp.up_proj.weight is missing");
    writer = llama();
    writer.tensors().remove("lm_head.weight");
    writer.write(folder, Stored.F32);
    refusal("tensor lm_head.weight is missing");
  }

  @Test
  void aMissingExpertIsNamed() {
    FolderWriter writer = of("qwen3moe");
    writer.tensors().remove("model.layers.1.mlp.experts.3.up_proj.weight");
    writer.write(folder, Stored.F32);
    refusal("tensor model.layers.1.mlp.experts.3.up_proj.weight is missing");
  }

  @Test
  void aTensorOfAnotherShapeIsRefused() {
    FolderWriter writer = llama();
    writer.put("model.layers.0.self_attn.k_proj.weight", new Tensor(List.of(2, 3), new float[6]));
    writer.write(folder, Stored.F32);
    refusal("tensor model.layers.0.self_attn.k_proj.weight has shape");
  }

  @Test
  void aTensorThatWouldBeLeftOutIsRefused() {
    FolderWriter writer = llama();
    writer.put("model.layers.0.adapter.weight", new Tensor(List.of(2), new float[2]));
    writer.write(folder, Stored.F32);
    refusal("tensor model.layers.0.adapter.weight is not one");
  }

  @Test
  void aMissingFileOfWeightsIsRefused() throws IOException {
    llama().writeShards(folder, Stored.F32, 3);
    Files.delete(folder.resolve("model-00002-of-00003.safetensors"));
    refusal("model-00002-of-00003.safetensors", "missing", "download it");
  }

  @Test
  void aFolderWithoutWeightsOrConfigurationIsRefused() throws IOException {
    refusal("no config.json");
    llama().write(folder, Stored.F32);
    Files.delete(folder.resolve("model.safetensors"));
    refusal("no weights in safetensors");
  }

  @Test
  void withoutATokenizerTheModelRunsOnTokensAndSaysWhatIsMissing() {
    llama().write(folder, Stored.F32);
    try (Model model = Model.load(folder, 1)) {
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(model::tokenizer)
          .withMessageContaining("no tokenizer.json");
    }
  }

  private void refused(Consumer<ObjectNode> change, String... words) {
    FolderWriter writer = llama();
    change.accept(writer.config());
    writer.write(folder, Stored.F32);
    refusal(words);
  }

  private void refusal(String... words) {
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Model.load(folder, 1))
        .satisfies(e ->
            assertThat(e.getMessage())
                .startsWith(folder.toString())
                .contains(words)
                .doesNotContain("\n"));
  }

  private void replaceInHeader(String from, String to) {
    try {
      Path file = folder.resolve("model.safetensors");
      String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
      assertThat(bytes).contains(from);
      Files.writeString(file, bytes.replace(from, to), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static double[] score(Path path) {
    try (Model model = Model.load(path, 1)) {
      return model.scorer().score(TOKENS, model.rotation(RopeOverrides.NONE, 64));
    }
  }

  private static FolderWriter llama() {
    return of("llama-gqa");
  }

  private static FolderWriter of(String model) {
    return FolderOf.model(ZOO.resolve(model + ".gguf"), model);
  }
}
