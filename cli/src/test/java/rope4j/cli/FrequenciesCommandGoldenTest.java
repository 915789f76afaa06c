package rope4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `rope frequencies` on every configuration of the golden files, in every dialect: the shape that
/// scripts rely on, or one sentence that says why not.
class FrequenciesCommandGoldenTest {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private static final List<Path> FOLDERS =
      List.of(
          Path.of("../rotation/src/test/resources/goldens"),
          Path.of("../checkpoint/src/test/resources/goldens"));

  static final List<String> FILES =
      List.of(
          "hf_config",
          "hf_inv_freq",
          "hf_dynamic",
          "hf_rotate",
          "hf_multimodal",
          "gguf_conversion",
          "same_config",
          "model_classes");

  @TempDir private Path folder;

  static Stream<String> dialects() {
    return Stream.of("transformers", "vllm", "llama.cpp", "paper");
  }

  @ParameterizedTest
  @MethodSource("dialects")
  void everyConfigurationIsPrintedOrRefusedInASentence(String dialect) throws IOException {
    int printed = 0;
    for (String name : FILES) {
      for (JsonNode golden : cases(name)) {
        JsonNode config = config(golden);
        if (config == null) {
          continue;
        }
        Path file = folder.resolve("config.json");
        Files.writeString(file, config.toString());
        Cli cli = Cli.run("frequencies", file, "--json", "--dialect", dialect);
        String what = name + " " + golden.get("id").asString() + ": " + cli.err();
        if (cli.code() == 0) {
          checkShape(cli.json(), dialect, what);
          printed++;
        } else {
          assertThat(cli.code()).as(what).isEqualTo(2);
          assertThat(cli.out()).as(what).isEmpty();
          assertThat(cli.err().strip().lines().count()).as(what).isEqualTo(1);
          assertThat(cli.err()).as(what).doesNotContain("Exception", "\tat ", "null");
        }
      }
    }
    assertThat(printed).isGreaterThan(100);
  }

  static List<JsonNode> cases(String name) throws IOException {
    String other = System.getProperty("rope4j.goldens");
    List<Path> folders = other == null ? FOLDERS : List.of(Path.of(other), FOLDERS.get(1));
    for (Path candidate : folders) {
      Path file = candidate.resolve(name + ".json");
      if (Files.exists(file)) {
        return MAPPER.readTree(Files.readString(file)).get("cases").valueStream().toList();
      }
    }
    throw new AssertionError("golden file " + name + ".json is in none of " + folders);
  }

  static JsonNode config(JsonNode golden) {
    JsonNode config = golden.path(golden.has("hf_config") ? "hf_config" : "config");
    if (!config.isObject()) {
      return null;
    }
    return golden.has("model_type")
        ? ((ObjectNode) config.deepCopy()).put("model_type", golden.get("model_type").asString())
        : config;
  }

  private static void checkShape(JsonNode json, String dialect, String what) {
    assertThat(json.propertyNames())
        .as(what)
        .contains("model", "dialect", "contextLength", "layers", "warnings");
    assertThat(json.get("dialect").asString()).as(what).isEqualTo(dialect);
    assertThat(json.get("contextLength").isInt()).as(what).isTrue();
    assertThat(json.get("warnings").isArray()).as(what).isTrue();
    assertThat(json.get("layers").isEmpty()).as(what).isFalse();
    for (JsonNode layer : json.get("layers")) {
      assertThat(layer.get("layerType").isNull() || layer.get("layerType").isString())
          .as(what)
          .isTrue();
      assertThat(layer.get("ropeType").isString()).as(what).isTrue();
      assertThat(layer.get("headDimension").isInt()).as(what).isTrue();
      assertThat(layer.get("rotaryDimension").isInt()).as(what).isTrue();
      assertThat(layer.get("pairing").isString()).as(what).isTrue();
      assertThat(layer.get("base").isNumber()).as(what).isTrue();
      assertThat(layer.get("attentionFactor").isNumber()).as(what).isTrue();
      assertThat(layer.get("softmaxScaleMultiplier").isNumber()).as(what).isTrue();
      assertThat(layer.get("inverseFrequencies").isArray()).as(what).isTrue();
      assertThat(layer.get("inverseFrequencies").isEmpty()).as(what).isFalse();
      for (JsonNode frequency : layer.get("inverseFrequencies")) {
        assertThat(frequency.isNumber()).as(what).isTrue();
      }
    }
  }
}
