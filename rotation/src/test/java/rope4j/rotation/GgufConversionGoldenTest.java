package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.rotation.dialect.GgufRope;
import rope4j.rotation.dialect.RopeSettings;
import tools.jackson.databind.JsonNode;

/// What llama.cpp's converter writes for a configuration.
class GgufConversionGoldenTest {

  static Stream<Goldens.Case> cases() {
    return Goldens.cases("gguf_conversion");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void keysAndTensorsAreTheConverters(Goldens.Case golden) {
    GgufRope written = convert(golden.get("hf_config"), golden.get("converter").asString());
    assertKeys(written, golden.expect().get("kv"), golden.id());
    JsonNode tensors = golden.expect().get("tensors");
    assertThat(written.tensors().keySet())
        .as(golden.id())
        .containsExactlyInAnyOrderElementsOf(tensors.propertyNames());
    written
        .tensors()
        .forEach((name, values) ->
            Goldens.assertRelative(
                Goldens.widen(values), Goldens.widened(tensors.get(name)), 1e-6, golden.id()));
  }

  static void assertKeys(GgufRope written, JsonNode expected, String what) {
    assertThat(written.keys().keySet())
        .as(what)
        .containsExactlyInAnyOrderElementsOf(expected.propertyNames());
    written
        .keys()
        .forEach((key, value) -> {
          JsonNode wanted = expected.get(key);
          switch (value) {
            case Number number ->
                assertThat(number.doubleValue())
                    .as("%s, %s", what, key)
                    .isEqualTo(wanted.asDouble());
            case int[] list -> assertThat(list).containsExactly(Goldens.ints(wanted));
            default -> assertThat(value).as("%s, %s", what, key).isEqualTo(wanted.asString());
          }
        });
  }

  static GgufRope convert(JsonNode config, String converter) {
    RopeSettings settings = settings(config);
    int length = config.get("max_position_embeddings").asInt();
    int hidden = config.get("hidden_size").asInt();
    int heads = config.get("num_attention_heads").asInt();
    int head = config.path("head_dim").asInt(hidden / heads);
    return switch (converter) {
      case "text" -> GgufRope.text(settings, slidingBase(config), length);
      case "llama" -> GgufRope.llama(settings, slidingBase(config), length, head);
      case "phi3" -> GgufRope.phi3(settings, length, hidden, heads);
      default -> throw new AssertionError("unknown converter " + converter);
    };
  }

  /// The full-attention dictionary with the legacy top-level keys mirrored into it, as the
  /// converter does before it writes.
  private static RopeSettings settings(JsonNode config) {
    JsonNode rope = dictionary(config);
    Map<String, Object> all = new HashMap<>();
    if (rope.has("full_attention")) {
      all.putAll(Goldens.map(rope.get("full_attention")));
    } else if (!rope.has("sliding_attention")) {
      if (rope.isObject()) {
        all.putAll(Goldens.map(rope));
      }
      for (String key : new String[] {"global_rope_theta", "rope_theta", "rotary_emb_base"}) {
        if (config.hasNonNull(key)) {
          all.putIfAbsent("rope_theta", config.get(key).asDouble());
        }
      }
      for (String key :
          new String[] {"original_max_position_embeddings", "partial_rotary_factor"}) {
        if (config.hasNonNull(key)) {
          all.putIfAbsent(key, config.get(key).asDouble());
        }
      }
    }
    return RopeSettings.of(all);
  }

  private static JsonNode dictionary(JsonNode config) {
    return config.has("rope_parameters")
        ? config.get("rope_parameters")
        : config.path("rope_scaling");
  }

  private static Optional<Double> slidingBase(JsonNode config) {
    JsonNode nested = dictionary(config).path("sliding_attention").path("rope_theta");
    if (nested.isNumber()) {
      return Optional.of(nested.asDouble());
    }
    return Arrays.stream(
            new String[] {"local_rope_theta", "swa_rope_theta", "rope_local_base_freq"})
        .filter(config::hasNonNull)
        .map(key -> config.get(key).asDouble())
        .findFirst();
  }
}
