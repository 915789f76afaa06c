package rope4j.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import rope4j.checkpoint.RopeOverrides;
import rope4j.inference.kernel.Kernels;
import rope4j.rotation.CosSin;
import rope4j.rotation.Rotation;

/// Dropping tokens from the middle turns the keys behind them, and does nothing else to them.
class ContextShiftTest {

  private static final int TOKENS = 80;
  private static final int KEEP = 5;
  private static final int DISCARD = 37;

  /// Both pairings, partial rotation, layers of two kinds, NoPE layers, an attention factor, one
  /// key for all heads whose last channels rotate, ALiBi.
  private static final List<String> MODELS =
      List.of(
          "llama-gqa",
          "qwen3",
          "phi2",
          "phi3",
          "gemma3",
          "cohere2",
          "llama-yarn-meta",
          "deepseek2-v3",
          "gpt-oss",
          "mpt");

  /// Keys go through the cache alone: what a model makes of them does not matter.
  private static final class Fixture {
    final Transformer model;
    final ModelRotation rotation;
    final KeyValueCache cache;
    final float[][] plain;

    Fixture(Transformer model, ModelRotation rotation, KeyValueType type) {
      this.model = model;
      this.rotation = rotation;
      cache = new KeyValueCache(model, Kernels.best(), type, type, TOKENS);
      cache.prepare(0, TOKENS);
      Random random = new Random(3);
      plain = new float[TOKENS][];
      for (int position = 0; position < TOKENS; position++) {
        plain[position] = gaussian(random, model.shape().keyDimension());
        for (int layer = 0; layer < cache.layers(); layer++) {
          for (int head = 0; head < cache.heads(); head++) {
            cache.keys(layer, head).write(position, rotated(layer, position, position), 0, 1);
            if (!model.shape().valuesInKeys()) {
              cache
                  .values(layer, head)
                  .write(position, gaussian(random, model.shape().valueDimension()), 0, 1);
            }
          }
        }
      }
    }

    float[] rotated(int layer, int token, int position) {
      float[] key = plain[token].clone();
      Optional<Rotation> by = rotation.layer(layer);
      if (by.isPresent()) {
        CosSin table = by.get().table(1);
        by.get().fill(table, position, 1);
        by.get().rotate(key, 0, 1, table);
      }
      return key;
    }

    void shift(Workers workers) {
      new CacheMover(model, workers, cache).shift(rotation, KEEP, DISCARD, TOKENS);
    }
  }

  @Test
  void shiftsOfAModelWithWindowsNeverTakeMoreThanWasSaid() {
    try (Model model = Zoo.load("gemma3")) {
      int capacity = 2048;
      Session session = model.session(model.rotation(RopeOverrides.NONE, capacity), capacity);
      for (int round = 0; round < 4; round++) {
        session.feed(new int[capacity - session.length()]);
        assertThat(session.cacheBytes()).isLessThanOrEqualTo(model.cacheBytes(capacity));
        session.shift(4, capacity / 2 + 13);
        assertThat(session.cacheBytes()).isLessThanOrEqualTo(model.cacheBytes(capacity));
      }
    }
  }

  @Test
  void keysAreThoseOfTheNewPositions() {
    check(KeyValueType.F32, 1e-5);
  }

  @Test
  void keysInBinary16AreOffByTwoRoundings() {
    check(KeyValueType.F16, 5e-3);
  }

  @Test
  void keysInEightBitsAreOffByTwoHalfSteps() {
    check(KeyValueType.Q8_0, 6e-2);
  }

  private static void check(KeyValueType type, double close) {
    for (String name : MODELS) {
      try (Model model = Zoo.load(name);
          Workers workers = new Workers(2)) {
        Transformer transformer = model.transformer();
        if (transformer.shape().keyDimension() % type.blockChannels() != 0
            || transformer.shape().valueDimension() % type.blockChannels() != 0) {
          continue;
        }
        Fixture fixture = new Fixture(transformer, model.rotation(RopeOverrides.NONE, 256), type);
        float[] value = row(fixture.cache.values(0, 0), KEEP + DISCARD);
        fixture.shift(workers);
        for (int layer = 0; layer < fixture.cache.layers(); layer++) {
          for (int position = 0; position < TOKENS - DISCARD; position++) {
            int token = position < KEEP ? position : position + DISCARD;
            float[] expected = fixture.rotated(layer, token, position);
            float[] actual = row(fixture.cache.keys(layer, 0), position);
            for (int i = 0; i < expected.length; i++) {
              assertThat((double) actual[i])
                  .as("%s layer %d position %d channel %d", name, layer, position, i)
                  .isCloseTo(expected[i], within(close));
            }
          }
        }
        if (!transformer.shape().valuesInKeys()) {
          assertThat(row(fixture.cache.values(0, 0), KEEP)).containsExactly(value);
        }
      }
    }
  }

  @Test
  void keysKeepTheirLengthWhateverTheAttentionFactor() {
    try (Model model = Zoo.load("llama-yarn-meta");
        Workers workers = new Workers(2)) {
      ModelRotation rotation = model.rotation(RopeOverrides.NONE, 256);
      assertThat(rotation.layer(0).orElseThrow().frequencies().attentionFactor())
          .isGreaterThan(1.1);
      Fixture fixture = new Fixture(model.transformer(), rotation, KeyValueType.F32);
      double before = norm(row(fixture.cache.keys(1, 0), KEEP + DISCARD + 7));
      fixture.shift(workers);
      assertThat(norm(row(fixture.cache.keys(1, 0), KEEP + 7))).isCloseTo(before, within(1e-5));
    }
  }

  @Test
  void aSessionGoesOnAfterAShift() {
    try (Model model = Zoo.load("llama-gqa")) {
      Session session = model.session(model.rotation(RopeOverrides.NONE, 64), 64);
      int[] tokens = new Random(5).ints(64, 3, 288).toArray();
      session.feed(tokens);
      session.shift(4, 30);
      assertThat(session.length()).isEqualTo(34);
      assertThat(session.tokens())
          .startsWith(tokens[0], tokens[1], tokens[2], tokens[3], tokens[34]);
      session.feed(7, 8);
      assertThat(session.length()).isEqualTo(36);
      // Only what stood before the dropped tokens is as if they had never been there.
      assertThat(session.prefix(session.tokens())).isEqualTo(4);
      Session fresh = model.session(model.rotation(RopeOverrides.NONE, 64), 64);
      assertThat(session.continueWith(session.tokens()))
          .containsExactly(fresh.feed(session.tokens()));
    }
  }

  @Test
  void learnedPositionsCanNotBeMoved() {
    try (Model model = Zoo.load("gpt2")) {
      Session session = model.session(model.rotation(RopeOverrides.NONE, 64), 64);
      session.feed(1, 2, 3, 4);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> session.shift(1, 1))
          .withMessageContaining("learned positions");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> session.shift(2, 3))
          .withMessage(
              "there are 4 tokens, so it can't be that 2 stay and 3 behind them are dropped");
    }
  }

  private static float[] row(CachedRows rows, int position) {
    float[] row = new float[rows.channels];
    rows.copy(position, 1, row, 0);
    return row;
  }

  private static float[] gaussian(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static double norm(float[] x) {
    double squares = 0;
    for (float value : x) {
      squares += value * value;
    }
    return Math.sqrt(squares);
  }
}
