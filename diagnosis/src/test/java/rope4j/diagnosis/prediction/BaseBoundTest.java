package rope4j.diagnosis.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static rope4j.diagnosis.prediction.Models.LLAMA_2;
import static rope4j.diagnosis.prediction.Models.LLAMA_3;
import static rope4j.diagnosis.prediction.Models.QWEN_2_5;

import java.math.BigDecimal;
import java.math.MathContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rope4j.rotation.Frequencies;
import rope4j.rotation.Llama3;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Yarn;

class BaseBoundTest {

  private static int bound(RopeParameters model) {
    return BaseBound.of(Models.frequencies(model), 200_000).largestContext();
  }

  @Test
  void boundsOfKnownModelsComeOut() {
    assertThat(bound(LLAMA_2)).isEqualTo(1706);
    assertThat(bound(LLAMA_3)).isEqualTo(18_437);
    assertThat(bound(QWEN_2_5)).isEqualTo(27_114);
  }

  @Test
  void rescaledFrequenciesHaveABoundOfTheirOwn() {
    assertThat(bound(LLAMA_3.withScaling(new Llama3(8, 8192, 1, 4)))).isEqualTo(85_132);
    assertThat(bound(QWEN_2_5.withScaling(new Yarn(4, 32_768)))).isEqualTo(66_233);
  }

  @Test
  void aLargerBaseMayReachLessFar() {
    assertThat(bound(Models.model(64, 5e5, 4096))).isEqualTo(9936);
    assertThat(bound(Models.model(64, 1e6, 4096))).isEqualTo(6234);
  }

  @Test
  void aBoundBeyondTheSearchIsSaidToHold() {
    BaseBound bound = BaseBound.of(Models.frequencies(LLAMA_3), 8192);
    assertThat(bound).isEqualTo(new BaseBound(8192, 8192));
    assertThat(bound.holds()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "128, 1024, 4.3E+3",
    "128, 2048, 1.16E+4",
    "128, 4096, 2.9E+4",
    "128, 8192, 8.4E+4",
    "128, 16384, 2.3E+5",
    "128, 32768, 6.3E+5",
    "64, 4096, 1.05E+5",
  })
  void smallestBasesComeOutToEveryDigitGiven(int dimension, int length, BigDecimal expected) {
    double base = BaseBound.smallestBase(dimension, length).orElseThrow();
    assertThat(new BigDecimal(base).round(new MathContext(expected.precision())))
        .isEqualByComparingTo(expected);
    assertThat(BaseBound.of(Frequencies.unscaled(base, dimension), length).holds()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"32, 100", "64, 700", "128, 1500"})
  void noSmallerBaseOfTheGridReachesAsFar(int dimension, int length) {
    double smallest = BaseBound.smallestBase(dimension, length).orElseThrow();
    for (double base = length; base < smallest * 0.999; base *= 1.0046) {
      assertThat(BaseBound.of(Frequencies.unscaled(base, dimension), length).holds()).isFalse();
    }
  }

  @Test
  void noBaseCarriesASinglePair() {
    assertThat(BaseBound.smallestBase(2, 4096)).isEmpty();
  }

  @Test
  void fromTheNyquistBaseOnTheSlowestPairDoesNotRepeat() {
    double base = BaseBound.nyquistBase(128, 131_072);
    assertThat(Frequencies.unscaled(base, 128).wavelength(63)).isCloseTo(131_072, within(1e-6));
  }

  @Test
  void badArgumentsAreAnsweredWithWhatIsAllowed() {
    assertThatThrownBy(() -> BaseBound.smallestBase(127, 4096))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the rotary dimension must be even and at least 2, but it is 127");
    assertThatThrownBy(() -> BaseBound.nyquistBase(2, 4096))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the rotary dimension must be even and at least 4, but it is 2");
    assertThatThrownBy(() -> BaseBound.of(Models.frequencies(LLAMA_2), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the context to search to must be at least 1, but it is 0");
  }
}
