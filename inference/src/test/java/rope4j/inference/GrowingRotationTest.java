package rope4j.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import rope4j.checkpoint.RopeOverrides;
import rope4j.inference.SessionOptions.RotationChange;
import rope4j.rotation.DynamicNtk;
import rope4j.rotation.LayerRotations;
import rope4j.rotation.LongRope;
import rope4j.rotation.Precision;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Scaling;

/// Where frequencies depend on the length of the text, a text that grew has the logits of the same
/// text fed at once, at every length.
class GrowingRotationTest {

  private static final double CLOSE = 1e-4;
  private static final int[] TOKENS = new Random(5).ints(290, 3, 288).toArray();

  @Test
  void longRopeSwitchesItsFactorsWhereTheTextOutgrowsTheOriginalLength() {
    try (Model model = Zoo.load("phi3")) {
      checkEveryLength(model, model.rotationByLength(RopeOverrides.NONE), 240, 275);
      assertThat(frequency(model.rotationByLength(RopeOverrides.NONE).at(256)))
          .isEqualTo(frequency(model.rotation(RopeOverrides.NONE, 256)));
      assertThat(frequency(model.rotationByLength(RopeOverrides.NONE).at(257)))
          .isNotEqualTo(frequency(model.rotation(RopeOverrides.NONE, 256)));
    }
  }

  @Test
  void attentionFactorsThatSwitchWithTheFactorsSwitchForCachedKeysToo() {
    try (Model model = Zoo.load("llama-gqa")) {
      double[] shorter = {1, 1, 1.1, 1.2, 1.3, 1.4, 1.5, 2};
      double[] longer = {1, 1.5, 2, 3, 4, 5, 6, 8};
      checkEveryLength(model, scaled(model, new LongRope(shorter, longer, 30, 1.1, 1.4)), 1, 50);
    }
  }

  @Test
  void dynamicNtkChangesWithEveryTokenPastTheTrainedLength() {
    try (Model model = Zoo.load("llama-gqa")) {
      checkEveryLength(model, scaled(model, new DynamicNtk(2, 24)), 1, 60);
    }
  }

  private static void checkEveryLength(Model model, ModelRotation rotation, int from, int to) {
    Session growing = model.session(rotation, to);
    if (from > 1) {
      growing.feed(Arrays.copyOf(TOKENS, from - 1));
    }
    Session whole = model.session(rotation, to);
    for (int length = from; length <= to; length++) {
      float[] actual = growing.feed(TOKENS[length - 1]);
      whole.truncate(0);
      same(actual, whole.feed(Arrays.copyOf(TOKENS, length)), CLOSE, length);
    }
  }

  @Test
  void aTextFedAtOnceHasTheLogitsOfItsOwnFixedRotation() {
    try (Model model = Zoo.load("llama-gqa")) {
      int[] tokens = Arrays.copyOf(TOKENS, 60);
      ModelRotation growing = scaled(model, new DynamicNtk(2, 24));
      assertThat(model.session(growing, 60).feed(tokens))
          .containsExactly(model.session(growing.at(60), 60).feed(tokens));
      assertThat(model.scorer().score(tokens, growing))
          .containsExactly(model.scorer().score(tokens, growing.at(60)));
    }
  }

  @Test
  void aShorterTextHasItsOwnRotationAgain() {
    try (Model model = Zoo.load("llama-gqa")) {
      ModelRotation growing = scaled(model, new DynamicNtk(2, 24));
      Session session = model.session(growing, 60);
      session.feed(Arrays.copyOf(TOKENS, 60));
      session.truncate(9);
      Session fresh = model.session(growing, 60);
      same(session.feed(TOKENS[9]), fresh.feed(Arrays.copyOf(TOKENS, 10)), CLOSE, 10);
    }
  }

  @Test
  void aStrideChangesTheRotationInStepsAndStaysExact() {
    try (Model model = Zoo.load("llama-gqa")) {
      ModelRotation growing = scaled(model, new DynamicNtk(2, 24));
      SessionOptions steps = SessionOptions.EXACT.withChange(RotationChange.RECOMPUTE, 16);
      Session session = model.session(growing, 60, steps);
      for (int length = 1; length <= 60; length++) {
        float[] actual = session.feed(TOKENS[length - 1]);
        if (length == 40) {
          Session fixed = model.session(growing.at(48), 60);
          same(actual, fixed.feed(Arrays.copyOf(TOKENS, 40)), CLOSE, 40);
        }
      }
    }
  }

  @Test
  void rerotatedKeysAreExactInTheFirstLayerAndCloseInTheLogits() {
    try (Model model = Zoo.load("llama-gqa")) {
      ModelRotation growing = scaled(model, new DynamicNtk(2, 24));
      Session turned =
          model.session(growing, 60, SessionOptions.EXACT.withChange(RotationChange.REROTATE, 1));
      Session whole = model.session(growing, 60);
      float[] logits = {};
      for (int length = 1; length <= 60; length++) {
        logits = turned.feed(TOKENS[length - 1]);
      }
      float[] exact = whole.feed(Arrays.copyOf(TOKENS, 60));
      float[] first = row(turned, 0, 10);
      float[] expected = row(whole, 0, 10);
      for (int i = 0; i < first.length; i++) {
        assertThat((double) first[i]).isCloseTo(expected[i], within(1e-5));
      }
      double difference = difference(logits, exact);
      assertThat(difference).isGreaterThan(CLOSE);
      // Under the frequencies of a short text it is much further off.
      Session kept = model.session(growing.at(1), 60);
      kept.feed(Arrays.copyOf(TOKENS, 59));
      assertThat(difference(kept.feed(TOKENS[59]), exact)).isGreaterThan(5 * difference);
      assertThat(turned.prefix(Arrays.copyOf(TOKENS, 60))).isZero();
    }
  }

  @Test
  void aStrideIsAtLeastOneToken() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SessionOptions.EXACT.withChange(RotationChange.RECOMPUTE, 0))
        .withMessage("the stride must be at least 1 token, not 0");
  }

  private static float[] row(Session session, int layer, int position) {
    float[] row = new float[session.cache().keys(layer, 0).channels];
    session.cache().keys(layer, 0).copy(position, 1, row, 0);
    return row;
  }

  private static double frequency(ModelRotation rotation) {
    return rotation.layer(0).orElseThrow().frequencies().inverse(5);
  }

  private static ModelRotation scaled(Model model, Scaling scaling) {
    RopeParameters own = model.rotation(RopeOverrides.NONE, 64).layer(0).orElseThrow().parameters();
    return model.rotationByLength(
        LayerRotations.uniform(own.withScaling(scaling), model.description().layers()),
        Precision.EXACT);
  }

  private static double difference(float[] actual, float[] expected) {
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(actual[i] - expected[i]));
    }
    return largest;
  }

  private static void same(float[] actual, float[] expected, double close, int length) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i])
          .as("logit %d at length %d", i, length)
          .isCloseTo(expected[i], within(close));
    }
  }
}
