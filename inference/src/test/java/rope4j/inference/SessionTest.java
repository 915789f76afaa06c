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
import rope4j.inference.kernel.Kernels;

/// A text may be fed whole, token by token, or in any pieces: the logits are the same.
class SessionTest {

  /// Without ggml's GELU table, which rounds to float16 and so lets a last bit grow.
  private static final double CLOSE = 1e-4;

  private static Stream<ParityFixture> models() {
    return ParityFixture.all().stream().filter(fixture -> !fixture.isTrained());
  }

  private static double close(ParityFixture fixture) {
    return Math.max(CLOSE, fixture.tolerance("logit"));
  }

  @TestFactory
  Stream<DynamicTest> tokenByTokenGivesWhatOnePassGives() {
    return models()
        .map(fixture ->
            DynamicTest.dynamicTest(
                fixture.model().getFileName().toString(), () -> check(fixture, Kernels.best())));
  }

  @TestFactory
  Stream<DynamicTest> plainJavaDoesToo() {
    return models()
        .filter(fixture -> List.of("llama", "gpt2", "gpt-oss").contains(fixture.architecture()))
        .map(fixture ->
            DynamicTest.dynamicTest(
                fixture.model().getFileName().toString(), () -> check(fixture, Kernels.scalar())));
  }

  private static void check(ParityFixture fixture, Kernels kernels) {
    int[] tokens = Arrays.copyOf(fixture.tokens(), 70);
    try (Model model = Model.load(fixture.model(), 2, kernels)) {
      ModelRotation rotation = model.rotation(RopeOverrides.NONE, 128);
      float[][] whole = new float[tokens.length][];
      model
          .scorer()
          .score(
              tokens,
              0,
              rotation,
              new LogitsObserver() {
                @Override
                public boolean wants(int position) {
                  return true;
                }

                @Override
                public void accept(int position, float[] logits) {
                  whole[position] = logits.clone();
                }
              },
              _ -> {});
      Session single = model.session(rotation, 128);
      for (int i = 0; i < tokens.length; i++) {
        same(single.feed(tokens[i]), whole[i], close(fixture), i);
      }
      Session pieces = model.session(rotation, 128);
      Random random = new Random(5);
      for (int from = 0; from < tokens.length; ) {
        int count = Math.min(tokens.length - from, random.nextInt(1, 40));
        float[] logits = pieces.feed(Arrays.copyOfRange(tokens, from, from + count));
        from += count;
        same(logits, whole[from - 1], close(fixture), from - 1);
      }
      pieces.truncate(30);
      same(pieces.feed(tokens[30]), whole[30], close(fixture), 30);
    }
  }

  private static void same(float[] actual, float[] expected, double close, int position) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i])
          .as("logit %d at %d", i, position)
          .isCloseTo(expected[i], within(close));
    }
  }

  @Test
  void moreTokensThanThereIsRoomForAreRefusedAndNothingIsLost() {
    ParityFixture fixture = models().findFirst().orElseThrow();
    try (Model model = Model.load(fixture.model(), 1)) {
      Session session = model.session(model.rotation(RopeOverrides.NONE, 4), 4);
      session.feed(1, 5, 6);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> session.feed(7, 8))
          .withMessageContaining("room for 1 more tokens, but 2");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> session.feed(1 << 20))
          .withMessageContaining("not in the vocabulary");
      session.feed(7);
      assertThat(session.length()).isEqualTo(4);
    }
  }
}
