package rope4j.diagnosis.probe.coherence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CoherenceTest {

  private static Coherence of(int... tokens) {
    return Coherence.of(tokens, new double[] {1, 3}, new double[] {0.5, 0.1});
  }

  @Test
  void aTextWithoutRepetitionRepeatsNothing() {
    Coherence text = of(IntStream.range(0, 40).toArray());
    assertThat(text.repetition()).isZero();
    assertThat(text.distinct1()).isEqualTo(1);
    assertThat(text.distinct2()).isEqualTo(1);
  }

  @Test
  void aLoopRepeatsAlmostEverything() {
    Coherence text = of(IntStream.range(0, 103).map(i -> i % 4).toArray());
    // 100 runs of 4 tokens, 4 of them different.
    assertThat(text.repetition()).isCloseTo(0.96, within(1e-12));
    assertThat(text.distinct1()).isCloseTo(4.0 / 103, within(1e-12));
  }

  @Test
  void entropyAndCertaintyAreMeans() {
    assertThat(of(1, 2).entropy()).isEqualTo(2);
    assertThat(of(1, 2).top()).isCloseTo(0.3, within(1e-12));
  }

  @Test
  void aTextShorterThanARunRepeatsNothing() {
    assertThat(of(1, 1).repetition()).isZero();
  }
}
