package rope4j.checkpoint.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.Evidence.Origin;
import rope4j.checkpoint.ModelFacts;
import rope4j.checkpoint.model.Checkpoint;
import tools.jackson.databind.JsonNode;

/// The facts of every golden configuration agree with what Transformers makes of it.
class FolderFactsGoldenTest {

  @TempDir Path folder;

  static Stream<JsonNode> configs() {
    return Stream.of(
            Goldens.cases("hf_config").map(golden -> golden.get("config")),
            Goldens.cases("hf_inv_freq").map(golden -> golden.get("config")))
        .flatMap(cases -> cases);
  }

  @ParameterizedTest
  @MethodSource("configs")
  void factsAgreeWithTheReading(JsonNode json) throws IOException {
    Files.writeString(folder.resolve("config.json"), json.toPrettyString());
    ModelFacts facts;
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      facts = checkpoint.facts();
    } catch (CheckpointException e) {
      // Only a file that Transformers could not build a model of either.
      assertThat(e.getMessage()).isNotBlank().doesNotContain("\n");
      return;
    }
    HuggingFaceConfig config = Goldens.config(json);
    assertThat(facts.architecture().value()).isEqualTo(config.modelType());
    assertThat(facts.advertisedLength().value()).isEqualTo(config.maxPositionEmbeddings());
    if (!config.layerTypes().isEmpty()) {
      assertThat(facts.layerTypes()).isEqualTo(config.layerTypes());
    }
    RopeReading reading;
    try {
      reading = RopeReading.of(config, Dialect.TRANSFORMERS);
    } catch (CheckpointException e) {
      return;
    }
    LayerRope full =
        reading.layers().stream()
            .filter(layer -> layer.layerType().equals(java.util.Optional.of("full_attention")))
            .findFirst()
            .orElse(reading.layers().getFirst());
    assertThat(facts.base().orElseThrow().value()).isEqualTo(full.base());
    assertThat(facts.rotaryDimension().value()).isEqualTo(full.rotaryDimension());
    if (full.parameters().isPresent()) {
      assertThat(facts.trainedLength().value()).isEqualTo(full.trainedLength());
    }
    if (!config.text().modelClass().deepSeek()) {
      assertThat(facts.headDimension().value()).isEqualTo(full.headDimension());
    }
    for (var stated : List.of(facts.trainedLength(), facts.base().orElseThrow(), facts.factor())) {
      // What the file is said to say stands there.
      if (stated instanceof rope4j.checkpoint.Stated<?> one
          && one.evidence().origin() == Origin.FILE) {
        assertThat(one.evidence().line()).isPresent();
      }
    }
  }
}
