package rope4j.diagnosis.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static rope4j.diagnosis.prediction.Models.LLAMA_2;

import org.junit.jupiter.api.Test;
import rope4j.rotation.Frequencies;

class DecayCurveTest {

  private static final Frequencies FREQUENCIES = Models.frequencies(LLAMA_2);

  @Test
  void equalTokensAreAlike() {
    assertThat(DecayCurve.similarity(FREQUENCIES, 0)).isEqualTo(1);
    assertThat(DecayCurve.upperBound(FREQUENCIES, 0)).isCloseTo(65 / 2.0, within(1e-12));
  }

  @Test
  void theFirstZeroIsWhereTheBaseBoundEnds() {
    DecayCurve curve = DecayCurve.of(FREQUENCIES, 4096);
    assertThat(curve.firstZero()).hasValue(1707);
    assertThat(DecayCurve.similarity(FREQUENCIES, 1706)).isGreaterThanOrEqualTo(0);
    assertThat(DecayCurve.similarity(FREQUENCIES, 1707)).isNegative();
  }

  @Test
  void theMinimumIsAPointOfTheCurve() {
    DecayCurve curve = DecayCurve.of(FREQUENCIES, 131_072);
    assertThat(DecayCurve.similarity(FREQUENCIES, curve.minimumDistance()))
        .isCloseTo(curve.minimum(), within(1e-12));
    assertThat(curve.minimum()).isNegative();
  }

  @Test
  void theUpperBoundOfRoFormerFallsWithDistance() {
    double near = DecayCurve.upperBound(FREQUENCIES, 1);
    double far = DecayCurve.upperBound(FREQUENCIES, 250);
    assertThat(far).isLessThan(near / 2);
  }
}
