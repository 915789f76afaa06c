package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.rotation.dialect.RopeSettings;
import tools.jackson.databind.JsonNode;

/// Inverse frequencies and attention factors of Transformers, for published checkpoints, edges and
/// random configurations.
class InverseFrequencyGoldenTest {

  static Stream<Goldens.Case> cases() {
    return Goldens.cases("hf_inv_freq");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void float64FrequenciesAgreeWithTransformersRunInFloat64(Goldens.Case golden) {
    Goldens.assertRelative(
        ordered(golden, frequencies(golden).inverse()),
        Goldens.doubles(golden.expect().get("inv_freq_f64")),
        1e-12,
        golden.id());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void float32FrequenciesAgreeWithTransformers(Goldens.Case golden) {
    String type = golden.expect().get("rope_type").asString();
    boolean blend = type.equals("llama3") || type.equals("yarn");
    Goldens.assertRelative(
        ordered(golden, float32(golden)),
        Goldens.widened(golden.expect().get("inv_freq")),
        blend ? 2e-6 : 4e-7,
        golden.id());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void attentionFactorsAgreeWithTransformers(Goldens.Case golden) {
    double expected = golden.expect().get("attention_scaling").asDouble();
    assertThat(frequencies(golden).attentionFactor()).isCloseTo(expected, within(1e-12 * expected));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void softmaxScaleMultipliersAgreeWithDeepSeeksClasses(Goldens.Case golden) {
    JsonNode expected = golden.expect().path("softmax_scale_multiplier");
    TransformersConfig config = TransformersConfig.of(golden);
    if (expected.isMissingNode()
        && config.latentAttention()
        && !config.modelType().startsWith("deepseek")) {
      return; // only DeepSeek's own classes were asked for it
    }
    assertThat(frequencies(golden).softmaxScaleMultiplier())
        .isCloseTo(expected.isMissingNode() ? 1 : expected.asDouble(), within(1e-12));
  }

  private static Frequencies frequencies(Goldens.Case golden) {
    if (onlyFrequencies(golden)) {
      return Frequencies.unscaled(base(golden), rotaryDimension(golden));
    }
    return parameters(golden).frequencies(contextLength(golden));
  }

  private static double[] float32(Goldens.Case golden) {
    return onlyFrequencies(golden)
        ? frequencies(golden).inverse()
        : Goldens.widen(Float32Frequencies.of(parameters(golden), contextLength(golden)));
  }

  /// An odd rotary dimension or a base of 1 gives frequencies, but no rotation one could want.
  private static boolean onlyFrequencies(Goldens.Case golden) {
    boolean degenerate = rotaryDimension(golden) % 2 != 0 || base(golden) <= 1;
    if (degenerate) {
      assertThat(golden.expect().get("rope_type").asString()).isEqualTo("default");
    }
    return degenerate;
  }

  private static RopeParameters parameters(Goldens.Case golden) {
    TransformersConfig config = TransformersConfig.of(golden);
    RopeSettings settings = config.settings(golden.expect().get("rope_parameters"));
    int dimension = rotaryDimension(golden);
    int head = Math.max(config.headDimension(), dimension);
    if (settings.type().equals("proportional")) {
      head = dimension;
    }
    return new RopeParameters(
        head,
        dimension,
        base(golden),
        config.maxPositionEmbeddings(),
        Pairing.HALF,
        config.scaling(settings, head));
  }

  private static double base(Goldens.Case golden) {
    return golden.expect().get("rope_parameters").get("rope_theta").asDouble();
  }

  private static int rotaryDimension(Goldens.Case golden) {
    TransformersConfig config = TransformersConfig.of(golden);
    return config.rotaryDimension(
        config.settings(golden.expect().get("rope_parameters")),
        golden.expect().get("n_freq").asInt());
  }

  private static int contextLength(Goldens.Case golden) {
    // Without a length a class starts with what fits: dynamic unscaled, longrope short.
    return golden.get("seq_len").isNull() ? 1 : golden.get("seq_len").asInt();
  }

  /// ERNIE's classes store their frequencies axis by axis.
  private static double[] ordered(Goldens.Case golden, double[] inverse) {
    TransformersConfig config = TransformersConfig.of(golden);
    if (!config.modelType().startsWith("ernie4_5_vl")) {
      return inverse;
    }
    RopeSettings settings = config.settings(golden.expect().get("rope_parameters"));
    int[] section = settings.requiredIntegers("mrope_section");
    int[] pairs = PairAxes.ernie(section[0], section[1], section[2]).pairsByAxis(1, 2, 0);
    double[] ordered = new double[inverse.length];
    for (int i = 0; i < ordered.length; i++) {
      ordered[i] = inverse[pairs[i]];
    }
    return ordered;
  }
}
