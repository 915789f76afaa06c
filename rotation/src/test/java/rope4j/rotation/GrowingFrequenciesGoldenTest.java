package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.rotation.dialect.RopeSettings;
import rope4j.rotation.dialect.TransformersDialect;
import tools.jackson.databind.JsonNode;

/// Consecutive calls on one rotary module of Transformers: growth, reset and switch.
class GrowingFrequenciesGoldenTest {

  static Stream<Goldens.Case> cases() {
    return Goldens.cases("hf_dynamic");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void frequenciesFollowTheCalls(Goldens.Case golden) {
    GrowingFrequencies growing = new GrowingFrequencies(withScaling(golden, bufferScaling(golden)));
    for (JsonNode step : golden.get("steps")) {
      Frequencies now = growing.at(step.get("seq_len").asInt());
      if (!step.has("raises")) {
        Goldens.assertRelative(
            now.inverse(),
            Goldens.widened(step.get("inv_freq")),
            2e-6,
            golden.id() + " at " + step.get("seq_len"));
        assertThat(now.attentionFactor())
            .isCloseTo(step.get("attention_scaling").asDouble(), within(1e-12));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void cosinesAndSinesFollowTheCalls(Goldens.Case golden) {
    GrowingFrequencies growing = new GrowingFrequencies(withScaling(golden, scaling(golden)));
    for (JsonNode step : golden.get("steps")) {
      Frequencies now = growing.at(step.get("seq_len").asInt());
      if (step.has("raises")) {
        continue;
      }
      int position = step.get("max_position_id").asInt();
      // PhiMoE's buffer of frequencies is not what it rotates with; elsewhere the engine's own
      // float32 buffer leaves no room for error.
      boolean ownFrequencies = isPhiMoe(golden);
      double[] inverse = ownFrequencies ? now.inverse() : Goldens.widened(step.get("inv_freq"));
      Scaling explicit = new ExplicitFrequencies(inverse, now.attentionFactor());
      float[] cos = new float[inverse.length];
      float[] sin = new float[inverse.length];
      Angles.of(withScaling(golden, explicit), 1, Precision.TRANSFORMERS)
          .fill(position, cos, sin, 0);
      double error =
          ownFrequencies ? 4e-7 * Math.max(1, position) * now.attentionFactor() + 2e-6 : 1e-6;
      Goldens.assertAbsolute(cos, Goldens.floats(step.get("cos_last")), error, golden.id());
      Goldens.assertAbsolute(sin, Goldens.floats(step.get("sin_last")), error, golden.id());
    }
  }

  /// Transformers loses its long frequencies on the second long call of a layer type and raises;
  /// the library goes on with the long list.
  @ParameterizedTest
  @MethodSource("cases")
  void whereTransformersRaisesTheLongListStays(Goldens.Case golden) {
    GrowingFrequencies growing = new GrowingFrequencies(withScaling(golden, scaling(golden)));
    Frequencies before = growing.at(1);
    for (JsonNode step : golden.get("steps")) {
      Frequencies now = growing.at(step.get("seq_len").asInt());
      if (step.has("raises")) {
        assertThat(step.get("raises").asString()).isEqualTo("UnboundLocalError");
        assertThat(now).isEqualTo(before);
      }
      before = now;
    }
  }

  private static boolean isPhiMoe(Goldens.Case golden) {
    return TransformersConfig.of(golden).modelType().equals("phimoe");
  }

  /// What the class rotates with.
  private static Scaling scaling(Goldens.Case golden) {
    return isPhiMoe(golden)
        ? TransformersDialect.phiMoeScaling(settings(golden))
        : bufferScaling(golden);
  }

  /// What the class keeps in `inv_freq` and `attention_scaling`.
  private static Scaling bufferScaling(Goldens.Case golden) {
    TransformersConfig config = TransformersConfig.of(golden);
    return TransformersDialect.scaling(
        settings(golden), config.headDimension(), config.maxPositionEmbeddings());
  }

  private static RopeParameters withScaling(Goldens.Case golden, Scaling scaling) {
    TransformersConfig config = TransformersConfig.of(golden);
    RopeSettings settings = settings(golden);
    return new RopeParameters(
        config.headDimension(),
        config.rotaryDimension(settings, golden.get("steps").get(0).get("inv_freq").size()),
        settings.number("rope_theta").orElse(config.defaultBase()),
        config.maxPositionEmbeddings(),
        Pairing.HALF,
        scaling);
  }

  /// These configurations are few and plain: one dictionary, and Phi-3's top-level original length.
  private static RopeSettings settings(Goldens.Case golden) {
    JsonNode config = golden.get("config");
    JsonNode dictionary =
        config.has("rope_scaling") ? config.get("rope_scaling") : config.path("rope_parameters");
    if (golden.node().path("layer_type").isString()) {
      dictionary = dictionary.get(golden.get("layer_type").asString());
    }
    Map<String, Object> all = new HashMap<>();
    if (dictionary.isObject()) {
      all.putAll(Goldens.map(dictionary));
    }
    if (!"dynamic".equals(all.getOrDefault("rope_type", all.get("type")))) {
      all.putIfAbsent(
          "original_max_position_embeddings", config.path("max_position_embeddings").asInt(2048));
    }
    if (config.has("original_max_position_embeddings")) {
      all.put(
          "original_max_position_embeddings",
          config.get("original_max_position_embeddings").asInt());
    }
    for (String key : new String[] {"partial_rotary_factor", "rotary_pct"}) {
      if (config.has(key)) {
        all.putIfAbsent("partial_rotary_factor", config.get(key).asDouble());
      }
    }
    if (config.has("rotary_emb_base")) {
      all.putIfAbsent("rope_theta", config.get("rotary_emb_base").asDouble());
    }
    if (config.has("rope_theta")) {
      all.putIfAbsent("rope_theta", config.get("rope_theta").asDouble());
    }
    return RopeSettings.of(all);
  }
}
