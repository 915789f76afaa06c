package rope4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the command prints is what llama.cpp computes under the flags of the same name.
class PerplexityCommandTest {

  private static final JsonNode FIXTURE =
      JsonMapper.shared()
          .readTree(Path.of("../inference/src/test/resources/parity/zoo/llama-gqa.json").toFile());

  private static final Map<String, String> FLAGS =
      Map.of(
          "rope_scaling_type", "--rope-scaling",
          "rope_freq_base", "--rope-freq-base",
          "rope_freq_scale", "--rope-freq-scale",
          "yarn_ext_factor", "--yarn-ext-factor",
          "yarn_attn_factor", "--yarn-attn-factor",
          "yarn_beta_fast", "--yarn-beta-fast",
          "yarn_beta_slow", "--yarn-beta-slow",
          "yarn_orig_ctx", "--yarn-orig-ctx");

  @TempDir private Path folder;

  @Test
  void everyFlagMeansWhatItMeansInLlamaCpp() throws IOException {
    for (JsonNode example : FIXTURE.get("cases")) {
      List<Object> words = new ArrayList<>(List.of("perplexity", Cli.zoo("llama-gqa"), "--json"));
      words.addAll(
          List.of(
              "--tokens",
              tokens(),
              "-c",
              example.get("n_ctx").asString(),
              "--logits-at",
              logitPositions()));
      for (Map.Entry<String, JsonNode> flag : example.get("rope").properties()) {
        words.add(FLAGS.get(flag.getKey()));
        words.add(flag.getValue().asString());
      }
      JsonNode json = Cli.run(words.toArray()).json();

      assertThat(json.get("tokens").asInt()).isEqualTo(FIXTURE.get("tokens").size());
      JsonNode expected = example.get("nll");
      assertThat(json.get("nll")).hasSize(expected.size());
      for (int i = 0; i < expected.size(); i++) {
        assertThat(json.get("nll").get(i).asDouble())
            .as("%s at %d", example.get("id").asString(), i)
            .isCloseTo(expected.get(i).asDouble(), within(FIXTURE.at("/tolerance/nll").asDouble()));
      }
      assertThat(json.get("logits").propertyNames())
          .containsExactlyInAnyOrderElementsOf(example.get("logits").propertyNames());
      assertThat(Math.log(json.get("perplexity").asDouble()))
          .isCloseTo(example.get("mean_nll").asDouble(), within(1e-4));
    }
  }

  @Test
  void withoutJsonItPrintsATableByPosition() throws IOException {
    Cli run = Cli.run("perplexity", Cli.zoo("llama-gqa"), "--tokens", tokens());
    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("position", "0–64", "64–128", "all");
  }

  @Test
  void logitsAreGivenOnlyWhereAskedFor() throws IOException {
    JsonNode json =
        Cli.run("perplexity", Cli.zoo("llama-gqa"), "--tokens", tokens(), "--json").json();
    assertThat(json.has("logits")).isFalse();
    assertThat(json.propertyNames())
        .contains("model", "tokens", "contextLength", "scaling", "nll", "perplexity");
  }

  private Path tokens() throws IOException {
    String ids =
        StreamSupport.stream(FIXTURE.get("tokens").spliterator(), false)
            .map(JsonNode::asString)
            .collect(Collectors.joining("\n"));
    return Files.writeString(folder.resolve("tokens.txt"), ids);
  }

  private static String logitPositions() {
    return StreamSupport.stream(FIXTURE.get("logits_at").spliterator(), false)
        .map(JsonNode::asString)
        .collect(Collectors.joining(","));
  }
}
