package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// ggml's rope operator, float32 operation by operation: the tolerance does not grow with the
/// position.
class GgmlRopeGoldenTest {

  static Stream<Goldens.Case> cases() {
    return Goldens.cases("ggml_rope");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void headsAreRotatedAsGgmlDoes(Goldens.Case golden) {
    switch (golden.group()) {
      case "rope", "mrope", "multi", "vision", "f16" -> rotates(golden);
      case "kshift" -> shifts(golden);
      case String group -> throw new AssertionError(golden.id() + ": unknown group " + group);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theRampOfYarnIsGgmls(Goldens.Case golden) {
    JsonNode expected = golden.expect().path("corr_dims");
    if (expected.isArray()) {
      LlamaCppOperator operator = operator(golden.get("params"));
      assertThat(operator.rampStart()).isEqualTo((float) expected.get(0).asDouble());
      assertThat(operator.rampEnd()).isEqualTo((float) expected.get(1).asDouble());
    } else if (expected.isNull()) {
      assertThat(golden.get("params").get("ext_factor").asDouble()).isZero();
    }
  }

  private static void rotates(Goldens.Case golden) {
    JsonNode params = golden.get("params");
    Rotation rotation = rotation(golden);
    if (params.path("backward").asBoolean(false)) {
      rotation = rotation.gradient();
    }
    boolean f16 = params.path("dtype").asString("f32").equals("f16");
    JsonNode expected = golden.expect().get("y");
    CosSin table = rotation.table(expected.size());
    fill(rotation, table, golden.get("positions"), expected.size());
    float[] x = Goldens.floats(golden.get("x"));
    for (int t = 0; t < expected.size(); t++) {
      float[] wanted = Goldens.floats(expected.get(t));
      float[] y = f16 ? rotatedF16(rotation, x, table, t) : rotated(rotation, x, table, t);
      for (int i = 0; i < y.length; i++) {
        double error = f16 ? Math.max(Math.abs(wanted[i]) * 0x1p-10, 1e-6) : 1e-6;
        assertThat((double) y[i])
            .as("%s, token %d, channel %d", golden.id(), t, i)
            .isCloseTo(wanted[i], within(error));
      }
    }
  }

  /// llama.cpp shifts with the whole operator, magnitude included; [Rotation#shift] leaves the
  /// magnitude alone and so meets the key rotated directly.
  private static void shifts(Goldens.Case golden) {
    Rotation rotation = rotation(golden);
    int[] positions = Goldens.ints(golden.get("positions"));
    int[] delta = Goldens.ints(golden.get("delta"));
    boolean f16 = golden.get("params").path("dtype").asString("f32").equals("f16");
    float[] x = Goldens.floats(golden.get("x"));
    CosSin table = rotation.table(positions.length);
    CosSin again = rotation.table(positions.length);
    rotation.fill(table, positions, 0, positions.length);
    rotation.fill(again, delta, 0, delta.length);
    Rotation shift = rotation.shift();
    CosSin moved = shift.table(positions.length);
    shift.fill(moved, delta, 0, delta.length);
    double magnitude = operator(golden.get("params")).magnitude();
    for (int t = 0; t < positions.length; t++) {
      float[] cached = f16 ? rotatedF16(rotation, x, table, t) : rotated(rotation, x, table, t);
      float[] wantedCached = Goldens.floats(golden.expect().get("cached").get(t));
      assertClose(golden, cached, wantedCached, f16, 1e-6);
      float[] shifted =
          f16
              ? rotatedF16(rotation, wantedCached, again, t)
              : rotated(rotation, wantedCached, again, t);
      assertClose(
          golden, shifted, Goldens.floats(golden.expect().get("after_shift").get(t)), f16, 1e-6);
      float[] right =
          f16 ? rotatedF16(shift, wantedCached, moved, t) : rotated(shift, wantedCached, moved, t);
      // Two float32 angles against one: the engine's own error at this position.
      double error = 4e-7 * Math.max(1, positions[t]) * magnitude * 3 + 2e-6;
      assertClose(golden, right, Goldens.floats(golden.expect().get("direct").get(t)), f16, error);
    }
  }

  private static void assertClose(
      Goldens.Case golden, float[] actual, float[] wanted, boolean f16, double error) {
    for (int i = 0; i < wanted.length; i++) {
      double allowed = f16 ? Math.max(Math.abs(wanted[i]) * 0x1p-10, error) : error;
      assertThat((double) actual[i]).as(golden.id()).isCloseTo(wanted[i], within(allowed));
    }
  }

  private static void fill(Rotation rotation, CosSin table, JsonNode positions, int tokens) {
    if (positions.get(0).isArray()) {
      int[][] byAxis = new int[positions.size()][];
      for (int axis = 0; axis < byAxis.length; axis++) {
        byAxis[axis] = Goldens.ints(positions.get(axis));
      }
      rotation.fillAxes(table, byAxis, 0, tokens);
    } else {
      rotation.fill(table, Goldens.ints(positions), 0, tokens);
    }
  }

  private static float[] rotated(Rotation rotation, float[] x, CosSin table, int row) {
    float[] y = x.clone();
    rotation.rotate(y, 0, 1, table, row, 1);
    return y;
  }

  private static float[] rotatedF16(Rotation rotation, float[] x, CosSin table, int row) {
    short[] bits = new short[x.length];
    for (int i = 0; i < x.length; i++) {
      bits[i] = Float.floatToFloat16(x[i]);
    }
    rotation.rotate(MemorySegment.ofArray(bits), ElementType.F16, 0, 1, table, row, 1);
    float[] y = new float[x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = Float.float16ToFloat(bits[i]);
    }
    return y;
  }

  private static Rotation rotation(Goldens.Case golden) {
    JsonNode params = golden.get("params");
    String mode = params.get("mode").asString();
    int dimensions = params.get("n_dims").asInt();
    int head = params.path("ne0").asInt(golden.get("x").size());
    boolean vision = mode.equals("VISION");
    Pairing pairing = mode.equals("NORM") ? Pairing.INTERLEAVED : Pairing.HALF;
    int rotary = vision ? head : dimensions;
    Layout layout =
        new Layout(head, params.path("n_offs").asInt(0), rotary, pairing, pairing, false);
    int pairs = layout.pairs();
    float[] factors = new float[pairs];
    Arrays.fill(factors, 1);
    if (golden.has("freq_factors")) {
      float[] given = Goldens.floats(golden.get("freq_factors"));
      System.arraycopy(given, 0, factors, 0, pairs);
    }
    int[] sections = params.has("sections") ? Goldens.ints(params.get("sections")) : new int[0];
    PairAxes axes =
        switch (mode) {
          case "NORM", "NEOX", "NORMAL" -> PairAxes.single(pairs);
          case "MROPE" -> PairAxes.llamaCppSections(pairs, sections);
          case "IMROPE" -> PairAxes.llamaCppInterleaved(pairs, sections);
          case "VISION" -> PairAxes.llamaCppVision(pairs, sections);
          default -> throw new AssertionError(golden.id() + ": unknown mode " + mode);
        };
    return Rotation.of(operator(params), factors, layout, axes);
  }

  private static LlamaCppOperator operator(JsonNode params) {
    return new LlamaCppOperator(
        params.get("n_dims").asInt(),
        params.get("n_ctx_orig").asInt(),
        (float) params.get("freq_base").asDouble(),
        (float) params.get("freq_scale").asDouble(),
        (float) params.get("ext_factor").asDouble(),
        (float) params.get("attn_factor").asDouble(),
        (float) params.get("beta_fast").asDouble(),
        (float) params.get("beta_slow").asDouble());
  }
}
