package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.rotation.dialect.LlamaCppContext;
import rope4j.rotation.dialect.LlamaCppContext.Model;
import rope4j.rotation.dialect.LlamaCppContext.Resolved;
import rope4j.rotation.dialect.LlamaCppContext.ScalingType;
import rope4j.rotation.dialect.LlamaCppContext.User;
import tools.jackson.databind.JsonNode;

/// From GGUF values and command line to the operator's arguments, as llama.cpp resolves them.
class LlamaCppContextGoldenTest {

  private static final Set<String> HPARAMS =
      Set.of(
          "n_ctx_train",
          "rope_freq_base_train",
          "rope_freq_scale_train",
          "rope_attn_factor",
          "rope_yarn_log_mul",
          "yarn_ext_factor",
          "yarn_attn_factor",
          "yarn_beta_fast",
          "yarn_beta_slow",
          "n_ctx_orig_yarn",
          "rope_scaling_type_train");

  private static final Set<String> USER =
      Set.of(
          "n_ctx",
          "rope_freq_base",
          "rope_freq_scale",
          "yarn_ext_factor",
          "yarn_attn_factor",
          "yarn_beta_fast",
          "yarn_beta_slow",
          "yarn_orig_ctx",
          "rope_scaling_type");

  static Stream<Goldens.Case> cases() {
    return Goldens.cases("llamacpp_cparams");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void fileAndFlagsResolveAsInLlamaCpp(Goldens.Case golden) {
    assertThat(golden.get("hparams").propertyNames()).as(golden.id()).isSubsetOf(HPARAMS);
    assertThat(golden.get("user").propertyNames()).as(golden.id()).isSubsetOf(USER);
    Resolved resolved =
        LlamaCppContext.resolve(model(golden, golden.get("hparams")), user(golden.get("user")));
    LlamaCppOperator operator = resolved.operator();
    JsonNode expect = golden.expect();
    expect
        .propertyNames()
        .forEach(key -> {
          double actual =
              switch (key) {
                case "n_ctx" -> resolved.contextLength();
                case "n_ctx_orig_yarn" -> operator.originalLength();
                case "rope_freq_base" -> operator.base();
                case "rope_freq_scale" -> operator.frequencyScale();
                case "yarn_ext_factor" -> operator.extrapolationFactor();
                case "yarn_attn_factor" -> operator.attentionFactor();
                case "yarn_beta_fast" -> operator.betaFast();
                case "yarn_beta_slow" -> operator.betaSlow();
                case "effective_cos_sin_scale" -> operator.magnitude();
                case "deepseek_mscale" -> resolved.deepSeekMscale();
                case "deepseek_kq_scale_times_sqrt_d" -> resolved.softmaxScaleMultiplier();
                default -> throw new AssertionError(golden.id() + ": nothing answers " + key);
              };
          double expected = expect.get(key).asDouble();
          assertThat(actual)
              .as("%s, %s", golden.id(), key)
              .isCloseTo(expected, within(1e-6 * Math.abs(expected)));
        });
  }

  private static Model model(Goldens.Case golden, JsonNode said) {
    return new Model(
        said.get("n_ctx_train").asInt(),
        128,
        number(said, "rope_freq_base_train"),
        number(said, "rope_freq_scale_train"),
        number(said, "rope_attn_factor"),
        number(said, "rope_yarn_log_mul"),
        number(said, "yarn_ext_factor"),
        number(said, "yarn_attn_factor"),
        number(said, "yarn_beta_fast"),
        number(said, "yarn_beta_slow"),
        said.get("n_ctx_orig_yarn").asInt(),
        ScalingType.of(said.get("rope_scaling_type_train").asString()),
        golden.get("arch").asString().equals("deepseek2"));
  }

  private static User user(JsonNode said) {
    return new User(
        said.get("n_ctx").asInt(),
        number(said, "rope_freq_base"),
        number(said, "rope_freq_scale"),
        number(said, "yarn_ext_factor"),
        number(said, "yarn_attn_factor"),
        number(said, "yarn_beta_fast"),
        number(said, "yarn_beta_slow"),
        said.get("yarn_orig_ctx").asInt(),
        ScalingType.of(said.get("rope_scaling_type").asString()));
  }

  private static float number(JsonNode said, String key) {
    return (float) said.get(key).asDouble();
  }
}
