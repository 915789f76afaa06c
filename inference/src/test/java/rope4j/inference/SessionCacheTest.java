package rope4j.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import rope4j.checkpoint.RopeOverrides;

/// What a session keeps, how narrow it may be, and what need not be fed again.
class SessionCacheTest {

  private static final SessionOptions HALF =
      SessionOptions.EXACT.withTypes(KeyValueType.F16, KeyValueType.F16);
  private static final SessionOptions EIGHT_BITS =
      SessionOptions.EXACT.withTypes(KeyValueType.Q8_0, KeyValueType.Q8_0);

  @TestFactory
  Stream<DynamicTest> aFullSessionTakesTheBytesThatWerePredicted() {
    return ParityFixture.all().stream()
        .filter(fixture -> !fixture.isTrained())
        .map(fixture ->
            DynamicTest.dynamicTest(
                fixture.model().getFileName().toString(), () -> checkBytes(fixture)));
  }

  private static void checkBytes(ParityFixture fixture) {
    int tokens = fixture.architecture().equals("gpt2") ? 250 : 300;
    try (Model model = Model.load(fixture.model(), 2)) {
      for (KeyValueType type : KeyValueType.values()) {
        SessionOptions options = SessionOptions.EXACT.withTypes(type, type);
        AttentionShape shape = model.transformer().shape();
        if (shape.keyDimension() % type.blockChannels() != 0
            || shape.valueDimension() % type.blockChannels() != 0) {
          continue;
        }
        Session session = session(model, tokens, options);
        assertThat(session.cacheBytes()).isZero();
        session.feed(random(tokens));
        assertThat(session.cacheBytes())
            .as(type.label())
            .isEqualTo(model.cacheBytes(tokens, options));
      }
    }
  }

  @Test
  void roomIsMadeAsTheTextGrows() {
    try (Model model = Zoo.load("llama-gqa")) {
      Session session = session(model, 1000, SessionOptions.EXACT);
      session.feed(random(200));
      assertThat(session.cacheBytes()).isEqualTo(model.cacheBytes(256));
      session.feed(random(400));
      assertThat(session.cacheBytes()).isEqualTo(model.cacheBytes(768));
    }
  }

  @Test
  void layersWithAWindowForgetWhatLiesBeforeIt() {
    try (Model model = Zoo.load("gpt-oss")) {
      int[] tokens = random(3000);
      ModelRotation rotation = model.rotation(RopeOverrides.NONE, 4096);
      Session session = model.session(rotation, 4096);
      session.feed(tokens);
      assertThat(session.cacheBytes()).isLessThan(model.cacheBytes(4096));
      assertThat(model.cacheBytes(1 << 20)).isLessThan(model.cacheBytes(1 << 21));
      // What was forgotten is computed again when the text becomes shorter.
      session.truncate(1000);
      float[] after = session.feed(5).clone();
      Session fresh = model.session(rotation, 4096);
      int[] shorter = Arrays.copyOf(tokens, 1001);
      shorter[1000] = 5;
      same(after, fresh.feed(shorter), 1e-4);
    }
  }

  @Test
  void binary16ChangesLogitsByThousandths() {
    assertThat(largestDifference("qwen3", HALF)).isPositive().isLessThan(1e-2);
    assertThat(largestDifference("deepseek2-v3", HALF)).isPositive().isLessThan(1e-2);
  }

  @Test
  void eightBitsChangeLogitsByHundredths() {
    assertThat(largestDifference("qwen3", EIGHT_BITS)).isPositive().isLessThan(1e-1);
    assertThat(
            largestDifference(
                "qwen3", SessionOptions.EXACT.withTypes(KeyValueType.Q8_0, KeyValueType.F16)))
        .isPositive()
        .isLessThan(1e-1);
  }

  private static double largestDifference(String name, SessionOptions options) {
    int[] tokens = random(120);
    try (Model model = Zoo.load(name)) {
      Session exact = session(model, 120, SessionOptions.EXACT);
      Session narrow = session(model, 120, options);
      double largest = 0;
      for (int token : tokens) {
        float[] expected = exact.feed(token);
        float[] actual = narrow.feed(token);
        for (int i = 0; i < expected.length; i++) {
          largest = Math.max(largest, Math.abs(expected[i] - actual[i]));
        }
      }
      return largest;
    }
  }

