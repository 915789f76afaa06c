package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// The papers' own repositories: YaRN, LongRoPE, Resonance RoPE.
class ResearchVariantsGoldenTest {

  static Stream<Goldens.Case> cases() {
    return Goldens.cases("research_variants");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theRepositoriesCodeIsMet(Goldens.Case golden) {
    RopeParameters parameters =
        new RopeParameters(
            golden.get("dim").asInt(),
            golden.get("dim").asInt(),
            golden.get("base").asDouble(),
            2048,
            Pairing.HALF,
            scaling(golden));
    if (golden.has("steps")) {
      for (JsonNode step : golden.get("steps")) {
        checkStep(golden, parameters, step);
      }
    } else {
      check(golden, parameters.frequencies(1), golden.expect());
    }
  }

  private static Scaling scaling(Goldens.Case golden) {
    return switch (golden.get("kind").asString()) {
      case "ntk_aware" -> new NtkAware(golden.get("alpha").asDouble());
      case "ntk_by_parts" -> new PartNtk(scale(golden), originalLength(golden));
      case "yarn" -> yarn(golden);
      case "dynamic_yarn" -> new DynamicYarn(originalLength(golden));
      case "dynamic_ntk" -> new DynamicNtk(1, maxPosition(golden));
      case "dynamic_linear" -> new DynamicLinear(maxPosition(golden));
      case "longrope_repo" -> longRope(golden);
      case "longrope_repo_dynamic", "longrope_dynamic" -> dynamicLongRope(golden);
      case "resonance" -> new Resonance(new Unscaled());
      case "resonance_ntk" -> new Resonance(new NtkAware(scale(golden)));
      case "resonance_yarn", "yarn_resonance" -> new Resonance(yarn(golden));
      case String kind -> throw new AssertionError("no scaling for " + kind);
    };
  }

  private static Yarn yarn(Goldens.Case golden) {
    double scale = scale(golden);
    double attention = golden.node().path("attn_factor").asDouble(1);
    return new Yarn(
        scale,
        originalLength(golden),
        golden.node().path("beta_fast").asDouble(32),
        golden.node().path("beta_slow").asDouble(1),
        true,
        golden.node().path("extrapolation_factor").asDouble(1),
        OptionalDouble.of(Yarn.magnitude(scale, 1) * attention));
  }

  private static LongRope longRope(Goldens.Case golden) {
    double[] factors = Goldens.doubles(golden.get("rescale_factors"));
    double scale = (double) maxPosition(golden) / originalLength(golden);
    String policy = golden.get("magnitude_scaling_policy").asString();
    double attention = DynamicLongRope.magnitude(policy, scale, originalLength(golden));
    return new LongRope(factors, factors, originalLength(golden), attention);
  }

  private static DynamicLongRope dynamicLongRope(Goldens.Case golden) {
    double scale = (double) maxPosition(golden) / originalLength(golden);
    String policy = golden.get("magnitude_scaling_policy").asString();
    return new DynamicLongRope(
        Goldens.doubles(golden.get("rescale_factors")),
        originalLength(golden),
        maxPosition(golden),
        DynamicLongRope.magnitude(policy, scale, originalLength(golden)));
  }

  private static double scale(Goldens.Case golden) {
    return golden.get(golden.has("scale") ? "scale" : "scaling_factor").asDouble();
  }

  private static int originalLength(Goldens.Case golden) {
    return golden.has("original_max_position_embeddings")
        ? golden.get("original_max_position_embeddings").asInt()
        : maxPosition(golden);
  }

  private static int maxPosition(Goldens.Case golden) {
    return golden.get("max_position_embeddings").asInt();
  }

  private static void check(Goldens.Case golden, Frequencies actual, JsonNode expect) {
    expect
        .propertyNames()
        .forEach(key -> {
          switch (key) {
            case "inv_freq", "r_inv_freq" ->
                Goldens.assertRelative(
                    actual.inverse(), Goldens.widened(expect.get(key)), 2e-6, golden.id());
            case "mscale" ->
                assertThat(actual.attentionFactor())
                    .isCloseTo(expect.get(key).asDouble(), within(2e-6));
            case "r_wavelengths", "wavelengths" -> {
              double[] expected = Goldens.doubles(expect.get(key));
              for (int i = 0; i < expected.length; i++) {
                assertThat(actual.wavelength(i)).isCloseTo(expected[i], within(2e-6 * expected[i]));
              }
            }
            default -> throw new AssertionError(golden.id() + ": nothing answers " + key);
          }
        });
  }

  private static void checkStep(Goldens.Case golden, RopeParameters parameters, JsonNode step) {
    int length = step.get("seq_len").asInt();
    Frequencies actual = parameters.frequencies(length);
    assertThat(step.propertyNames())
        .isSubsetOf(Set.of("seq_len", "inv_freq", "mscale", "cos_last"));
    if (parameters.scaling() instanceof DynamicLinear) {
      // The repository divides the positions and leaves its buffer of frequencies alone.
      Goldens.assertRelative(
          parameters.unscaledInverseFrequencies(),
          Goldens.widened(step.get("inv_freq")),
          2e-6,
          golden.id());
    } else {
      Goldens.assertRelative(
          actual.inverse(), Goldens.widened(step.get("inv_freq")), 2e-6, golden.id());
    }
    if (step.has("mscale")) {
      assertThat(actual.attentionFactor()).isCloseTo(step.get("mscale").asDouble(), within(2e-6));
    }
    if (step.has("cos_last")) {
      float[] cos = new float[parameters.pairs()];
      ExactAngles.of(actual).fill(length - 1, cos, new float[cos.length], 0);
      Goldens.assertAbsolute(
          cos, Goldens.floats(step.get("cos_last")), 4e-7 * length + 2e-6, golden.id());
    }
  }
}
