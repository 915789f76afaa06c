package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.rotation.dialect.GgufRope;
import rope4j.rotation.dialect.LlamaCppContext;
import rope4j.rotation.dialect.LlamaCppContext.Model;
import rope4j.rotation.dialect.LlamaCppContext.ScalingType;
import rope4j.rotation.dialect.LlamaCppContext.User;
import rope4j.rotation.dialect.RopeSettings;
import rope4j.rotation.dialect.TransformersDialect;
import rope4j.rotation.dialect.VllmDialect;
import rope4j.rotation.dialect.VllmRope;
import tools.jackson.databind.JsonNode;

/// One configuration in three engines: what each makes of it, differences included.
class SameConfigGoldenTest {

  static Stream<Goldens.Case> cases() {
    return Goldens.cases("same_config");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void transformersReadsItThisWay(Goldens.Case golden) {
    JsonNode expected = golden.get("hf");
    if (!expected.has("inv_freq")) {
      assertRefused(() ->
          TransformersDialect.scaling(
              Goldens.settings(golden.get("hf_config").get("rope_scaling")),
              head(golden),
              maxPosition(golden)));
      return;
    }
    RopeSettings settings = Goldens.settings(expected.get("rope_parameters"));
    Scaling scaling =
        isDeepSeek(golden)
            ? TransformersDialect.deepSeekScaling(settings, head(golden), maxPosition(golden))
            : TransformersDialect.scaling(settings, head(golden), maxPosition(golden));
    int length = golden.has("hf_seq_len") ? golden.get("hf_seq_len").asInt() : 1;
    Frequencies actual = parameters(golden, settings, scaling).frequencies(length);
    check(golden, actual, expected);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void vllmReadsItThisWay(Goldens.Case golden) {
    JsonNode expected = golden.get("vllm");
    Map<String, Object> given = Goldens.map(dictionary(golden));
    if (isDeepSeek(golden) && !"default".equals(given.getOrDefault("rope_type", "default"))) {
      given.put("rope_type", "deepseek_yarn"); // what vLLM's DeepSeek model code does
      given.remove("type");
    }
    RopeSettings settings = RopeSettings.of(given);
    if (!expected.has("inv_freq")) {
      assertRefused(() ->
          VllmDialect.rope(
              settings, head(golden), maxPosition(golden), Pairing.HALF, maxPosition(golden)));
      return;
    }
    VllmRope rope =
        VllmDialect.rope(
            settings,
            head(golden),
            maxPosition(golden),
            Pairing.HALF,
            expected.get("max_model_len").asInt());
    assertThat(rope.className()).isEqualTo(expected.get("cls").asString());
    Frequencies scaled = rope.parameters().frequencies(rope.contextLength());
    double softmax = isDeepSeek(golden) ? VllmDialect.deepSeekSoftmaxScaleMultiplier(settings) : 1;
    check(golden, new Frequencies(scaled.inverse(), scaled.attentionFactor(), softmax), expected);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theConverterWritesItThisWay(Goldens.Case golden) {
    GgufConversionGoldenTest.assertKeys(
        converted(golden), golden.get("llamacpp").get("gguf_kv"), golden.id());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void llamaCppRunsItThisWay(Goldens.Case golden) {
    JsonNode expected = golden.get("llamacpp");
    GgufRope gguf = converted(golden);
    User user =
        new User(expected.get("n_ctx").asInt(), 0, 0, -1, -1, -1, -1, 0, ScalingType.UNSPECIFIED);
    LlamaCppContext.Resolved resolved = LlamaCppContext.resolve(model(golden, gguf), user);
    LlamaCppOperator operator = resolved.operator();
    JsonNode cparams = expected.get("cparams");
    assertParameter(golden, operator.originalLength(), cparams, "n_ctx_orig_yarn");
    assertParameter(golden, operator.base(), cparams, "rope_freq_base");
    assertParameter(golden, operator.frequencyScale(), cparams, "rope_freq_scale");
    assertParameter(golden, operator.extrapolationFactor(), cparams, "yarn_ext_factor");
    assertParameter(golden, operator.attentionFactor(), cparams, "yarn_attn_factor");
    assertParameter(golden, operator.betaFast(), cparams, "yarn_beta_fast");
    assertParameter(golden, operator.betaSlow(), cparams, "yarn_beta_slow");
    assertParameter(golden, operator.magnitude(), expected, "cos_sin_scale");
    if (expected.hasNonNull("softmax_scale_multiplier")) {
      assertParameter(
          golden, resolved.softmaxScaleMultiplier(), expected, "softmax_scale_multiplier");
    }
    if (expected.get("corr_dims").isArray()) {
      assertThat(operator.rampStart())
          .isEqualTo((float) expected.get("corr_dims").get(0).asDouble());
      assertThat(operator.rampEnd()).isEqualTo((float) expected.get("corr_dims").get(1).asDouble());
    }
    float[] factors = factors(golden, gguf, resolved);
    if (expected.get("freq_factors").isArray()) {
      Goldens.assertRelative(
          Goldens.widen(factors), Goldens.widened(expected.get("freq_factors")), 1e-6, golden.id());
    }
    ExplicitFrequencies frequencies =
        operator.frequencies(factors, PairAxes.single(factors.length));
    Goldens.assertRelative(
        frequencies.inverse(),
        Goldens.widened(expected.get("angle_at_position_1")),
        5e-6,
        golden.id());
  }

  /// Where an engine fails on a configuration, its dialect refuses it.
  private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class);
  }

  private static void assertParameter(
      Goldens.Case golden, double actual, JsonNode expected, String key) {
    double wanted = expected.get(key).asDouble();
    assertThat(actual)
        .as("%s, %s", golden.id(), key)
        .isCloseTo(wanted, within(1e-6 * Math.abs(wanted)));
  }

  private static void check(Goldens.Case golden, Frequencies actual, JsonNode expected) {
    Goldens.assertRelative(
        actual.inverse(), Goldens.widened(expected.get("inv_freq")), 2e-6, golden.id());
    assertThat(actual.attentionFactor())
        .isCloseTo(expected.get("cos_sin_scale").asDouble(), within(1e-12));
    assertThat(actual.softmaxScaleMultiplier())
        .isCloseTo(expected.path("softmax_scale_multiplier").asDouble(1), within(1e-12));
  }

  private static GgufRope converted(Goldens.Case golden) {
    String type = golden.get("model_type").asString();
    String converter =
        type.equals("phi3")
            ? "phi3"
            : golden.get("hf").get("rope_parameters").path("rope_type").asString().equals("llama3")
                ? "llama"
                : "text";
    return GgufConversionGoldenTest.convert(golden.get("hf_config"), converter);
  }

  private static Model model(Goldens.Case golden, GgufRope gguf) {
    Model plain =
        Model.plain(
            number(gguf, "context_length", 0).intValue(),
            head(golden),
            number(gguf, "rope.freq_base", 10000).floatValue());
    float factor = number(gguf, "rope.scaling.factor", 0).floatValue();
    String type = (String) gguf.keys().getOrDefault("rope.scaling.type", "linear");
    // The converter of DeepSeek writes 0.1 mscale_all_dim and the loader divides by 0.1.
    float logMultiplier =
        isDeepSeek(golden)
            ? (float) golden.get("hf").get("rope_parameters").path("mscale_all_dim").asDouble(0)
            : 0;
    return new Model(
        plain.trainedLength(),
        plain.dimensions(),
        plain.base(),
        factor == 0 ? 1 : 1 / factor,
        number(gguf, "rope.scaling.attn_factor", 1).floatValue(),
        logMultiplier,
        -1,
        1,
        32,
        1,
        number(gguf, "rope.scaling.original_context_length", plain.trainedLength()).intValue(),
        ScalingType.of(type),
        isDeepSeek(golden));
  }

  private static Number number(GgufRope gguf, String key, Number otherwise) {
    return (Number) gguf.keys().getOrDefault(key, otherwise);
  }

  private static float[] factors(
      Goldens.Case golden, GgufRope gguf, LlamaCppContext.Resolved resolved) {
    Map<String, float[]> tensors = new HashMap<>(gguf.tensors());
    if (tensors.containsKey("rope_freqs.weight")) {
      return tensors.get("rope_freqs.weight");
    }
    boolean isLong = resolved.contextLength() > resolved.operator().originalLength();
    float[] ones = new float[head(golden) / 2];
    Arrays.fill(ones, 1);
    return tensors.getOrDefault(
        isLong ? "rope_factors_long.weight" : "rope_factors_short.weight", ones);
  }

  private static RopeParameters parameters(
      Goldens.Case golden, RopeSettings settings, Scaling scaling) {
    return new RopeParameters(
        head(golden),
        head(golden),
        settings.number("rope_theta").orElse(10000),
        maxPosition(golden),
        Pairing.HALF,
        scaling);
  }

  /// The normalised dictionary, or the configuration's own where Transformers fails to normalise
  /// it.
  private static JsonNode dictionary(Goldens.Case golden) {
    JsonNode normalised = golden.get("hf").path("rope_parameters");
    return normalised.isObject() ? normalised : golden.get("hf_config").get("rope_scaling");
  }

  private static boolean isDeepSeek(Goldens.Case golden) {
    return golden.get("model_type").asString().startsWith("deepseek");
  }

  private static int head(Goldens.Case golden) {
    return golden.get("head_dim").asInt();
  }

  private static int maxPosition(Goldens.Case golden) {
    return golden.get("hf_config").get("max_position_embeddings").asInt();
  }
}
