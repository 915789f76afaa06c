package rope4j.diagnosis.coherence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import rope4j.diagnosis.coherence.Coherence.Judgement;

class CoherenceMeterTest {

  private static Coherence of(int... tokens) {
    CoherenceMeter meter = new CoherenceMeter(tokens.length);
    for (int token : tokens) {
      meter.accept(token);
    }
    return meter.coherence();
  }

  @Test
  void aTextOfDifferentTokensRepeatsNothing() {
    assertThat(of(1, 2, 3, 4, 5, 6, 7, 8).repetition()).isZero();
  }

  @Test
  void oneTokenAgainAndAgainIsOneRunOfManyRuns() {
    assertThat(of(7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7).repetition())
        .isCloseTo(0.9, within(1e-12));
  }

  @Test
  void aTextSaidTwiceRepeatsHalfOfItsRuns() {
    // 13 runs, of which the second 1 2 3 4, 2 3 4 5, …, 5 6 7 8 stood before.
    assertThat(of(1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8).repetition())
        .isCloseTo(5 / 13.0, within(1e-12));
  }

  @Test
  void tooShortATextRepeatsNothing() {
    assertThat(of(1, 1, 1).repetition()).isZero();
  }

  @Test
  void runsAreCountedAsASetWouldCountThem() {
    Random random = new Random(5);
    for (int vocabulary : List.of(2, 3, 8, 1000)) {
      int[] tokens = random.ints(500, 0, vocabulary).toArray();
      Set<List<Integer>> distinct = new HashSet<>();
      for (int i = 3; i < tokens.length; i++) {
        distinct.add(List.of(tokens[i - 3], tokens[i - 2], tokens[i - 1], tokens[i]));
      }
      assertThat(of(tokens).repetition()).isCloseTo(1 - distinct.size() / 497.0, within(1e-12));
    }
  }

  @Test
  void entropyIsThatOfTheDistribution() {
    assertThat(CoherenceMeter.entropy(new float[] {3, 3, 3, 3}))
        .isCloseTo(Math.log(4), within(1e-12));
    assertThat(CoherenceMeter.entropy(new float[] {1000, 0, -1000})).isZero();
    double p = 0.9;
    assertThat(CoherenceMeter.entropy(new float[] {(float) Math.log(p), (float) Math.log(1 - p)}))
        .isCloseTo(-p * Math.log(p) - (1 - p) * Math.log(1 - p), within(1e-6));
    assertThat(CoherenceMeter.entropy(new float[] {0, 0, Float.NEGATIVE_INFINITY}))
        .isCloseTo(Math.log(2), within(1e-12));
  }

  @Test
  void entropiesAreAveraged() {
    CoherenceMeter meter = new CoherenceMeter(2);
    meter.accept(0, new float[] {1, 1});
    meter.accept(1, new float[] {900, 1});
    assertThat(meter.coherence().entropy()).isCloseTo(Math.log(2) / 2, within(1e-12));
  }

  @Test
  void moreTokensThanThereIsRoomForAreRefused() {
    CoherenceMeter meter = new CoherenceMeter(1);
    meter.accept(1);
    assertThatIllegalStateException().isThrownBy(() -> meter.accept(2));
  }

  @Test
  void aTextIsHeldAgainstTheSameModelWithinItsTrainedLength() {
    Coherence within = new Coherence(100, 0.08, 2.1);
    assertThat(new Coherence(100, 0.1, 2.3).against(within)).isEqualTo(Judgement.HOLDS);
    assertThat(new Coherence(100, 0.62, 0.4).against(within)).isEqualTo(Judgement.REPEATS);
    assertThat(new Coherence(100, 0.02, 5.0).against(within)).isEqualTo(Judgement.SCATTERS);
    assertThat(new Coherence(100, 0.9, 5.0).against(within)).isEqualTo(Judgement.APART);
    assertThat(new Coherence(100, 0.62, 0.4).words(within))
        .isEqualTo(
            "repetition 0.62 (0.08 within the trained length), entropy 0.4 nats (2.1): the text"
                + " repeats itself");
  }
}
