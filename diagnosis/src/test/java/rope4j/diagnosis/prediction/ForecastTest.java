package rope4j.diagnosis.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static rope4j.diagnosis.prediction.Models.LLAMA_2;
import static rope4j.diagnosis.prediction.Models.LLAMA_3;
import static rope4j.diagnosis.prediction.Models.QWEN_2_5;
import static rope4j.diagnosis.prediction.Models.forecast;
import static rope4j.diagnosis.prediction.Models.frequencies;

import java.util.List;
import org.junit.jupiter.api.Test;
import rope4j.rotation.ExplicitFrequencies;
import rope4j.rotation.Frequencies;
import rope4j.rotation.Hope;
import rope4j.rotation.Linear;
import rope4j.rotation.NtkAware;
import rope4j.rotation.Resonance;
import rope4j.rotation.Unscaled;
import rope4j.rotation.Yarn;

class ForecastTest {

  @Test
  void llama2UnscaledAt16kRunsEighteenPairsFourTimesTooFar() {
    Forecast forecast = forecast(LLAMA_2, new Unscaled(), 16_384);
    assertThat(forecast.unseenPairs()).isEqualTo(18);
    assertThat(forecast.largestOverrun()).isCloseTo(4, within(1e-12));
    assertThat(forecast.shiftRadians()).isZero();
  }

  @Test
  void ntkAwareLeavesSeventeenPairsOutsideByUpTo39Percent() {
    Forecast forecast = forecast(LLAMA_2, new NtkAware(4), 16_384);
    assertThat(forecast.unseenPairs()).isEqualTo(17);
    assertThat(forecast.largestOverrun()).isCloseTo(1.39, within(0.005));
  }

  @Test
  void ntkAwareByTwiceTheExtensionLeavesNoUnseenAngle() {
    assertThat(forecast(LLAMA_2, new NtkAware(8), 16_384).unseenPairs()).isZero();
  }

  @Test
  void linearAndYarnLeaveNoUnseenAngle() {
    assertThat(forecast(LLAMA_2, new Linear(4), 16_384).unseenPairs()).isZero();
    assertThat(forecast(LLAMA_2, new Yarn(4, 4096), 16_384).unseenPairs()).isZero();
  }

  @Test
  void aPairCountsTurnsAndRadians() {
    PairForecast last = forecast(LLAMA_2, new Unscaled(), 16_384).pairs().getLast();
    double inverse = Math.pow(10_000, -126 / 128.0);
    assertThat(last.index()).isEqualTo(63);
    assertThat(last.inverseFrequency()).isCloseTo(inverse, within(1e-15));
    assertThat(last.wavelength()).isCloseTo(2 * Math.PI / inverse, within(1e-6));
    assertThat(last.trainedTurns()).isCloseTo(4096 * inverse / (2 * Math.PI), within(1e-12));
    assertThat(last.unseenRadians()).isCloseTo((16_384 - 4096) * inverse, within(1e-9));
    assertThat(last.isPartial()).isTrue();
  }

  @Test
  void aPairThatStoodStillInTrainingOverrunsWithoutBound() {
    Frequencies trained = LLAMA_2.withScaling(new Hope(4096)).frequencies(4096);
    Forecast forecast = new Forecast(trained, frequencies(LLAMA_2), 4096, 4096);
    PairForecast last = forecast.pairs().getLast();
    assertThat(last.overrun()).isInfinite();
    assertThat(last.unseenRadians()).isCloseTo(4096 * Math.pow(10_000, -126 / 128.0), within(1e-9));
    assertThat(forecast.criticalDimension().partialPairs()).isZero();
  }

  @Test
  void pairsAreRankedByRadiansAndNotByTheOverrun() {
    List<PairForecast> ranked = forecast(LLAMA_2, new Unscaled(), 16_384).ranked();
    // Pairs 46 to 63 overrun by up to 4. The slowest do so by exactly 4, over an arc of 1.5
    // radians;
    // pairs that just fill the circle reach far more of what they never saw.
    assertThat(ranked.getFirst().overrun()).isLessThan(4);
    for (int i = 1; i < ranked.size(); i++) {
      PairForecast before = ranked.get(i - 1);
      PairForecast after = ranked.get(i);
      assertThat(before.unseenRadians()).isGreaterThanOrEqualTo(after.unseenRadians());
      if (before.unseenRadians() == after.unseenRadians()) {
        assertThat(before.shiftRadians()).isGreaterThanOrEqualTo(after.shiftRadians());
      }
    }
  }

  @Test
  void criticalDimensionsAreThePublishedOnes() {
    CriticalDimension llama2 = forecast(LLAMA_2, new Unscaled(), 4096).criticalDimension();
    assertThat(llama2.dimension()).isEqualTo(92);
    assertThat(llama2.partialPairs()).isEqualTo(18);
    assertThat(llama2.firstPartialPair()).hasValue(46);
    assertThat(llama2.partialFraction()).isCloseTo(1 - 92 / 128.0, within(1e-15));
    CriticalDimension llama3 = forecast(LLAMA_3, new Unscaled(), 8192).criticalDimension();
    assertThat(llama3.dimension()).isEqualTo(70);
    assertThat(llama3.partialPairs()).isEqualTo(29);
    CriticalDimension qwen = forecast(QWEN_2_5, new Unscaled(), 32_768).criticalDimension();
    assertThat(qwen.dimension()).isEqualTo(80);
    assertThat(qwen.partialPairs()).isEqualTo(24);
  }

