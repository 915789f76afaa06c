package rope4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import rope4j.rotation.Frequencies;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// llama.cpp's own resolution of file and flags, read back from its context, for every case of
/// every fixture. The fixtures lie with the module that runs them; `-Drope4j.parity=DIR` names
/// another folder.
class LlamaCppParityTest {

  private static final Path FIXTURES =
      Path.of(System.getProperty("rope4j.parity", "../inference/src/test/resources/parity"));

  @TestFactory
  Stream<DynamicTest> settlesOnTheSameNumbersAsLlamaCpp() {
    return cases(
        json -> true,
        (file, model, test) -> {
          LlamaCppContext context = LlamaCppContext.of(model, overrides(test.get("rope")));
          JsonNode expected = test.get("effective");
          assertThat(context.scalingType().label())
              .isEqualTo(expected.get("rope_scaling_type").asString());
          assertThat(context.operator().base()).isEqualTo(number(expected, "rope_freq_base"));
          assertThat(context.operator().frequencyScale())
              .isEqualTo(number(expected, "rope_freq_scale"));
          assertThat(context.operator().extrapolationFactor())
              .isEqualTo(number(expected, "yarn_ext_factor"));
          assertThat(context.operator().attentionFactor())
              .isCloseTo(number(expected, "yarn_attn_factor"), within(1e-6f));
          assertThat(context.operator().betaFast()).isEqualTo(number(expected, "yarn_beta_fast"));
          assertThat(context.operator().betaSlow()).isEqualTo(number(expected, "yarn_beta_slow"));
          assertThat(context.operator().originalLength())
              .isEqualTo(expected.get("yarn_orig_ctx").asInt());
        });
  }

  /// Architectures whose layers all rotate alike.
  private static final Set<String> UNIFORM =
      Set.of(
          "chatglm",
          "gptneox",
          "llama",
          "olmo",
          "phi2",
          "phi3",
          "qwen2",
          "qwen3",
          "qwen3moe",
          "stablelm",
          "starcoder2");

  @TestFactory
  Stream<DynamicTest> rotatesByWhatGgmlsOperatorComputesFromThoseNumbers() {
    return cases(
        json -> UNIFORM.contains(json.get("arch").asString()),
        (file, model, test) -> {
          int contextLength = test.get("n_ctx").asInt();
          Frequencies actual =
              LlamaCppRope.resolve(model, overrides(test.get("rope")), contextLength)
                  .frequencies(contextLength);
          JsonNode effective = test.get("effective");
          double scale = effective.get("rope_freq_scale").asDouble();
          double ext = effective.get("yarn_ext_factor").asDouble();
          double[] expected = ggmlFrequencies(model, effective, contextLength);
          assertThat(actual.inverse()).containsExactly(expected, within(1e-9));
          assertThat(actual.attentionFactor())
              .isCloseTo(
                  effective.get("yarn_attn_factor").asDouble()
                      * (ext == 0 ? 1 : 1 + 0.1 * Math.log(1 / scale)),
                  within(1e-6));
        });
  }

  /// `ggml_rope_cache_init`, `rope_yarn` and `ggml_rope_yarn_corr_dims`, in float64.
  private static double[] ggmlFrequencies(
      ModelDescription model, JsonNode effective, int contextLength) {
    int d = model.rotaryDimension();
    double base = effective.get("rope_freq_base").asDouble();
    double scale = effective.get("rope_freq_scale").asDouble();
    double ext = effective.get("yarn_ext_factor").asDouble();
    int original = effective.get("yarn_orig_ctx").asInt();
    double low =
        Math.max(
            0, Math.floor(turns(effective.get("yarn_beta_fast").asDouble(), d, base, original)));
    double high =
        Math.min(
            d - 1, Math.ceil(turns(effective.get("yarn_beta_slow").asDouble(), d, base, original)));
    List<Double> factors = model.rope().factors();
    if (factors.isEmpty()) {
      boolean isLong = (contextLength + 255) / 256 * 256 > model.trainedLength();
      factors = isLong ? model.rope().longFactors() : model.rope().shortFactors();
    }
    double[] inverse = new double[d / 2];
    for (int i = 0; i < inverse.length; i++) {
      double kept = Math.pow(base, -2.0 * i / d) / (factors.isEmpty() ? 1 : factors.get(i));
      double y = (i - low) / Math.max(0.001, high - low);
      double mix = (1 - Math.clamp(y, 0, 1)) * ext;
      inverse[i] = scale * kept * (1 - mix) + kept * mix;
    }
    return inverse;
  }

