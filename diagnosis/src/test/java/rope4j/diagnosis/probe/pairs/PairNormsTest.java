package rope4j.diagnosis.probe.pairs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import rope4j.diagnosis.probe.trial.Candidate;
import rope4j.inference.ModelRotation;
import rope4j.rotation.Layout;
import rope4j.rotation.Pairing;
import rope4j.rotation.Precision;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Rotation;
import rope4j.rotation.Unscaled;

/// One layer, 4 heads of queries and 2 of keys, of 4 channels each: two pairs.
class PairNormsTest {

  private static final Offset<Double> ROUNDING = within(1e-9);
  private static final int HEADS = 4;
  private static final int PAIRS = 2;

  private static Candidate candidate(Layout layout) {
    RopeParameters parameters = new RopeParameters(4, 4, 10_000, 64, layout.read(), new Unscaled());
    Rotation rotation = Rotation.of(parameters, layout, 64, Precision.EXACT);
    return new Candidate("own", "own", parameters, 64, ModelRotation.everywhere(rotation, 1));
  }

  private static Layout layout(Pairing pairing, boolean negative) {
    return new Layout(4, 0, 4, pairing, pairing, negative);
  }

  private static List<List<PairNorms.Mean>> heads(
      Layout layout, float[][] queries, float[][] keys) {
    PairNorms norms = new PairNorms(candidate(layout), 1, HEADS);
    for (int position = 0; position < queries.length; position++) {
      norms.accept(0, position, 1, queries[position], keys[position]);
    }
    return PairNorms.heads(norms.values(), HEADS, PAIRS);
  }

  /// Two tokens whose first heads point the same way, and whose last heads point against each
  /// other.
  private static final float[][] QUERIES = {
    {3, 4, 0, 1, /**/ 1, 0, 0, 0, /**/ 1, 0, 0, 0, /**/ 0, 2, 0, 0},
    {6, 8, 0, 1, /**/ 1, 0, 0, 0, /**/ 1, 0, 0, 0, /**/ 0, -2, 0, 0},
  };

  private static final float[][] KEYS = {
    {0, 1, 5, 12, /**/ 2, 0, 0, 0},
    {0, 3, 5, 12, /**/ 2, 0, 0, 0},
  };

  @Test
  void lengthsAreMeansOverTokensOfTheChannelsOfAPair() {
    List<List<PairNorms.Mean>> heads = heads(layout(Pairing.INTERLEAVED, false), QUERIES, KEYS);
    PairNorms.Mean first = heads.get(0).get(0);
    assertThat(first.query()).isCloseTo(7.5, ROUNDING);
    assertThat(first.key()).isCloseTo(2, ROUNDING);
    assertThat(first.product()).isCloseTo(15, ROUNDING);
    PairNorms.Mean second = heads.get(0).get(1);
    assertThat(second.query()).isCloseTo(1, ROUNDING);
    assertThat(second.key()).isCloseTo(13, ROUNDING);
  }

  @Test
  void halvesPairAChannelWithTheOneHalfAHeadFurther() {
    List<List<PairNorms.Mean>> heads = heads(layout(Pairing.HALF, false), QUERIES, KEYS);
    // (3, 0) and (6, 0); (0, 5) twice.
    assertThat(heads.get(0).get(0).query()).isCloseTo(4.5, ROUNDING);
    assertThat(heads.get(0).get(0).key()).isCloseTo(5, ROUNDING);
    // (4, 1) and (8, 1); (1, 12) and (3, 12).
    assertThat(heads.get(0).get(1).query())
        .isCloseTo((Math.sqrt(17) + Math.sqrt(65)) / 2, ROUNDING);
    assertThat(heads.get(0).get(1).key())
        .isCloseTo((Math.sqrt(145) + Math.sqrt(153)) / 2, ROUNDING);
  }

  @Test
  void twoHeadsOfQueriesShareAHeadOfKeys() {
    List<List<PairNorms.Mean>> heads = heads(layout(Pairing.INTERLEAVED, false), QUERIES, KEYS);
    assertThat(heads).extracting(head -> head.getFirst().head()).containsExactly(0, 1, 2, 3);
    assertThat(heads.get(1).getFirst().key()).isCloseTo(2, ROUNDING);
    assertThat(heads.get(1).getLast().key()).isCloseTo(13, ROUNDING);
    assertThat(heads.get(2).getFirst().key()).isCloseTo(2, ROUNDING);
    assertThat(heads.get(2).getLast().key()).isZero();
  }

  @Test
  void theResultantIsOneWhereAllPointOneWayAndNothingWhereTheyCancel() {
    List<List<PairNorms.Mean>> heads = heads(layout(Pairing.INTERLEAVED, false), QUERIES, KEYS);
    assertThat(heads.get(0).getFirst().queryResultant()).isCloseTo(1, ROUNDING);
    assertThat(heads.get(0).getFirst().keyResultant()).isCloseTo(1, ROUNDING);
    assertThat(heads.get(3).getFirst().queryResultant()).isZero();
  }

  /// Queries at atan(4 / 3), keys at a quarter turn.
  @Test
  void thePhaseIsTheAngleFromKeysToQueriesTheWayThatThePairTurns() {
    double phase = Math.atan2(4, 3) - Math.PI / 2;
    assertThat(heads(layout(Pairing.INTERLEAVED, false), QUERIES, KEYS).get(0).getFirst().phase())
        .isCloseTo(phase, ROUNDING);
    assertThat(heads(layout(Pairing.INTERLEAVED, true), QUERIES, KEYS).get(0).getFirst().phase())
        .isCloseTo(-phase, ROUNDING);
  }
}
