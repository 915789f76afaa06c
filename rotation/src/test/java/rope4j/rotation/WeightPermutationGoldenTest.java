package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Rows of query and key weights from half to interleaved order and back.
class WeightPermutationGoldenTest {

  static Stream<Goldens.Case> cases() {
    return Goldens.cases("weight_permutation");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void rowsMoveAsInTheConverter(Goldens.Case golden) {
    assertThat(sources(golden, Pairing.HALF, Pairing.INTERLEAVED))
        .containsExactly(Goldens.ints(golden.expect().get("gguf_row_source_index")));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theWayBackIsTheInverse(Goldens.Case golden) {
    int[] there = sources(golden, Pairing.HALF, Pairing.INTERLEAVED);
    int[] back = sources(golden, Pairing.INTERLEAVED, Pairing.HALF);
    for (int row = 0; row < there.length; row++) {
      assertThat(there[back[row]]).isEqualTo(row);
    }
  }

  private static int[] sources(Goldens.Case golden, Pairing from, Pairing to) {
    assertThat(golden.node().propertyNames())
        .as(golden.id())
        .isSubsetOf(Set.of("id", "group", "note", "n_head", "n_head_kv", "head_dim", "expect"));
    // The converter permutes a key weight by its own number of heads.
    int heads =
        golden.node().hasNonNull("n_head_kv")
            ? golden.get("n_head_kv").asInt()
            : golden.get("n_head").asInt();
    return WeightRows.sources(heads, golden.get("head_dim").asInt(), from, to);
  }
}
