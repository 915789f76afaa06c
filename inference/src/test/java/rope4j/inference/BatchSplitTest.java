package rope4j.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import rope4j.checkpoint.RopeOverrides;

/// What cutting a text into batches may change, on every architecture of the fixtures: nothing,
/// where batches are fed; the last bits of sums, where single tokens are, whose kernels add in
/// another order.
class BatchSplitTest {

  /// Mean difference of logits up to 15: the last bits of float32.
  private static final double LAST_BITS = 1e-5;

  /// The same with GELU, below.
  private static final double WITH_GELU = 5e-5;

  private static final int TOKENS = 180;

  @TestFactory
  Stream<DynamicTest> batchesOfAnySizeGiveTheSameBits() {
    return untrained(
        ParityFixture.all().stream(),
        (fixture, model) -> {
          float[][] whole = scored(model, tokens(fixture), 512);
          for (int batch : new int[] {1, 7, 32, 100}) {
            assertThat(scored(model, tokens(fixture), batch)).isDeepEqualTo(whole);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> piecesOfASessionGiveTheSameBits() {
    return untrained(
        ParityFixture.all().stream(),
        (fixture, model) -> {
          int[] tokens = tokens(fixture);
          float[][] whole = scored(model, tokens, 512);
          Session session = model.session(model.rotation(RopeOverrides.NONE, 256), 256);
          Random random = new Random(5);
          for (int from = 0; tokens.length - from >= 5; ) {
            int count = Math.min(tokens.length - from, random.nextInt(5, 40));
            float[] logits = session.feed(Arrays.copyOfRange(tokens, from, from + count));
            from += count;
            assertThat(logits).as("after %d tokens", from).containsExactly(whole[from - 1]);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> singleTokensDifferByTheLastBits() {
    return untrained(
        ParityFixture.all().stream().filter(fixture -> !fixture.hasGelu()),
        (fixture, model) -> {
          Difference difference = ofSingleTokens(fixture, model);
          assertThat(difference.largest()).isLessThan(fixture.tolerance("logit"));
          assertThat(difference.mean()).isLessThan(LAST_BITS);
        });
  }

  /// ggml's GELU rounds its input to float16: where the last bit of a sum tips that, one activation
  /// jumps by 2^-11 of itself. So llama.cpp differs from itself by 3e-4 to 3e-3 too. It is a few
  /// positions that jump: on average the difference is that of the others.
  @TestFactory
  Stream<DynamicTest> whereGeluRoundsFewLogitsJumpAndTheirMeanStays() {
    return untrained(
        ParityFixture.all().stream().filter(ParityFixture::hasGelu),
        (fixture, model) -> {
          Difference difference = ofSingleTokens(fixture, model);
          assertThat(difference.largest()).isLessThan(fixture.tolerance("logit"));
          assertThat(difference.mean()).isLessThan(WITH_GELU);
        });
  }

  private record Difference(double largest, double mean) {}

  private static Difference ofSingleTokens(ParityFixture fixture, Model model) {
    int[] tokens = tokens(fixture);
    float[][] whole = scored(model, tokens, 512);
    Session session = model.session(model.rotation(RopeOverrides.NONE, 256), 256);
    double largest = 0;
    double sum = 0;
    for (int i = 0; i < tokens.length; i++) {
      float[] logits = session.feed(tokens[i]);
      for (int j = 0; j < logits.length; j++) {
        double difference = Math.abs(logits[j] - whole[i][j]);
        largest = Math.max(largest, difference);
        sum += difference;
      }
    }
    return new Difference(largest, sum / tokens.length / whole[0].length);
  }

  private interface Law {
    void check(ParityFixture fixture, Model model);
  }

  private static Stream<DynamicTest> untrained(Stream<ParityFixture> fixtures, Law law) {
    return fixtures
        .filter(fixture -> !fixture.isTrained())
        .map(fixture ->
            DynamicTest.dynamicTest(
                fixture.model().getFileName().toString(),
                () -> {
                  try (Model model = Model.load(fixture.model(), 1)) {
                    law.check(fixture, model);
                  }
                }));
  }

  private static int[] tokens(ParityFixture fixture) {
    return Arrays.copyOf(fixture.tokens(), Math.min(fixture.tokens().length, TOKENS));
  }

  private static float[][] scored(Model model, int[] tokens, int batch) {
    float[][] logits = new float[tokens.length][];
    LogitsObserver all =
        new LogitsObserver() {
          @Override
          public boolean wants(int position) {
            return true;
          }

          @Override
          public void accept(int position, float[] row) {
            logits[position] = row.clone();
          }
        };
    var _ =
        model.scorer(batch).score(tokens, 0, model.rotation(RopeOverrides.NONE, 256), all, _ -> {});
    return logits;
  }
}
