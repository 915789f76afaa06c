package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Queries and keys rotated by Transformers' own functions, in every pairing, float32 and bfloat16.
class RotateGoldenTest {

  static Stream<Goldens.Case> cases() {
    return Goldens.cases("hf_rotate");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void queriesAreRotatedAsTransformersDoes(Goldens.Case golden) {
    check(golden, "q", "q_rot");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void keysAreRotatedAsTransformersDoes(Goldens.Case golden) {
    check(golden, "k", "k_rot");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void turningBackGivesTheQueryAgain(Goldens.Case golden) {
    Rotation rotation = rotation(golden);
    Rotation inverse = rotation.inverse();
    int[] positions = Goldens.ints(golden.get("positions"));
    CosSin table = rotation.table(positions.length);
    CosSin back = inverse.table(positions.length);
    rotation.fill(table, positions, 0, positions.length);
    inverse.fill(back, positions, 0, positions.length);
    float[] q = Goldens.floats(golden.get("q"));
    for (int t = 0; t < positions.length; t++) {
      float[] y = q.clone();
      rotation.rotate(y, 0, 1, table, t, 1);
      inverse.rotate(y, 0, 1, back, t, 1);
      Goldens.assertAbsolute(y, q, 3e-6, golden.id());
    }
  }

  private static void check(Goldens.Case golden, String in, String out) {
    Rotation rotation = rotation(golden);
    int[] positions = Goldens.ints(golden.get("positions"));
    CosSin table = rotation.table(positions.length);
    rotation.fill(table, positions, 0, positions.length);
    boolean bf16 = golden.get("dtype").asString().equals("bfloat16");
    if (bf16) {
      table.roundTo(ElementType.BF16);
    }
    float[] x = Goldens.floats(golden.get(in));
    JsonNode expected = golden.expect().get(out);
    assertThat(expected.size()).isEqualTo(positions.length);
    boolean ownFrequencies = !golden.expect().has("inv_freq");
    for (int t = 0; t < positions.length; t++) {
      double largest = 0;
      for (float value : x) {
        largest = Math.max(largest, Math.abs(value));
      }
      double tolerance = ownFrequencies ? 4e-7 * Math.max(1, positions[t]) * largest + 2e-6 : 1e-6;
      float[] y = x.clone();
      if (bf16 && !widensToFloat32(golden)) {
        rotation.rotateRounding(y, 0, 1, ElementType.BF16, table, t, 1);
      } else {
        rotation.rotate(y, 0, 1, table, t, 1);
      }
      for (int i = 0; i < y.length; i++) {
        float wanted = (float) expected.get(t).get(i).asDouble();
        float actual = bf16 ? ElementType.BF16.round(y[i]) : y[i];
        double error = bf16 ? Math.abs(wanted) * 0x1p-8 : tolerance;
        assertThat((double) actual)
            .as("%s, position %d, channel %d", golden.id(), positions[t], i)
            .isCloseTo(wanted, within(error));
      }
    }
  }

  /// These classes multiply in float32 whatever the model's type.
  private static boolean widensToFloat32(Goldens.Case golden) {
    String type = golden.get("config").get("model_type").asString();
    return Stream.of("cohere", "olmo", "esm", "modernbert", "ernie4_5", "llama4")
            .anyMatch(type::startsWith)
        || type.equals("deepseek_v2")
        || type.equals("deepseek_v4");
  }

  private static Rotation rotation(Goldens.Case golden) {
    int head = golden.get("head_dim").asInt();
    JsonNode given = golden.expect().path("inv_freq");
    int rotary =
        given.isArray() ? 2 * given.size() : golden.get("config").get("rotary_dim").asInt();
    double attention = golden.expect().get("attention_scaling").asDouble();
    Scaling scaling =
        given.isArray()
            ? new ExplicitFrequencies(Goldens.widened(given), attention)
            : new Unscaled();
    String name = golden.get("pairing").asString();
    Pairing read = name.startsWith("half") ? Pairing.HALF : Pairing.INTERLEAVED;
    RopeParameters parameters = new RopeParameters(head, rotary, 10000, 2048, read, scaling);
    Layout plain = Layout.of(parameters);
    Layout layout =
        switch (name) {
          case "half", "interleaved" -> plain;
          case "interleaved_trailing", "half_trailing" -> plain.trailing();
          case "interleaved_in_half_out" -> plain.writing(Pairing.HALF);
          case "half_reversed" -> plain.reversed();
          default -> throw new AssertionError(golden.id() + ": unknown pairing " + name);
        };
    return Rotation.of(parameters, layout, 1, Precision.TRANSFORMERS);
  }
}
