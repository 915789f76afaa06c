package rope4j.checkpoint.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.checkpoint.RopeOverrides;
import tools.jackson.databind.JsonNode;

/// One config.json in three engines, end to end.
class SameConfigGoldenTest {

  static Stream<Goldens.Case> cases() {
    return Goldens.cases("same_config");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void transformersReadsItThisWay(Goldens.Case golden) {
    JsonNode length = golden.get("hf_seq_len");
    LayerRope layer =
        read(
            golden,
            Dialect.TRANSFORMERS,
            length.isNull() ? OptionalInt.empty() : OptionalInt.of(length.asInt()));
    check(layer, golden.get("hf"), "inv_freq", 2e-6, 1e-12);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void vllmReadsItThisWay(Goldens.Case golden) {
    JsonNode expected = golden.get("vllm");
    LayerRope layer =
        read(golden, Dialect.VLLM, OptionalInt.of(expected.get("max_model_len").asInt()));
    check(layer, expected, "inv_freq", 2e-6, 1e-12);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void llamaCppReadsItThisWay(Goldens.Case golden) {
    JsonNode expected = golden.get("llamacpp");
    LayerRope layer =
        read(golden, Dialect.LLAMA_CPP, OptionalInt.of(expected.get("n_ctx").asInt()));
    check(layer, expected, "angle_at_position_1", 5e-6, 1e-6);
  }

  private static LayerRope read(Goldens.Case golden, Dialect dialect, OptionalInt length) {
    HuggingFaceConfig config =
        Goldens.config(golden.get("hf_config"), golden.get("model_type").asString());
    RopeReading reading = EngineReader.read(config, dialect, length, RopeOverrides.NONE);
    assertThat(reading.layers()).hasSize(1);
    return reading.layers().getFirst();
  }

  private static void check(
      LayerRope layer, JsonNode expected, String key, double frequency, double magnitude) {
    Goldens.assertRelative(
        layer.frequencies().inverse(), Goldens.doubles(expected.get(key)), frequency, key);
    double scale = expected.get("cos_sin_scale").asDouble();
    assertThat(layer.frequencies().attentionFactor()).isCloseTo(scale, within(magnitude * scale));
    double softmax = expected.path("softmax_scale_multiplier").asDouble(1);
    assertThat(layer.frequencies().softmaxScaleMultiplier())
        .isCloseTo(softmax, within(magnitude * softmax));
  }
}
