package rope4j.diagnosis.probe.pairs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import rope4j.diagnosis.probe.pairs.PairFeature.Offset;

class PairFeatureTest {

  private static Offset offset(double phase, double turns) {
    return PairFeature.offset(0.95, 0.95, phase, turns);
  }

  @Test
  void aSlowPairWhosePhaseStandsBesideTheChangeChangesItsSign() {
    assertThat(offset(Math.PI / 2 - 0.1, 0.25)).isEqualTo(Offset.CHANGING);
    assertThat(offset(Math.PI / 2 + 0.1, 0.25)).isEqualTo(Offset.NEGATIVE);
    assertThat(offset(-Math.PI / 2 + 0.1, 0.25)).isEqualTo(Offset.POSITIVE);
  }

  @Test
  void moreThanHalfATurnKeepsNoSign() {
    assertThat(offset(-Math.PI / 2, 0.499)).isEqualTo(Offset.POSITIVE);
    assertThat(offset(-Math.PI / 2, 0.501)).isEqualTo(Offset.CHANGING);
  }

  /// The cosine itself, at a thousand distances.
  @Test
  void theSignIsThatOfTheCosineAtEveryDistance() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 500; i++) {
      double phase = random.nextDouble(-Math.PI, Math.PI);
      double turns = random.nextDouble(0, 0.99);
      long positive =
          IntStream.rangeClosed(0, 1000)
              .filter(d -> Math.cos(phase + 2 * Math.PI * turns * d / 1000) > 0)
              .count();
      assertThat(offset(phase, turns))
          .as("phase %s, %s turns", phase, turns)
          .isEqualTo(
              positive == 1001
                  ? Offset.POSITIVE
                  : positive == 0 ? Offset.NEGATIVE : Offset.CHANGING);
    }
  }

  @Test
  void whatPointsEverywhereOrTurnsOnceIsNoOffset() {
    assertThat(PairFeature.offset(0.9, 0.95, 0, 0.1)).isEqualTo(Offset.NONE);
    assertThat(PairFeature.offset(0.95, 0.9, 0, 0.1)).isEqualTo(Offset.NONE);
    assertThat(offset(0, 1)).isEqualTo(Offset.NONE);
  }

  @Test
  void allAreCountedAndTheLongestShown() {
    List<PairFeature> features =
        IntStream.range(0, 300)
            .mapToObj(i ->
                new PairFeature(
                    0,
                    i,
                    7,
                    1000 - i,
                    1,
                    1,
                    0,
                    0.1,
                    i < 20 ? Offset.NONE : i % 2 == 0 ? Offset.CHANGING : Offset.NEGATIVE))
            .toList();
    StandingOut counted = StandingOut.of(features);
    assertThat(counted.massive()).isEqualTo(300);
    assertThat(counted.offsets()).isEqualTo(280);
    assertThat(counted.oneSign()).isEqualTo(140);
    assertThat(counted.massiveShown()).isEqualTo(features.subList(0, 12));
    assertThat(counted.offsetsShown()).isEqualTo(features.subList(20, 32));
  }
}
