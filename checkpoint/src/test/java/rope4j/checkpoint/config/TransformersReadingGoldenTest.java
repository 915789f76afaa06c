package rope4j.checkpoint.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.checkpoint.RopeOverrides;
import rope4j.rotation.PairAxes;
import rope4j.rotation.dialect.RopeSettings;
import tools.jackson.databind.JsonNode;

/// From a config.json to the frequencies Transformers would rotate by, layer type by layer type.
///
/// Against its run in float64, as what is read here is float64; its float32 is up to 1.3e-6 away
/// from that, and rotation's tests hold the float32 arithmetic.
class TransformersReadingGoldenTest {

  static Stream<Goldens.Case> cases() {
    return Goldens.cases("hf_inv_freq");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void frequenciesAreTransformersRunInFloat64(Goldens.Case golden) {
    Goldens.assertRelative(
        ordered(golden, layer(golden).frequencies().inverse()),
        Goldens.doubles(golden.expect().get("inv_freq_f64")),
        1e-12,
        golden.id());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theRopeTypeAndTheBaseAreTransformers(Goldens.Case golden) {
    LayerRope layer = layer(golden);
    JsonNode expected = golden.expect();
    assertThat(layer.ropeType()).isEqualTo(expected.get("rope_type").asString());
    assertThat(layer.base())
        .isEqualTo(expected.get("rope_parameters").get("rope_theta").asDouble());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void magnitudesAreTransformers(Goldens.Case golden) {
    LayerRope layer = layer(golden);
    double expected = golden.expect().get("attention_scaling").asDouble();
    assertThat(layer.frequencies().attentionFactor()).isCloseTo(expected, within(1e-12 * expected));
    ModelClass model = Goldens.config(golden.get("config")).text().modelClass();
    if (golden.expect().has("softmax_scale_multiplier")
        || !model.deepSeek()
        || model.name().startsWith("deepseek")) {
      // of other classes with latent attention it was not asked
      assertThat(layer.frequencies().softmaxScaleMultiplier())
          .isCloseTo(golden.expect().path("softmax_scale_multiplier").asDouble(1), within(1e-12));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void warningsAreOfTransformersKinds(Goldens.Case golden) {
    TextConfig config = Goldens.config(golden.get("config")).text();
    assertThat(RopeNormaliser.normalise(config).warnings())
        .extracting(ConfigWarning::kind)
        .containsExactlyInAnyOrderElementsOf(HuggingFaceConfigGoldenTest.expectedKinds(golden));
  }

  private static LayerRope layer(Goldens.Case golden) {
    JsonNode length = golden.get("seq_len");
    RopeReading reading =
        EngineReader.read(
            Goldens.config(golden.get("config")),
            Dialect.TRANSFORMERS,
            length.isNull() ? OptionalInt.empty() : OptionalInt.of(length.asInt()),
            RopeOverrides.NONE);
    String layerType = golden.get("layer_type").asString("");
    return reading.layers().stream()
        .filter(layer -> layer.layerType().orElse("").equals(layerType))
        .findFirst()
        .orElseThrow(() -> new AssertionError(golden.id() + ": no layer of that type"));
  }

  /// ERNIE's classes store their frequencies axis by axis.
  private static double[] ordered(Goldens.Case golden, double[] inverse) {
    TextConfig config = Goldens.config(golden.get("config")).text();
    if (!config.modelType().startsWith("ernie4_5_vl")) {
      return inverse;
    }
    Map<String, @Nullable Object> rope = RopeNormaliser.normalise(config).ropeParameters();
    int[] section = RopeSettings.of(rope).requiredIntegers("mrope_section");
    int[] pairs = PairAxes.ernie(section[0], section[1], section[2]).pairsByAxis(1, 2, 0);
    double[] ordered = new double[inverse.length];
    for (int i = 0; i < ordered.length; i++) {
      ordered[i] = inverse[pairs[i]];
    }
    return ordered;
  }
}
