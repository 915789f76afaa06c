package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.rotation.absolute.LearnedPositions;
import rope4j.rotation.absolute.Sinusoidal;
import tools.jackson.databind.JsonNode;

/// Sinusoidal tables and the rows of learned ones.
class AbsoluteGoldenTest {

  static Stream<Goldens.Case> cases() {
    return Goldens.cases("absolute");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void absoluteEncodingsAreTransformers(Goldens.Case golden) {
    switch (golden.group()) {
      case "sinusoidal" -> sinusoidal(golden);
      case "learned" -> learned(golden);
      case String group -> throw new AssertionError(golden.id() + ": unknown group " + group);
    }
  }

  private static void sinusoidal(Goldens.Case golden) {
    String layout = golden.get("layout").asString();
    Sinusoidal style;
    if (layout.contains("2*(j//2)")) {
      style = Sinusoidal.MARIAN;
    } else if (layout.startsWith("rope table")) {
      style = Sinusoidal.GPT_J;
    } else if (layout.contains("i/(dim/2-1)") || layout.startsWith("rows ")) {
      style = Sinusoidal.TENSOR2TENSOR;
    } else {
      throw new AssertionError(golden.id() + ": unknown layout " + layout);
    }
    float[][] table = style.table(golden.get("num_positions").asInt(), golden.get("dim").asInt());
    if (golden.has("padding_idx")) {
      // An embedding's padding row is zeroed by the layer that holds the table.
      Arrays.fill(table[golden.get("padding_idx").asInt()], 0);
    }
    JsonNode expected = golden.expect().get("table");
    int first = table.length - expected.size();
    for (int r = 0; r < expected.size(); r++) {
      Goldens.assertAbsolute(
          table[first + r], Goldens.floats(expected.get(r)), 1e-6, golden.id() + ", row " + r);
    }
  }

  private static void learned(Goldens.Case golden) {
    int past = golden.get("past").asInt();
    if (golden.has("input_ids")) {
      int[] rows =
          LearnedPositions.roberta(
              Goldens.ints(golden.get("input_ids")), golden.get("padding_idx").asInt(), past);
      assertThat(rows).containsExactly(Goldens.ints(golden.expect().get("position_ids")));
    } else {
      int[] mask = Goldens.ints(golden.get("attention_mask"));
      boolean[] attended = new boolean[mask.length];
      for (int t = 0; t < mask.length; t++) {
        attended[t] = mask[t] != 0;
      }
      assertThat(LearnedPositions.opt(attended, past))
          .containsExactly(Goldens.ints(golden.expect().get("table_index")));
    }
  }
}
