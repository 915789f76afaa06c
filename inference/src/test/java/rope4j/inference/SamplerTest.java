package rope4j.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// How the next token is chosen.
class SamplerTest {

  private static final float[] LOGITS = {0, 2, -1, 1.5f, -3, 2.5f};
  private static final int DRAWS = 200_000;

  private static double[] shares(Sampling sampling) {
    Sampler sampler = new Sampler(sampling, LOGITS.length);
    double[] shares = new double[LOGITS.length];
    for (int i = 0; i < DRAWS; i++) {
      shares[sampler.next(LOGITS)] += 1.0 / DRAWS;
    }
    return shares;
  }

  private static double[] softmax(double temperature, int... tokens) {
    double[] expected = new double[LOGITS.length];
    double sum = IntStream.of(tokens).mapToDouble(t -> Math.exp(LOGITS[t] / temperature)).sum();
    for (int token : tokens) {
      expected[token] = Math.exp(LOGITS[token] / temperature) / sum;
    }
    return expected;
  }

  /// Five standard deviations of a share.
  private static final double CLOSE = 5 * Math.sqrt(0.25 / DRAWS);

  @Test
  void temperatureZeroTakesTheMostLikely() {
    assertThat(new Sampler(Sampling.greedy(), LOGITS.length).next(LOGITS)).isEqualTo(5);
  }

  @Test
  void everyTokenComesAsOftenAsItsProbabilityAtTheTemperature() {
    double[] shares = shares(new Sampling(1.7, 0, 1, 0, 1, 0, 4));
    assertThat(shares).containsExactly(softmax(1.7, 0, 1, 2, 3, 4, 5), within(CLOSE));
  }

  @Test
  void topKKeepsTheMostLikely() {
    double[] shares = shares(new Sampling(1, 3, 1, 0, 1, 0, 4));
    assertThat(shares).containsExactly(softmax(1, 5, 1, 3), within(CLOSE));
  }

  @Test
  void aTopKOfNoneOrLessKeepsAll() {
    assertThat(shares(new Sampling(1.7, -1, 1, 0, 1, 0, 4)))
        .containsExactly(shares(new Sampling(1.7, 0, 1, 0, 1, 0, 4)));
  }

  @Test
  void aTokenIsRecentUntilSoManyOthersWereSaid() {
    Sampler sampler = new Sampler(new Sampling(0, 0, 1, 0, 3, 2, 0), LOGITS.length);
    sampler.accept(5);
    assertThat(sampler.next(LOGITS)).isEqualTo(1);
    sampler.accept(0);
    assertThat(sampler.next(LOGITS)).isEqualTo(1);
    sampler.accept(0);
    assertThat(sampler.next(LOGITS)).isEqualTo(5);
  }

  @Test
  void theWholeContextCanBeRecentAndTakesNoMoreRoomThanItHas() {
    for (int recent : new int[] {-1, Integer.MAX_VALUE}) {
      Sampler sampler = new Sampler(new Sampling(0, 0, 1, 0, 3, recent, 0), LOGITS.length);
      sampler.accept(5);
      for (int i = 0; i < 1000; i++) {
        sampler.accept(0);
      }
      assertThat(sampler.next(LOGITS)).isEqualTo(1);
    }
  }

  @Test
  void topPKeepsTheFewestTokensThatReachIt() {
    // 5, 1 and 3 have 0.50, 0.30 and 0.18 of the probability.
    double[] shares = shares(new Sampling(1, 0, 0.7, 0, 1, 0, 4));
    assertThat(shares).containsExactly(softmax(1, 5, 1), within(CLOSE));
  }

  @Test
  void minPDropsTokensFarBelowTheMostLikely() {
    // exp(1.5 - 2.5) = 0.37, exp(2 - 2.5) = 0.61 of the most likely one.
    double[] shares = shares(new Sampling(1, 0, 1, 0.5, 1, 0, 4));
    assertThat(shares).containsExactly(softmax(1, 5, 1), within(CLOSE));
  }

  @Test
  void recentTokensArePunishedOnceAndTowardsUnlikely() {
    Sampler sampler = new Sampler(new Sampling(0, 0, 1, 0, 2, 2, 0), LOGITS.length);
    sampler.accept(5);
    sampler.accept(5);
    assertThat(sampler.next(LOGITS)).isEqualTo(1);
    sampler.accept(1);
    sampler.accept(3);
    assertThat(sampler.next(LOGITS)).as("5 has been forgotten").isEqualTo(5);
  }

  @Test
  void theSameSeedGivesTheSameTokens() {
    Sampling sampling = Sampling.ordinary(99);
    float[] logits = new float[1000];
    Random random = new Random(1);
    for (int i = 0; i < logits.length; i++) {
      logits[i] = random.nextFloat(-5, 5);
    }
    Sampler one = new Sampler(sampling, logits.length);
    Sampler other = new Sampler(sampling, logits.length);
    int[] tokens = IntStream.range(0, 50).map(_ -> one.next(logits)).toArray();
    assertThat(IntStream.range(0, 50).map(_ -> other.next(logits)).toArray()).isEqualTo(tokens);
  }

  @Test
  void numbersThatMakeNoSenseAreRefusedWithTheirFlag() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sampling(-1, 0, 1, 0, 1, 0, 0))
        .withMessage("--temp is -1.0, but must be 0 or more");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sampling(1, 0, 0, 0, 1, 0, 0))
        .withMessageStartingWith("--top-p is 0.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sampling(Double.NaN, 0, 1, 0, 1, 0, 0))
        .withMessageStartingWith("--temp is NaN");
  }
}
