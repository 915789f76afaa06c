package rope4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// `rope inspect --compare`.
class InspectCompareTest {

  @TempDir private Path folder;

  @BeforeEach
  void aModel() throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"model_type": "qwen2", "hidden_size": 3584, "num_attention_heads": 28,
         "num_hidden_layers": 2, "max_position_embeddings": 32768, "rope_theta": 1000000.0,
         "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "attention_factor": 1.0,
           "original_max_position_embeddings": 32768}}
        """);
  }

  @Test
  void printsWhoIsRightBelowTheInspection() {
    Cli run = Cli.run("inspect", folder, "-c", 131072, "--compare", "vllm,llama.cpp,ollama");
    assertThat(run.out())
        .contains("verdict", "right: Transformers.", "vLLM does not read attention_factor.");
    assertThat(run.out().indexOf("verdict")).isLessThan(run.out().indexOf("right:"));
  }

  @Test
  void theNumbersAreInTheJson() {
    Cli run =
        Cli.run(
            "inspect", folder, "-c", 131072, "--json", "--compare", "vllm,gpullama3,llama3.java");
    JsonNode json = run.json().at("/comparison");
    assertThat(json.at("/length").asInt()).isEqualTo(131072);
    assertThat(json.at("/trained").asInt()).isEqualTo(32768);
    assertThat(json.at("/reference/engine").asString()).isEqualTo("transformers");
    assertThat(json.at("/agrees").asBoolean()).isFalse();
    assertThat(json.at("/engines")).hasSize(4);
    assertThat(json.at("/engines/0/layers/0/inverseFrequencies")).hasSize(64);
    assertThat(json.at("/engines/3/refusal").asString()).contains("llama3.java");
    JsonNode vllm = json.at("/deviations/0");
    assertThat(vllm.at("/engine").asString()).isEqualTo("vllm");
    assertThat(vllm.at("/layerType").isNull()).isTrue();
    assertThat(vllm.at("/atLength/logitRatio").asDouble()).isCloseTo(1.29648, within(1e-5));
    assertThat(vllm.at("/atLength/pairsOff").asInt()).isZero();
    JsonNode java = json.at("/deviations/1");
    assertThat(java.at("/engine").asString()).isEqualTo("gpullama3");
    assertThat(java.at("/atLength/radians")).hasSize(64);
    assertThat(java.at("/atLength/pairsOff").asInt()).isPositive();
    assertThat(java.at("/causes/0").asString()).contains("no scaling");
  }

  @Test
  void withoutItThereIsNoComparison() {
    assertThat(Cli.run("inspect", folder, "--json").json().has("comparison")).isFalse();
  }

  @Test
  void wrongNamesAndNothingToCompareAreExplained() {
    Cli.run("inspect", folder, "--compare", "tensorrt").isRefusedWith("tensorrt", "known are");
    Cli.run("inspect", folder, "--compare", "transformers")
        .isRefusedWith("nothing to compare Transformers with");
  }
}