  private static double turns(double beta, int d, double base, int original) {
    return d * Math.log(original / (beta * 2 * Math.PI)) / (2 * Math.log(base));
  }

  @TestFactory
  Stream<DynamicTest> describesTheModelAsTheFixtureDoes() throws IOException {
    return fixtures().stream()
        .filter(fixture -> json(fixture).has("hparams"))
        // Latent attention has no single head dimension: the fixture and the file name two.
        .filter(fixture -> !json(fixture).get("arch").asString().equals("deepseek2"))
        .map(fixture ->
            DynamicTest.dynamicTest(
                fixture.getFileName().toString(),
                () -> {
                  JsonNode json = json(fixture);
                  try (GgufFile file = model(fixture, json)) {
                    ModelDescription model = ModelDescription.of(file);
                    JsonNode expected = json.get("hparams");
                    assertThat(model.architecture()).isEqualTo(json.get("arch").asString());
                    assertThat(model.layers()).isEqualTo(expected.get("n_layer").asInt());
                    assertThat(model.embeddingLength()).isEqualTo(expected.get("n_embd").asInt());
                    assertThat(model.heads()).isEqualTo(expected.get("n_head").asInt());
                    assertThat(model.keyValueHeads()).isEqualTo(expected.get("n_head_kv").asInt());
                    assertThat(model.headDimension()).isEqualTo(expected.get("head_dim").asInt());
                    assertThat(model.rotaryDimension()).isEqualTo(expected.get("n_rot").asInt());
                    assertThat(model.contextLength())
                        .isEqualTo(expected.get("n_ctx_train").asInt());
                  }
                }));
  }

  private interface Case {
    void run(GgufFile file, ModelDescription model, JsonNode test);
  }

  private static Stream<DynamicTest> cases(Predicate<JsonNode> wanted, Case body) {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path fixture : fixtures()) {
      JsonNode json = json(fixture);
      if (!wanted.test(json)) {
        continue;
      }
      for (JsonNode test : json.get("cases")) {
        tests.add(
            DynamicTest.dynamicTest(
                fixture.getFileName() + " " + test.get("id").asString(),
                () -> {
                  try (GgufFile file = model(fixture, json)) {
                    body.run(file, ModelDescription.of(file), test);
                  }
                }));
      }
    }
    return tests.stream();
  }

  private static List<Path> fixtures() {
    List<Path> fixtures = new ArrayList<>();
    for (String folder : List.of("zoo", "real")) {
      if (!Files.isDirectory(FIXTURES.resolve(folder))) {
        continue;
      }
      try (DirectoryStream<Path> files =
          Files.newDirectoryStream(FIXTURES.resolve(folder), "*.json")) {
        for (Path file : files) {
          if (json(file).has("cases")) {
            fixtures.add(file);
          }
        }
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
    assertThat(fixtures).as("fixtures in %s", FIXTURES.toAbsolutePath()).isNotEmpty();
    return fixtures;
  }

  private static JsonNode json(Path file) {
    return new ObjectMapper().readTree(file.toFile());
  }

  private static GgufFile model(Path fixture, JsonNode json) {
    return GgufFile.open(fixture.resolveSibling(json.get("model").asString()));
  }

  private static float number(JsonNode node, String field) {
    return (float) node.get(field).asDouble();
  }

  private static RopeOverrides overrides(JsonNode rope) {
    return new RopeOverrides(
        rope.has("rope_scaling_type")
            ? Optional.of(
                RopeScalingType.of(rope.get("rope_scaling_type").asString()).orElseThrow())
            : Optional.empty(),
        optional(rope, "rope_freq_base"),
        optional(rope, "rope_freq_scale"),
        rope.has("yarn_orig_ctx")
            ? OptionalInt.of(rope.get("yarn_orig_ctx").asInt())
            : OptionalInt.empty(),
        optional(rope, "yarn_ext_factor"),
        optional(rope, "yarn_attn_factor"),
        optional(rope, "yarn_beta_fast"),
        optional(rope, "yarn_beta_slow"));
  }

  private static OptionalDouble optional(JsonNode node, String field) {
    return node.has(field) ? OptionalDouble.of(node.get(field).asDouble()) : OptionalDouble.empty();
  }
}
