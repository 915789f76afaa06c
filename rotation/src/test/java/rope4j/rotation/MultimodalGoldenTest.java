package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.rotation.position.PatchGrid;
import rope4j.rotation.position.QwenRopeIndex;
import rope4j.rotation.position.QwenRopeIndex.Grid;
import rope4j.rotation.position.QwenRopeIndex.Kind;
import rope4j.rotation.position.VisionRope;
import tools.jackson.databind.JsonNode;

/// Positions of several axes and image patches, as Transformers rotates them.
class MultimodalGoldenTest {

  static Stream<Goldens.Case> cases() {
    return Goldens.cases("hf_multimodal");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void positionsOfSeveralAxesAreRotatedAsTransformersDoes(Goldens.Case golden) {
    switch (golden.group()) {
      case "mrope" -> mrope(golden);
      case "rope_index" -> ropeIndex(golden);
      case "vision" -> vision(golden);
      case String group -> throw new AssertionError(golden.id() + ": unknown group " + group);
    }
  }

  private static void mrope(Goldens.Case golden) {
    double[] inverse = Goldens.widened(golden.expect().get("inv_freq"));
    Pairing pairing = Pairing.valueOf(golden.get("pairing").asString().toUpperCase());
    PairAxes axes = axes(golden, inverse.length);
    if (golden.get("config").get("model_type").asString().startsWith("ernie")) {
      // Its buffer is stored axis by axis.
      double[] stored = inverse.clone();
      int[] pairs = axes.pairsByAxis(1, 2, 0);
      for (int i = 0; i < pairs.length; i++) {
        inverse[pairs[i]] = stored[i];
      }
    }
    Scaling scaling =
        new ExplicitFrequencies(inverse, golden.expect().get("attention_scaling").asDouble());
    RopeParameters parameters =
        new RopeParameters(
            golden.get("head_dim").asInt(), 2 * inverse.length, 10000, 2048, pairing, scaling);
    Rotation plain = Rotation.of(parameters, 1, Precision.TRANSFORMERS);
    if (golden.get("config").get("model_type").asString().startsWith("hunyuan")) {
      hunYuan(golden, plain);
      return;
    }
    Rotation rotation = plain.withAxes(axes);
    int[][] positions = axisMajor(golden.get("positions"));
    CosSin table = rotation.table(positions[0].length);
    rotation.fillAxes(table, positions, 0, positions[0].length);
    checkRows(golden, rotation, table, "q", "q_rot");
    checkRows(golden, rotation, table, "k", "k_rot");
  }

  private static void hunYuan(Goldens.Case golden, Rotation plain) {
    JsonNode rope = rope(golden.get("config"));
    String key = rope.has("xdrope_section") ? "xdrope_section" : "mrope_section";
    UnevenPairs pairs = UnevenPairs.hunYuan(plain, Goldens.ints(rope.get(key)));
    int[][] positions = axisMajor(golden.get("positions"));
    CosSin first = pairs.first().table(positions[0].length);
    CosSin second = pairs.second().table(positions[0].length);
    pairs.first().fillAxes(first, positions, 0, positions[0].length);
    pairs.second().fillAxes(second, positions, 0, positions[0].length);
    for (String in : new String[] {"q", "k"}) {
      JsonNode expected = golden.expect().get(in + "_rot");
      for (int t = 0; t < expected.size(); t++) {
        float[] y = Goldens.floats(golden.get(in));
        pairs.rotate(y, 0, first, second, t);
        Goldens.assertAbsolute(y, Goldens.floats(expected.get(t)), 1e-6, golden.id());
      }
    }
  }

  private static PairAxes axes(Goldens.Case golden, int pairs) {
    JsonNode config = golden.get("config");
    JsonNode rope = rope(config);
    String key = rope.has("xdrope_section") ? "xdrope_section" : "mrope_section";
    int[] section = rope.has(key) ? Goldens.ints(rope.get(key)) : defaultSection(config, pairs);
    boolean interleaved =
        rope.path("mrope_interleaved")
            .asBoolean(config.get("model_type").asString().startsWith("qwen3"));
    // These classes interleave whatever the dictionary says.
    interleaved |= config.get("model_type").asString().startsWith("qwen3");
    PairAxes axes;
    if (config.get("model_type").asString().startsWith("ernie")) {
      axes = PairAxes.ernie(section[0], section[1], section[2]);
    } else if (interleaved) {
      axes = PairAxes.interleaved(section[0], section[1], section[2]);
    } else {
      axes = PairAxes.sections(section);
    }
    assertThat(axes.pairs()).as(golden.id()).isEqualTo(pairs);
    return axes;
  }

  private static JsonNode rope(JsonNode config) {
    return config.has("rope_scaling") ? config.get("rope_scaling") : config.get("rope_parameters");
  }

  private static int[] defaultSection(JsonNode config, int pairs) {
    return switch (config.get("model_type").asString()) {
      case "qwen3_vl_text", "qwen3_vl_moe_text", "qwen3_omni_moe_text" -> new int[] {24, 20, 20};
      case "qwen3_5_text", "qwen3_5_moe_text" -> new int[] {11, 11, 10};
      case "qwen2_5_vl_text", "qwen2_5_omni_text", "paddleocr_vl_text" -> new int[] {16, 24, 24};
      case "glm4v_text", "glm4v_moe_text", "glm_image_text" -> new int[] {8, 12, 12};
      case "ernie4_5_vl_moe_text" -> new int[] {22, 22, 20};
      case String type ->
          throw new AssertionError(type + " names no sections for its " + pairs + " pairs");
    };
  }

  private static int[][] axisMajor(JsonNode positions) {
    int[][] axes = new int[positions.get(0).size()][positions.size()];
    for (int t = 0; t < positions.size(); t++) {
      for (int axis = 0; axis < axes.length; axis++) {
        axes[axis][t] = positions.get(t).get(axis).asInt();
      }
    }
    return axes;
  }

  private static void checkRows(
      Goldens.Case golden, Rotation rotation, CosSin table, String in, String out) {
    JsonNode expected = golden.expect().get(out);
    float[] x = Goldens.floats(golden.get(in));
    for (int t = 0; t < expected.size(); t++) {
      float[] y = x.clone();
      rotation.rotate(y, 0, 1, table, t, 1);
      Goldens.assertAbsolute(
          y, Goldens.floats(expected.get(t)), 1e-6, golden.id() + ", token " + t);
    }
  }

  private static void ropeIndex(Goldens.Case golden) {
    assertThat(golden.node().propertyNames())
        .as(golden.id())
        .isSubsetOf(
            Set.of(
                "id",
                "group",
                "note",
                "mm_token_type_ids",
                "attention_mask",
                "image_grid_thw",
                "video_grid_thw",
                "spatial_merge_size",
                "expect"));
    int[] types = Goldens.ints(golden.get("mm_token_type_ids"));
    Kind[] kinds = Arrays.stream(types).mapToObj(t -> Kind.values()[t]).toArray(Kind[]::new);
    boolean[] attended = new boolean[types.length];
    for (int t = 0; t < attended.length; t++) {
      attended[t] =
          !golden.has("attention_mask") || golden.get("attention_mask").get(t).asInt() != 0;
    }
    QwenRopeIndex index =
        QwenRopeIndex.of(
            kinds,
            attended,
            grids(golden, "image_grid_thw"),
            grids(golden, "video_grid_thw"),
            golden.get("spatial_merge_size").asInt(),
            1);
    for (int axis = 0; axis < 3; axis++) {
      assertThat(index.positions()[axis])
          .as("%s, axis %d", golden.id(), axis)
          .containsExactly(Goldens.ints(golden.expect().get("position_ids").get(axis)));
    }
    assertThat(index.delta()).isEqualTo(golden.expect().get("mrope_position_delta").asInt());
  }

  private static Grid[] grids(Goldens.Case golden, String key) {
    if (!golden.node().hasNonNull(key)) {
      return new Grid[0];
    }
    JsonNode list = golden.get(key);
    Grid[] grids = new Grid[list.size()];
    for (int i = 0; i < grids.length; i++) {
      int[] thw = Goldens.ints(list.get(i));
      grids[i] = new Grid(thw[0], thw[1], thw[2]);
    }
    return grids;
  }

  private static void vision(Goldens.Case golden) {
    if (golden.has("q")) {
      qwenVision(golden);
    } else if (golden.expect().has("angles")) {
      pixtral(golden);
    } else {
      llama4(golden);
    }
  }

  private static void qwenVision(Goldens.Case golden) {
    int merge = golden.get("spatial_merge_size").asInt();
    int[][] places = new int[2][0];
    for (JsonNode grid : golden.get("grid_thw")) {
      int[] thw = Goldens.ints(grid);
      int[][] one = PatchGrid.blockMajor(thw[0], thw[1], thw[2], merge);
      for (int axis = 0; axis < 2; axis++) {
        places[axis] =
            IntStream.concat(Arrays.stream(places[axis]), Arrays.stream(one[axis])).toArray();
      }
    }
    assertThat(places).isDeepEqualTo(axisMajor(golden.expect().get("hw_positions")));
    Rotation rotation =
        VisionRope.qwen(golden.get("head_dim").asInt(), golden.get("theta").asDouble())
            .rotation(Precision.TRANSFORMERS);
    CosSin table = rotation.table(places[0].length);
    rotation.fillAxes(table, places, 0, places[0].length);
    checkRows(golden, rotation, table, "q", "q_rot");
  }

  private static void llama4(Goldens.Case golden) {
    JsonNode config = golden.get("config");
    int head = config.get("hidden_size").asInt() / config.get("num_attention_heads").asInt();
    int side = config.get("image_size").asInt() / config.get("patch_size").asInt();
    Rotation rotation =
        VisionRope.llama4(head, config.get("rope_theta").asDouble())
            .rotation(Precision.TRANSFORMERS);
    checkTable(golden, rotation, PatchGrid.llama4(side));
  }

  private static void checkTable(Goldens.Case golden, Rotation rotation, int[][] places) {
    CosSin table = rotation.table(places[0].length);
    rotation.fillAxes(table, places, 0, places[0].length);
    assertThat(golden.expect().get("cos").size()).isEqualTo(table.tokens());
    for (int t = 0; t < table.tokens(); t++) {
      float[] cos = new float[table.pairs()];
      float[] sin = new float[table.pairs()];
      for (int i = 0; i < cos.length; i++) {
        cos[i] = table.cos(t, i);
        sin[i] = table.sin(t, i);
      }
      Goldens.assertAbsolute(
          cos, Goldens.floats(golden.expect().get("cos").get(t)), 1e-6, golden.id());
      Goldens.assertAbsolute(
          sin, Goldens.floats(golden.expect().get("sin").get(t)), 1e-6, golden.id());
    }
  }

  private static void pixtral(Goldens.Case golden) {
    JsonNode config = golden.get("config");
    int side = config.get("image_size").asInt() / config.get("patch_size").asInt();
    VisionRope rope =
        VisionRope.pixtral(config.get("head_dim").asInt(), config.get("rope_theta").asDouble());
    int[][] places = PatchGrid.rowMajor(side, side);
    double[] inverse = rope.parameters().frequencies(1).inverse();
    JsonNode expected = golden.expect().get("angles");
    assertThat(expected.size()).isEqualTo(places[0].length);
    for (int t = 0; t < expected.size(); t++) {
      double[] angles = new double[2 * inverse.length];
      for (int i = 0; i < angles.length; i++) {
        int pair = i % inverse.length;
        angles[i] = places[rope.axes().axis(pair)][t] * inverse[pair];
      }
      Goldens.assertRelative(angles, Goldens.widened(expected.get(t)), 4e-7, golden.id());
    }
  }
}
