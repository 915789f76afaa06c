package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.rotation.dialect.RopeSettings;
import rope4j.rotation.dialect.VllmDialect;
import rope4j.rotation.dialect.VllmRope;
import rope4j.rotation.position.DualChunk;
import rope4j.rotation.position.PatchGrid;
import rope4j.rotation.position.VisionRope;
import tools.jackson.databind.JsonNode;

/// vLLM's rotary classes: what `get_rope` picks, its tables, and rotated queries and keys.
class VllmRopeGoldenTest {

  static Stream<Goldens.Case> cases() {
    return Goldens.cases("vllm_rope");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void getRopeIsMet(Goldens.Case golden) {
    switch (golden.group()) {
      case "dual_chunk" -> dualChunk(golden);
      case "vision" -> vision(golden);
      case "fope" -> fope(golden);
      default -> {
        if (golden.node().path("rope_parameters").path("use_fope").asBoolean(false)) {
          fope(golden);
        } else if (golden.has("max_position")) {
          getRope(golden);
        } else {
          ernie(golden);
        }
      }
    }
  }

  private static Pairing pairing(Goldens.Case golden) {
    return golden.get("is_neox_style").asBoolean() ? Pairing.HALF : Pairing.INTERLEAVED;
  }

  private static void getRope(Goldens.Case golden) {
    RopeSettings settings = Goldens.settings(golden.get("rope_parameters"));
    VllmRope rope =
        VllmDialect.rope(
            settings,
            golden.get("head_size").asInt(),
            golden.get("max_position").asInt(),
            pairing(golden),
            golden.get("max_model_len").asInt());
    JsonNode expect = golden.expect();
    assertThat(rope.className()).isEqualTo(expect.get("cls").asString());
    if (expect.has("cache_rows")) {
      assertThat(rope.cacheRows()).isEqualTo(expect.get("cache_rows").asLong());
    }
    Frequencies frequencies = rope.parameters().frequencies(rope.contextLength());
    if (expect.has("mscale")) {
      assertThat(frequencies.attentionFactor())
          .isCloseTo(expect.get("mscale").asDouble(), within(1e-12));
    }
    if (expect.has("use_long_rope")) {
      LongRope scaling = (LongRope) rope.parameters().scaling();
      assertThat(scaling.isLong(rope.contextLength()))
          .isEqualTo(expect.get("use_long_rope").asBoolean());
      assertThat(scaling.shortAttentionFactor())
          .isCloseTo(expect.get("short_mscale").asDouble(), within(1e-12));
      assertThat(scaling.longAttentionFactor())
          .isCloseTo(expect.get("long_mscale").asDouble(), within(1e-12));
    }
    boolean dividesPositions = rope.parameters().scaling() instanceof Linear;
    if (expect.has("inv_freq")) {
      double[] own =
          dividesPositions ? rope.parameters().unscaledInverseFrequencies() : frequencies.inverse();
      Goldens.assertRelative(own, Goldens.widened(expect.get("inv_freq")), 2e-6, golden.id());
    }
    // With the engine's own float32 frequencies the angles are its angles at every position; its
    // divided positions can't be said that way, and then the frequencies' own error is allowed.
    boolean own = dividesPositions || !expect.has("inv_freq");
    RopeParameters parameters =
        own
            ? rope.parameters()
            : rope.parameters()
                .withScaling(
                    new ExplicitFrequencies(
                        Goldens.widened(expect.get("inv_freq")), frequencies.attentionFactor()));
    Rotation rotation =
        Rotation.of(parameters, rope.layout(), rope.contextLength(), Precision.VLLM)
            .withAxes(rope.axes());
    check(golden, rotation, frequencies.attentionFactor(), own);
  }

  private static void check(
      Goldens.Case golden, Rotation rotation, double magnitude, boolean ownFrequencies) {
    int[][] positions = positions(golden);
    CosSin table = rotation.table(positions[0].length);
    if (positions.length == 1) {
      rotation.fill(table, positions[0], 0, positions[0].length);
    } else {
      rotation.fillAxes(table, positions, 0, positions[0].length);
    }
    boolean bf16 = golden.node().path("dtype").asString("float32").equals("bfloat16");
    if (bf16) {
      table.roundTo(ElementType.BF16);
    }
    for (int t = 0; t < table.tokens(); t++) {
      int token = t;
      int position =
          IntStream.range(0, positions.length).map(a -> positions[a][token]).max().orElse(0);
      double error = ownFrequencies ? 4e-7 * Math.max(1, position) * magnitude + 2e-6 : 1e-6;
      checkTable(golden, table, t, error, bf16);
      checkHead(golden, rotation, table, t, "q", "q_rot", error, bf16);
      checkHead(golden, rotation, table, t, "k", "k_rot", error, bf16);
    }
  }

  private static int[][] positions(Goldens.Case golden) {
    JsonNode positions = golden.get("positions");
    if (!positions.get(0).isArray()) {
      return new int[][] {Goldens.ints(positions)};
    }
    int[][] axes = new int[positions.size()][];
    for (int axis = 0; axis < axes.length; axis++) {
      axes[axis] = Goldens.ints(positions.get(axis));
    }
    return axes;
  }

  private static void checkTable(
      Goldens.Case golden, CosSin table, int token, double error, boolean bf16) {
    for (String key : new String[] {"cos", "sin"}) {
      if (!golden.expect().has(key)) {
        continue;
      }
      float[] expected = Goldens.floats(golden.expect().get(key).get(token));
      for (int i = 0; i < expected.length; i++) {
        double actual = key.equals("cos") ? table.cos(token, i) : table.sin(token, i);
        double allowed = bf16 ? Math.abs(expected[i]) * 0x1p-8 : error;
        assertThat(actual)
            .as("%s, %s of pair %d, token %d", golden.id(), key, i, token)
            .isCloseTo(expected[i], within(allowed));
      }
    }
  }

  private static void checkHead(
      Goldens.Case golden,
      Rotation rotation,
      CosSin table,
      int token,
      String in,
      String out,
      double error,
      boolean bf16) {
    if (!golden.has(in)) {
      return;
    }
    float[] y = Goldens.floats(golden.get(in));
    double largest = 1;
    for (float value : y) {
      largest = Math.max(largest, 2 * Math.abs(value));
    }
    if (bf16) {
      rotation.rotateRounding(y, 0, 1, ElementType.BF16, table, token, 1);
    } else {
      rotation.rotate(y, 0, 1, table, token, 1);
    }
    float[] expected = Goldens.floats(golden.expect().get(out).get(token));
    for (int i = 0; i < expected.length; i++) {
      double allowed =
          bf16 ? Math.abs(expected[i]) * 0x1p-8 : error > 1e-6 ? error * largest : error;
      assertThat((double) y[i])
          .as("%s, %s, token %d, channel %d", golden.id(), out, token, i)
          .isCloseTo(expected[i], within(allowed));
    }
  }

  private static void ernie(Goldens.Case golden) {
    assertThat(golden.expect().get("cls").asString()).isEqualTo("Ernie4_5_VLRotaryEmbedding");
    int head = golden.get("head_size").asInt();
    int[] section = Goldens.ints(golden.get("rope_parameters").get("mrope_section"));
    RopeParameters parameters =
        new RopeParameters(
            head,
            head,
            golden.get("rope_parameters").get("rope_theta").asDouble(),
            4096,
            pairing(golden),
            new Unscaled());
    Rotation rotation =
        Rotation.of(parameters, 1, Precision.VLLM)
            .withAxes(PairAxes.ernie(section[0], section[1], section[2]));
    check(golden, rotation, 1, true);
  }

  private static void dualChunk(Goldens.Case golden) {
    int head = golden.get("head_size").asInt();
    RopeParameters parameters =
        new RopeParameters(
            head, head, golden.get("rope_theta").asDouble(), 4096, pairing(golden), new Unscaled());
    Rotation rotation = Rotation.of(parameters, 1, Precision.VLLM);
    DualChunk chunks =
        new DualChunk(golden.get("chunk_size").asInt(), golden.get("local_size").asInt());
    int[] positions = Goldens.ints(golden.get("positions"));
    CosSin table = rotation.table(6);
    for (int t = 0; t < positions.length; t++) {
      int p = positions[t];
      int[] places = {
        chunks.intra(p),
        chunks.successive(p),
        chunks.inter(),
        chunks.successiveCritical(p),
        chunks.interCritical(p),
        chunks.key(p)
      };
      rotation.fill(table, places, 0, places.length);
      double error = 4e-7 * Arrays.stream(places).max().orElse(1) + 2e-6;
      for (int way = 0; way < 5; way++) {
        float[] q = Goldens.floats(golden.get("q"));
        rotation.rotate(q, 0, 1, table, way, 1);
        Goldens.assertAbsolute(
            q,
            Goldens.floats(golden.expect().get("q_rot").get(t).get(way)),
            error * 3,
            golden.id());
      }
      float[] k = Goldens.floats(golden.get("k"));
      rotation.rotate(k, 0, 1, table, 5, 1);
      Goldens.assertAbsolute(
          k, Goldens.floats(golden.expect().get("k_rot").get(t)), error * 3, golden.id());
    }
  }

  private static void vision(Goldens.Case golden) {
    int head = golden.get("head_size").asInt();
    double base = golden.get("rope_parameters").get("rope_theta").asDouble();
    Rotation rotation = VisionRope.llama4(head, base).rotation(Precision.VLLM);
    int side = (int) Math.sqrt(golden.get("num_patches").asInt());
    int[][] places = PatchGrid.llama4(side);
    CosSin table = rotation.table(places[0].length);
    rotation.fillAxes(table, places, 0, places[0].length);
    assertThat(golden.expect().get("cos").size()).isEqualTo(table.tokens());
    for (int t = 0; t < table.tokens(); t++) {
      checkTable(golden, table, t, 1e-6, false);
    }
  }

  private static void fope(Goldens.Case golden) {
    int head = golden.get("head_size").asInt();
    RopeParameters parameters =
        new RopeParameters(
            head,
            head,
            golden.node().path("rope_parameters").path("rope_theta").asDouble(10000),
            golden.node().path("max_position").asInt(4096),
            Pairing.HALF,
            new Unscaled());
    float[][] cos = matrix(golden, "cos");
    float[][] sin = matrix(golden, "sin");
    double[] inverse =
        golden.expect().has("inv_freq")
            ? Goldens.widened(golden.expect().get("inv_freq"))
            : Arrays.copyOf(parameters.unscaledInverseFrequencies(), cos.length);
    FourierMixture mixture = new FourierMixture(inverse, cos, sin, head / 2, 1);
    Rotation rotation = Rotation.of(parameters, 1, Precision.VLLM);
    int[] positions = Goldens.ints(golden.get("positions"));
    CosSin table = rotation.table(1);
    for (int t = 0; t < positions.length; t++) {
      mixture.fill(table, positions[t], 1);
      double error = 4e-7 * Math.max(1, positions[t]) * inverse.length + 2e-6;
      for (String in : new String[] {"q", "k"}) {
        float[] y = Goldens.floats(golden.get(in));
        rotation.rotate(y, 0, 1, table);
        float[] expected = Goldens.floats(golden.expect().get(in + "_rot").get(t));
        Goldens.assertAbsolute(y, expected, error * 3, golden.id());
      }
    }
  }

  /// The learned weights; of several heads the first, which is the one that is rotated.
  private static float[][] matrix(Goldens.Case golden, String name) {
    String key =
        golden.node().propertyNames().stream()
            .filter(k -> k.startsWith(name))
            .findFirst()
            .orElseThrow(() -> new AssertionError(golden.id() + " has no weights for " + name));
    JsonNode node = golden.get(key);
    while (node.get(0).get(0).isArray()) {
      node = node.get(0);
    }
    float[][] rows = new float[node.size()][];
    for (int r = 0; r < rows.length; r++) {
      rows[r] = Goldens.floats(node.get(r));
    }
    return rows;
  }
}
