package rope4j.tuning.fitness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;
import rope4j.checkpoint.config.HuggingFaceConfig;
import rope4j.checkpoint.config.TransformersRope;
import rope4j.diagnosis.recipe.RecipeModel;
import rope4j.rotation.Frequencies;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Yarn;
import rope4j.tuning.space.Candidate;
import rope4j.tuning.space.Target;

class ConfigRotationTest {

  private static final int CONTEXT = 256;
  private static final double[] DIVISORS = {1, 1.25, 1.5, 2, 2.5, 3, 3.5, 4.75};

  private static final String PLAIN =
      """
      {
        "model_type": "llama",
        "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
        "max_position_embeddings": 64,
        "rope_theta": 10000.0
      }
      """;

  private static final String SCALED =
      """
      {
        "model_type": "llama",
        "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
        "max_position_embeddings": 64,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
        "rope_scaling": null
      }
      """;

  private static final String LONG_ROPE =
      """
      {
        "model_type": "phi3",
        "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
        "max_position_embeddings": 256, "original_max_position_embeddings": 64,
        "rope_theta": 10000.0,
        "rope_scaling": {
          "type": "longrope",
          "short_factor": [1.0, 1.0, 1.1, 1.1, 1.2, 1.2, 1.3, 1.3],
          "long_factor": [1.0, 1.1, 1.2, 1.5, 2.0, 3.0, 3.5, 4.0]
        }
      }
      """;

  private static final String MULTIMODAL =
      """
      {
        "model_type": "gemma3",
        "text_config": {
          "model_type": "gemma3_text", "hidden_size": 64, "num_hidden_layers": 6,
          "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16,
          "max_position_embeddings": 64, "sliding_window": 32, "rope_theta": 10000.0,
          "rope_local_base_freq": 10000.0, "vocab_size": 100
        }
      }
      """;

  @Test
  void transformersReadsTheDivisorsBackFromThePatchedFile() {
    for (String config : List.of(PLAIN, SCALED, MULTIMODAL)) {
      Frequencies found = full(patched(config, tuned(config))).frequencies(CONTEXT);
      double[] inverse = original(config).unscaledInverseFrequencies();
      for (int pair = 0; pair < DIVISORS.length; pair++) {
        assertThat(found.inverse(pair) * DIVISORS[pair] / inverse[pair])
            .as(config)
            .isCloseTo(1, within(1e-6));
      }
      assertThat(found.attentionFactor()).isCloseTo(1.1, within(1e-6));
    }
  }

  @Test
  void layersThatDoNotLookFarKeepTheirRotation() {
    var before = layers(MULTIMODAL);
    var after = layers(patched(MULTIMODAL, tuned(MULTIMODAL)));
    assertThat(after.getFirst().frequencies(CONTEXT))
        .isEqualTo(before.getFirst().frequencies(CONTEXT));
    assertThat(after.getLast().frequencies(CONTEXT))
        .isNotEqualTo(before.getLast().frequencies(CONTEXT));
  }

  @Test
  void whatTransformersHasANameForIsCalledByIt() {
    Candidate yarn = Candidate.of("YaRN", new Yarn(4, 64), target(PLAIN));
    String patched = patched(PLAIN, yarn);
    assertThat(patched).contains("\"rope_type\": \"yarn\"").doesNotContain("long_factor");
    assertThat(full(patched).scaling()).isInstanceOf(Yarn.class);
  }

  @Test
  void bothVersionsOfTransformersFindTheirKeys() {
    assertThat(patched(PLAIN, tuned(PLAIN)))
        .contains("\"rope_parameters\": {", "\"rope_scaling\": {", "\"model_type\": \"llama\",\n");
  }

  @Test
  void aClassThatLoadsLongRopeAloneGetsYarnAsDivisors() {
    Candidate yarn = Candidate.of("YaRN ×4", new Yarn(4, 64), target(LONG_ROPE));
    String patched = patched(LONG_ROPE, yarn);
    Frequencies read = full(patched).frequencies(CONTEXT);
    Frequencies wanted =
        target(LONG_ROPE).parameters().withScaling(new Yarn(4, 64)).frequencies(CONTEXT);
    for (int pair = 0; pair < 8; pair++) {
      assertThat(read.inverse()[pair])
          .isCloseTo(wanted.inverse()[pair], within(1e-6 * wanted.inverse()[pair]));
    }
    assertThat(read.attentionFactor()).isCloseTo(wanted.attentionFactor(), within(1e-6));
  }

  private static Candidate tuned(String config) {
    return Candidate.of("tuned", DIVISORS, 1.1, target(config));
  }

  private static Target target(String config) {
    RopeParameters plain = original(config);
    return new Target(
        new RopeParameters(
            plain.headDimension(),
            plain.rotaryDimension(),
            plain.base(),
            64,
            plain.pairing(),
            plain.scaling()),
        CONTEXT);
  }

  private static RopeParameters original(String config) {
    return TransformersRope.fullAttention(
        parse(config), RopeOverrides.NONE.withScalingType(RopeScalingType.NONE), 64);
  }

  private static RopeParameters full(String config) {
    return TransformersRope.fullAttention(parse(config), RopeOverrides.NONE, CONTEXT);
  }

  private static List<RopeParameters> layers(String config) {
    return TransformersRope.everyLayer(parse(config), RopeOverrides.NONE, CONTEXT).layers().stream()
        .map(layer -> layer.orElseThrow())
        .toList();
  }

  private static String patched(String config, Candidate candidate) {
    RecipeModel model = RecipeModel.of("model", parse(config));
    byte[] bytes = config.getBytes(StandardCharsets.UTF_8);
    return new String(
        ConfigRotation.patch(model, candidate, CONTEXT).apply(bytes), StandardCharsets.UTF_8);
  }

  private static HuggingFaceConfig parse(String config) {
    return HuggingFaceConfig.parse("config.json", config.getBytes(StandardCharsets.UTF_8));
  }
}
