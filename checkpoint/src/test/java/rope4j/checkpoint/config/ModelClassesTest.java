package rope4j.checkpoint.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.checkpoint.RopeOverrides;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Every row of the table of classes, against what Transformers' own configuration and rotary
/// classes made of the same `config.json`: nothing said, a linear factor, a partial factor.
class ModelClassesTest {

  private static final Path FILE = Path.of("src/test/resources/goldens/model_classes.json");

  static Stream<Goldens.Case> cases() throws IOException {
    return JsonMapper.builder()
        .build()
        .readTree(Files.readString(FILE))
        .get("cases")
        .valueStream()
        .map(Goldens.Case::new);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aClassNormalisesAsInTransformers(Goldens.Case golden) {
    Goldens.assertSame(
        Goldens.tree(RopeNormaliser.normalise(config(golden).text()).ropeParameters()),
        golden.get("rope_parameters"),
        golden.id());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aClassHasTheHeadDimensionOfTransformers(Goldens.Case golden) {
    JsonNode expected = golden.get("head_dim");
    assertThat(config(golden).text().headDimensionAttribute())
        .isEqualTo(expected.isNull() ? OptionalInt.empty() : OptionalInt.of(expected.asInt()));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aClassRotatesThePairsOfTransformers(Goldens.Case golden) {
    JsonNode last = golden.get("last");
    if (last.isEmpty()) {
      return; // Transformers can't build the rotary class from so bare a configuration.
    }
    RopeReading reading =
        EngineReader.read(
            config(golden), Dialect.TRANSFORMERS, OptionalInt.empty(), RopeOverrides.NONE);
    for (LayerRope layer : reading.layers()) {
      JsonNode expected = last.path(layer.layerType().orElse(""));
      if (expected.isMissingNode()) {
        continue; // a dictionary that no layer uses
      }
      double[] inverse = layer.frequencies().inverse();
      assertThat(inverse).as(golden.id()).hasSize(expected.get(0).asInt());
      double slowest = expected.get(1).asDouble();
      assertThat(inverse[inverse.length - 1])
          .as(golden.id())
          .isCloseTo(slowest, within(1e-12 * slowest));
    }
    assertThat(reading.layers())
        .extracting(layer -> layer.layerType().orElse(""))
        .containsAll(last.propertyNames());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aClassPairsTheChannelsOfTransformers(Goldens.Case golden) {
    if (golden.node().has("pairing")) {
      assertThat(config(golden).text().modelClass().pairing().name())
          .isEqualToIgnoringCase(golden.get("pairing").asString());
    }
  }

  private static HuggingFaceConfig config(Goldens.Case golden) {
    return Goldens.config(golden.get("config"));
  }
}
