package rope4j.diagnosis.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rope4j.rotation.Frequencies;

class AliasingTest {

  /// The expected shares are themselves estimates from samples of distances; ours has a standard
  /// error of about 0.01.
  @ParameterizedTest
  @CsvSource({
    "1e4, 128, 2048, 0.185",
    "1e4, 128, 8192, 0.231",
    "1e4, 128, 32768, 0.443",
    "5e5, 128, 8192, 0.251",
    "5e5, 128, 32768, 0.263",
    "1e4, 64, 32768, 0.470",
  })
  void theFartherOfTwoKeysWinsAsOftenAsReported(
      double base, int dimension, int length, double expected) {
    assertThat(Aliasing.of(Frequencies.unscaled(base, dimension), length).inversionShare())
        .isCloseTo(expected, within(0.02));
  }

  @Test
  void aboutOneScoreInAThousandIsEqualInBfloat16() {
    // Reported: 0.125 % for one draw of query and key.
    Aliasing aliasing = Aliasing.of(Frequencies.unscaled(5e5, 128), 8192);
    assertThat(aliasing.equalScoreShare()).isBetween(0.001, 0.002);
  }

  @Test
  void pairsSlowerThanTheLengthAreUnambiguous() {
    Frequencies llama2 = Frequencies.unscaled(1e4, 128);
    assertThat(Aliasing.of(llama2, 4096).unambiguousPairs()).isEqualTo(18);
    assertThat(Aliasing.of(Frequencies.unscaled(100, 128), 4096).unambiguousPairs()).isZero();
  }

  @Test
  void theEstimateCanBeRepeated() {
    Frequencies frequencies = Frequencies.unscaled(1e4, 64);
    assertThat(Aliasing.of(frequencies, 4096)).isEqualTo(Aliasing.of(frequencies, 4096));
  }

  @Test
  void oneTokenCanNotBeConfused() {
    Aliasing one = Aliasing.of(Frequencies.unscaled(1e4, 64), 1);
    assertThat(one.equalScoreShare()).isZero();
    assertThat(one.inversionShare()).isZero();
  }

  @Test
  void withoutRotationEveryScoreIsEqual() {
    Aliasing still = Aliasing.of(new Frequencies(new double[4], 1), 64);
    assertThat(still.equalScoreShare()).isEqualTo(1);
    assertThat(still.inversionShare()).isZero();
  }
}
