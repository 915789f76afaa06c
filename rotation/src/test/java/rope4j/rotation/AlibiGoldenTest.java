package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.rotation.absolute.Alibi;
import rope4j.rotation.absolute.Alibi.Variant;
import tools.jackson.databind.JsonNode;

/// Slopes and bias rows of four implementations.
class AlibiGoldenTest {

  static Stream<Goldens.Case> cases() {
    return Goldens.cases("alibi");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void slopesAndBiasesAreTheImplementations(Goldens.Case golden) {
    int heads = golden.get("num_heads").asInt();
    double biasMax = golden.node().path("alibi_bias_max").asDouble(8);
    JsonNode expect = golden.expect();
    expect
        .propertyNames()
        .forEach(key -> {
          float[] expected = Goldens.floats(expect.get(key));
          switch (key) {
            case "slopes_fairseq" -> assertSlopes(expected, Variant.FAIRSEQ, heads, biasMax);
            case "slopes_bloom" -> assertSlopes(expected, Variant.BLOOM, heads, biasMax);
            case "slopes_mpt" -> assertSlopes(expected, Variant.MPT, heads, biasMax);
            case "slopes_falcon" ->
                assertThat(Alibi.slopes(Variant.FALCON, heads)).containsExactly(expected);
            case "bias_row_bloom_head0" ->
                assertClose(
                    Alibi.bloomRow(
                        Alibi.slopes(Variant.BLOOM, heads)[0], attended(golden, expected)),
                    expected);
            case "bias_row_mpt_head0" ->
                assertClose(
                    Alibi.mptRow(Alibi.slopes(Variant.MPT, heads, biasMax)[0], expected.length),
                    expected);
            default -> throw new AssertionError(golden.id() + ": nothing answers " + key);
          }
        });
  }

  private static boolean[] attended(Goldens.Case golden, float[] row) {
    boolean[] attended = new boolean[row.length];
    Arrays.fill(attended, true);
    if (golden.has("attention_mask")) {
      for (int k = 0; k < attended.length; k++) {
        attended[k] = golden.get("attention_mask").get(k).asInt() != 0;
      }
    }
    return attended;
  }

  private static void assertSlopes(float[] expected, Variant variant, int heads, double biasMax) {
    assertClose(Alibi.slopes(variant, heads, biasMax), expected);
  }

  private static void assertClose(float[] actual, float[] expected) {
    Goldens.assertRelative(
        Goldens.widen(actual), Goldens.widen(expected), 1e-6, Arrays.toString(expected));
  }
}