  @Test
  void aNarrowCacheGivesTheSameHoweverTheTextIsFed() {
    int[] tokens = random(120);
    try (Model model = Zoo.load("qwen3")) {
      for (SessionOptions options : List.of(HALF, EIGHT_BITS)) {
        Session whole = session(model, 120, options);
        Session single = session(model, 120, options);
        float[] expected = whole.feed(tokens).clone();
        float[] actual = {};
        for (int token : tokens) {
          actual = single.feed(token);
        }
        // A last bit may round a key to the next step.
        same(actual, expected, options == HALF ? 1e-3 : 1e-2);
      }
    }
  }

  @Test
  void headsThatAreNotWholeBlocksAreRefused() {
    try (Model model = Zoo.load("llama-gqa")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> session(model, 10, EIGHT_BITS))
          .withMessage(
              "the keys of this model have heads of 16 channels, which can't be stored as q8_0: it"
                  + " needs a multiple of 32; use f16");
    }
  }

  @Test
  void moreThanTheMemoryIsRefusedWithNumbersAndRemedies() {
    try (Model model = Zoo.load("qwen3")) {
      ModelRotation rotation = model.rotation(RopeOverrides.NONE, 128);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.session(rotation, 2_000_000_000))
          .withMessageMatching(
              "keys and values of 2000000000 tokens take \\d+ MiB as f32 and buffers \\d+ MiB, but this"
                  + " JVM may use \\d+ MiB; ask for fewer tokens \\(at most \\d+, with -c\\) or store"
                  + " them narrower \\(--cache-type-k q8_0 --cache-type-v q8_0: \\d+ MiB\\), or give it"
                  + " more memory \\(-Xmx, for rope in ROPE_JAVA_OPTS\\)");
    }
  }

  @Test
  void aCommonBeginningIsNotFedAgain() {
    int[] first = random(90);
    int[] second = Arrays.copyOf(first, 110);
    System.arraycopy(new Random(9).ints(60, 3, 288).toArray(), 0, second, 50, 60);
    for (String name : List.of("llama-gqa", "gemma3", "deepseek2-v3", "mpt")) {
      try (Model model = Zoo.load(name)) {
        Session session = session(model, 128, SessionOptions.EXACT);
        session.feed(first);
        assertThat(session.prefix(second)).isEqualTo(50);
        float[] continued = session.continueWith(second).clone();
        assertThat(session.tokens()).isEqualTo(second);
        same(continued, session(model, 128, SessionOptions.EXACT).feed(second), close(name));
      }
    }
  }

  @Test
  void theLastTokenIsFedAgainSinceItsLogitsAreWanted() {
    try (Model model = Zoo.load("llama-gqa")) {
      Session session = session(model, 64, SessionOptions.EXACT);
      float[] first = session.feed(1, 7, 9).clone();
      assertThat(session.prefix(1, 7, 9)).isEqualTo(2);
      same(session.continueWith(1, 7, 9), first, 1e-5);
      assertThat(session.prefix(1, 7)).isEqualTo(1);
      assertThat(session.prefix(2)).isZero();
    }
  }

  @Test
  void tooLongATextLeavesTheSessionAsItWas() {
    try (Model model = Zoo.load("llama-gqa")) {
      Session session = session(model, 3, SessionOptions.EXACT);
      session.feed(1, 7);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> session.continueWith(2, 3, 4, 5))
          .withMessageContaining("room for 3 more tokens, but 4");
      assertThat(session.tokens()).containsExactly(1, 7);
    }
  }

  private static double close(String name) {
    // ggml's GELU table rounds to float16 and so lets a last bit grow.
    return List.of("gemma3", "mpt").contains(name) ? 5e-3 : 1e-4;
  }

  private static Session session(Model model, int capacity, SessionOptions options) {
    return model.session(model.rotation(RopeOverrides.NONE, capacity), capacity, options);
  }

  private static int[] random(int count) {
    return new Random(5).ints(count, 3, 288).toArray();
  }

  private static void same(float[] actual, float[] expected, double close) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i]).as("logit %d", i).isCloseTo(expected[i], within(close));
    }
  }
}
