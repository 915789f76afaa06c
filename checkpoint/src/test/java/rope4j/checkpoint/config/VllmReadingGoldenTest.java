package rope4j.checkpoint.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.checkpoint.RopeOverrides;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What of vLLM's own classes can be reached from a config.json: `get_rope` with its rope
/// dictionary.
class VllmReadingGoldenTest {

  static Stream<Goldens.Case> cases() {
    return Goldens.cases("vllm_rope")
        .filter(golden -> golden.get("group").asString().equals("get_rope"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void frequenciesTurnByVllmsCosineAndSine(Goldens.Case golden) {
    LayerRope layer = layer(golden);
    JsonNode expected = golden.expect();
    JsonNode positions = golden.get("positions");
    double scale = layer.frequencies().attentionFactor();
    boolean bfloat16 = golden.get("dtype").asString().equals("bfloat16");
    for (int n = 0; n < positions.size(); n++) {
      double position = positions.get(n).asDouble();
      // The float32 angle of the engine; its table may be in bfloat16.
      double error = 4e-7 * Math.max(1, position) * scale + 2e-6 + (bfloat16 ? scale / 256 : 0);
      JsonNode cos = expected.get("cos").get(n);
      for (int i = 0; i < cos.size(); i++) {
        double angle = position * layer.frequencies().inverse(i);
        assertThat(Math.cos(angle) * scale)
            .as("%s, cosine of pair %d at %s", golden.id(), i, position)
            .isCloseTo(cos.get(i).asDouble(), within(error));
        assertThat(Math.sin(angle) * scale)
            .as("%s, sine of pair %d at %s", golden.id(), i, position)
            .isCloseTo(expected.get("sin").get(n).get(i).asDouble(), within(error));
      }
    }
  }

  private static LayerRope layer(Goldens.Case golden) {
    ObjectNode config = JsonMapper.shared().createObjectNode();
    // Classes without a say of their own in rotation.
    config.put("model_type", golden.get("is_neox_style").asBoolean() ? "llama" : "cohere");
    config.put("hidden_size", 4096).put("num_attention_heads", 32);
    config.put("head_dim", golden.get("head_size").asInt());
    config.put("max_position_embeddings", golden.get("max_position").asInt());
    ObjectNode rope = (ObjectNode) golden.get("rope_parameters").deepCopy();
    if (!rope.has("rope_theta")) {
      rope.put("rope_theta", 10000.0); // get_rope's own default, not a class's
    }
    config.set("rope_parameters", rope);
    return EngineReader.read(
            Goldens.config(config),
            Dialect.VLLM,
            OptionalInt.of(golden.get("max_model_len").asInt()),
            RopeOverrides.NONE)
        .layers()
        .getFirst();
  }
}