  @Test
  void aTunedBaseExtrapolatesToWhereTheCriticalPairCompletesItsTurn() {
    Frequencies tuned = Frequencies.unscaled(1e6, 128);
    double limit =
        new Forecast(frequencies(LLAMA_2), tuned, 4096, 16_384)
            .criticalDimension()
            .extrapolationLimit();
    assertThat(limit).isCloseTo(2 * Math.PI * Math.pow(1e6, 92 / 128.0), within(1e-6));
  }

  @Test
  void withoutAPartialPairThereIsNoExtrapolationLimit() {
    CriticalDimension critical =
        forecast(Models.model(64, 100, 4096), new Unscaled(), 8192).criticalDimension();
    assertThat(critical.firstPartialPair()).isEmpty();
    assertThat(critical.extrapolationLimit()).isInfinite();
  }

  @Test
  void yarnSlowsUnderTrainedPairsByLessThanTheExtension() {
    UnderTraining yarn = forecast(LLAMA_2, new Yarn(4, 4096), 16_384).underTraining();
    assertThat(yarn).isEqualTo(new UnderTraining(16, 16, 4));
    assertThat(forecast(LLAMA_2, new Linear(4), 16_384).underTraining().slowedTooLittle()).isZero();
  }

  @Test
  void linearScalingTakesThreeQuartersOfTheAngleBetweenNeighbours() {
    Resolution linear = forecast(LLAMA_2, new Linear(4), 16_384).resolution();
    assertThat(linear.fastestLoss()).isEqualTo(0.75);
    assertThat(linear.meanFastLoss()).isCloseTo(0.75, within(1e-15));
    // 10000^(-i/64) < 2^-8 from pair 39 on, and < 2^-6 from pair 29 on.
    assertThat(linear.blurredPairsTrained()).isEqualTo(25);
    assertThat(linear.blurredPairs()).isEqualTo(35);
    Resolution yarn = forecast(LLAMA_2, new Yarn(4, 4096), 16_384).resolution();
    assertThat(yarn.meanFastLoss()).isZero();
    assertThat(yarn.fastPairs()).isEqualTo(21);
  }

  @Test
  void wholeWavelengthsLeaveNoGap() {
    assertThat(forecast(LLAMA_2, new Resonance(new Unscaled()), 4096).resolution().resonanceGap())
        .isCloseTo(0, within(1e-12));
    // The fastest pair: 2 pi tokens are 0.283 tokens from 6.
    double gap =
        new Forecast(Frequencies.unscaled(100, 2), Frequencies.unscaled(100, 2), 4096, 4096)
            .resolution()
            .resonanceGap();
    assertThat(gap).isCloseTo((2 * Math.PI - 6) / (2 * Math.PI), within(1e-15));
  }

  @Test
  void temperaturesAreThoseOfTheRules() {
    Temperature plain = forecast(LLAMA_2, new Unscaled(), 16_384).temperature();
    assertThat(plain.logitScale()).isEqualTo(1);
    assertThat(plain.yarn()).isCloseTo(Math.pow(0.1 * Math.log(4) + 1, 2), within(1e-15));
    assertThat(plain.longRope()).isCloseTo(1 + Math.log(4) / Math.log(4096), within(1e-15));
    assertThat(plain.logN()).isCloseTo(Math.log(16_384) / Math.log(4096), within(1e-15));
    assertThat(plain.entropyDrift()).isCloseTo(Math.log(4), within(1e-15));
    Temperature yarn = forecast(LLAMA_2, new Yarn(4, 4096), 16_384).temperature();
    assertThat(yarn.logitScale()).isEqualTo(yarn.yarn());
  }

  @Test
  void theSoftmaxMultiplierOfDeepSeekCountsAsTemperature() {
    Temperature temperature =
        forecast(LLAMA_2, new Yarn(40, 4096).withMagnitudes(1, 1), 163_840).temperature();
    assertThat(temperature.logitScale()).isCloseTo(temperature.yarn(), within(1e-15));
  }

  @Test
  void shorterTargetsAskForNoTemperature() {
    assertThat(forecast(LLAMA_2, new Unscaled(), 1024).temperature())
        .isEqualTo(new Temperature(1, 1, 1, 1, 0));
  }

  @Test
  void badArgumentsAreAnsweredWithWhatIsAllowed() {
    Frequencies two = Frequencies.unscaled(10_000, 4);
    Frequencies three = Frequencies.unscaled(10_000, 6);
    assertThatThrownBy(() -> new Forecast(two, three, 16, 32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "trained and scaled frequencies must have the same number of pairs, but they have 2 and 3");
    assertThatThrownBy(() -> new Forecast(two, two, 1, 32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the trained length must be at least 2, but it is 1");
    assertThatThrownBy(() -> new Forecast(two, two, 16, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the target length must be at least 1, but it is 0");
    Frequencies backwards =
        Models.model(4, 10_000, 16)
            .withScaling(new ExplicitFrequencies(new double[] {1, -0.5}, 1))
            .frequencies(16);
    assertThatThrownBy(() -> new Forecast(two, backwards, 16, 32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the scaled inverse frequencies must be 0 or more, but pair 1 has -0.5");
  }
}
