package rope4j.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What each scaling promises of its frequencies.
class ScalingLawsTest {

  private static final RopeParameters FINE =
      new RopeParameters(4096, 4096, 500_000, 8192, Pairing.HALF, new Unscaled());

  @Test
  void frequenciesFallFromPairToPair() {
    Generated.forAll(example -> {
      if (!fallsByDesign(example.parameters().scaling())) {
        return;
      }
      double[] inverse = example.frequencies().inverse();
      for (int i = 1; i < inverse.length; i++) {
        assertThat(inverse[i]).as(example.label()).isLessThanOrEqualTo(inverse[i - 1]);
      }
    });
  }

  /// Searched lists need not fall, nor blends below an NTK base, nor rounded wavelengths.
  private static boolean fallsByDesign(Scaling scaling) {
    return switch (scaling) {
      case ExplicitFrequencies _,
          FrequencyFactors _,
          LongRope _,
          DynamicLongRope _,
          PartNtk _,
          Resonance _ ->
          false;
      default -> true;
    };
  }

  @Test
  void noPairTurnsFasterThanUnscaledWhenTheContextGrows() {
    Generated.forAll(example -> {
      switch (example.parameters().scaling()) {
        case ExplicitFrequencies _, FrequencyFactors _, LongRope _, Resonance _ -> {}
        default -> {
          double[] unscaled = example.parameters().unscaledInverseFrequencies();
          double[] scaled = example.frequencies().inverse();
          for (int i = 0; i < scaled.length; i++) {
            assertThat(scaled[i])
                .as(example.label())
                .isLessThanOrEqualTo(unscaled[i] * (1 + 1e-12));
          }
        }
      }
    });
  }

  @Test
  void aFactorOfOneChangesNothing() {
    for (Scaling scaling :
        new Scaling[] {
          new Linear(1),
          new NtkAware(1),
          new NtkAlpha(1),
          new NtkFixed(1),
          new NtkMixed(1, 0.625),
          new NtkByParts(1, 4096),
          new PartNtk(1, 4096),
          new Yarn(1, 4096),
          new Llama3(1, 4096, 1, 4)
        }) {
      RopeParameters parameters = parameters(scaling);
      Goldens.assertRelative(
          parameters.frequencies(4096).inverse(),
          parameters.unscaledInverseFrequencies(),
          1e-12,
          scaling.name());
      assertThat(parameters.frequencies(4096).attentionFactor()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1.5, 4, 32})
  void ntkAwareLeavesTheFastestPairAloneAndInterpolatesTheSlowestByTheFactor(double factor) {
    RopeParameters parameters = parameters(new NtkAware(factor));
    double[] unscaled = parameters.unscaledInverseFrequencies();
    double[] scaled = parameters.frequencies(1).inverse();
    assertThat(scaled[0]).isEqualTo(unscaled[0]);
    assertThat(scaled[63]).isCloseTo(unscaled[63] / factor, within(1e-15));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1.5, 4, 32})
  void ntkFixedAndMixedInterpolateTheSlowestPairByTheFactor(double factor) {
    for (Scaling scaling : new Scaling[] {new NtkFixed(factor), new NtkMixed(factor, 0.625)}) {
      RopeParameters parameters = parameters(scaling);
      double slowest = parameters.unscaledInverseFrequencies()[63];
      assertThat(parameters.frequencies(1).inverse(63))
          .isCloseTo(slowest / factor, within(slowest / factor * 1e-12));
    }
  }

  @Test
  void criticalBaseLetsTheCriticalPairTurnOnceInTheTargetLength() {
    CriticalBaseNtk scaling = new CriticalBaseNtk(4096, 65536);
    RopeParameters parameters = parameters(scaling);
    // The fractional pair that turns once in the trained length, seen under the new base.
    double pair = Math.log(4096 / (2 * Math.PI)) / Math.log(parameters.base());
    double wavelength = 2 * Math.PI * Math.pow(scaling.scaledBase(parameters), pair);
    assertThat(wavelength).isCloseTo(65536, within(1e-6));
  }

  @Test
  void dynamicRulesBeginWhereTheOriginalLengthEnds() {
    for (Scaling scaling :
        new Scaling[] {
          new DynamicNtk(2, 4096),
          new DynamicLinear(4096),
          new DynamicYarn(4096),
          new DynamicLongRope(ones(64, 8), 4096, 32768, 1.1)
        }) {
      RopeParameters parameters = parameters(scaling);
      Frequencies fits = parameters.frequencies(4096);
      Goldens.assertRelative(
          fits.inverse(), parameters.unscaledInverseFrequencies(), 0, scaling.name());
      Goldens.assertRelative(
          parameters.frequencies(4097).inverse(), fits.inverse(), 1e-3, scaling.name());
      assertThat(parameters.frequencies(4097).attentionFactor())
          .isCloseTo(fits.attentionFactor(), within(1e-4));
    }
  }

  @Test
  void longRopeSwitchesJustBeyondTheOriginalLength() {
    double[] ones = ones(64, 1);
    double[] fours = ones(64, 4);
    RopeParameters parameters = parameters(new LongRope(ones, fours, 4096, 1.1, 1.2));
    assertThat(parameters.frequencies(4096).inverse(0)).isEqualTo(1);
    assertThat(parameters.frequencies(4097).inverse(0)).isEqualTo(0.25);
    assertThat(parameters.frequencies(4096).attentionFactor()).isEqualTo(1.1);
    assertThat(parameters.frequencies(4097).attentionFactor()).isEqualTo(1.2);
  }

  @Test
  void dynamicLongRopeReachesItsSearchedDivisorsAtTheMaximumLength() {
    DynamicLongRope rule = new DynamicLongRope(ones(64, 5), 4096, 20480, 1.2);
    RopeParameters parameters = parameters(rule);
    assertThat(parameters.frequencies(100).inverse(0)).isEqualTo(1);
    assertThat(parameters.frequencies(4096).inverse(0)).isEqualTo(1);
    assertThat(parameters.frequencies(12288).inverse(0)).isEqualTo(1.0 / 3);
    assertThat(parameters.frequencies(20480).inverse(0)).isEqualTo(1.0 / 5);
    assertThat(parameters.frequencies(20480).attentionFactor()).isEqualTo(1.2);
    assertThat(parameters.frequencies(100).attentionFactor()).isEqualTo(1.2);
  }

  @Test
  void dynamicLongRopeSlowsEveryPairAsTheContextGrowsAndNeverJumps() {
    double[] searched = new Random(3).doubles(64, 1, 64).toArray();
    RopeParameters parameters = parameters(new DynamicLongRope(searched, 4096, 131072, 1));
    double[] before = parameters.frequencies(1).inverse();
    for (int length = 2; length <= 200_000; length += 1 + length / 500) {
      double[] now = parameters.frequencies(length).inverse();
      for (int i = 0; i < now.length; i++) {
        assertThat(now[i])
            .as("pair %d at %d tokens", i, length)
            .isLessThanOrEqualTo(before[i])
            .isGreaterThan(before[i] * 0.8);
      }
      before = now;
    }
  }

  @Test
  void dynamicLongRopeGrowsBetweenCallsAndStartsOverWhenTheContextFitsAgain() {
    RopeParameters parameters = parameters(new DynamicLongRope(ones(64, 5), 4096, 20480, 1));
    GrowingFrequencies growing = new GrowingFrequencies(parameters);
    assertThat(growing.at(20480).inverse(0)).isEqualTo(0.2);
    assertThat(growing.at(5000).inverse(0)).isEqualTo(0.2);
    assertThat(growing.at(4000).inverse(0)).isEqualTo(1);
  }

  @Test
  void theMagnitudePoliciesOfLongRopeAreItsOwnYarnsAndAConstant() {
    assertThat(DynamicLongRope.magnitude("su", 16, 4096)).isEqualTo(LongRope.magnitude(16, 4096));
    assertThat(DynamicLongRope.magnitude("yarn", 16, 4096)).isEqualTo(0.1 * Math.log(16) + 1);
    assertThat(DynamicLongRope.magnitude("1.25", 16, 4096)).isEqualTo(1.25);
  }

  @Test
  void phiMoeKeepsItsShortListAndSwitchesItsMagnitude() {
    RopeParameters parameters = parameters(LongRope.phiMoe(ones(64, 2), 4096, 1.1, 1.4));
    assertThat(parameters.frequencies(5000).inverse())
        .containsExactly(parameters.frequencies(1).inverse());
    assertThat(parameters.frequencies(5000).attentionFactor()).isEqualTo(1.4);
  }

  @Test
  void blendsHaveNoStepBetweenNeighbouringPairs() {
    for (Scaling scaling :
        new Scaling[] {new Llama3(8, 8192, 1, 4), new NtkByParts(8, 8192), new Yarn(8, 8192)}) {
      RopeParameters parameters = FINE.withScaling(scaling);
      double[] unscaled = parameters.unscaledInverseFrequencies();
      double[] scaled = parameters.frequencies(1).inverse();
      for (int i = 1; i < scaled.length; i++) {
        double step = scaled[i] / unscaled[i] - scaled[i - 1] / unscaled[i - 1];
        assertThat(Math.abs(step)).as("%s, pair %d", scaling, i).isLessThan(0.01);
      }
    }
  }

  @Test
  void theTwoRampsOfYarnAgreeAtTheirEndsOnly() {
    double[] code = FINE.withScaling(new Yarn(8, 8192)).frequencies(1).inverse();
    double[] paper = FINE.withScaling(new YarnByTurns(8, 8192)).frequencies(1).inverse();
    double[] unscaled = FINE.unscaledInverseFrequencies();
    assertThat(code[0]).isEqualTo(unscaled[0]);
    assertThat(paper[0]).isEqualTo(unscaled[0]);
    assertThat(code[2047]).isEqualTo(unscaled[2047] / 8);
    assertThat(paper[2047]).isEqualTo(unscaled[2047] / 8);
    int middle = 920;
    assertThat(code[middle] / paper[middle]).isNotCloseTo(1, within(0.05));
  }

  @Test
  void resonanceMakesEveryTurnAWholeNumberOfTokens() {
    Generated.forAll(example -> {
      if (!example.isUniform()) {
        return;
      }
      RopeParameters parameters =
          example.parameters().withScaling(new Resonance(example.parameters().scaling()));
      Frequencies frequencies = parameters.frequencies(example.contextLength());
      for (int i = 0; i < frequencies.pairs(); i++) {
        if (frequencies.inverse(i) != 0) {
          double wavelength = frequencies.wavelength(i);
          assertThat(wavelength)
              .as(example.label())
              .isCloseTo(Math.rint(wavelength), within(wavelength * 1e-12));
        }
      }
    });
  }

  @Test
  void hopeStopsExactlyThePairsThatDoNotTurnOnce() {
    RopeParameters parameters = parameters(new Hope(4096));
    double[] unscaled = parameters.unscaledInverseFrequencies();
    double[] scaled = parameters.frequencies(1).inverse();
    for (int i = 0; i < scaled.length; i++) {
      boolean turns = unscaled[i] * 4096 >= 2 * Math.PI;
      assertThat(scaled[i]).isEqualTo(turns ? unscaled[i] : 0);
    }
  }

  @Test
  void proportionalTakesTheWholeHeadAsDenominator() {
    RopeParameters parameters = parameters(Proportional.of(128, 0.25, 2));
    double[] scaled = parameters.frequencies(1).inverse();
    assertThat(scaled[15]).isEqualTo(parameters.unscaledInverseFrequencies()[15] / 2);
    assertThat(scaled[16]).isZero();
  }

  @Test
  void startTokensKeepTheirTrainedAngles() {
    RopeParameters parameters = parameters(new StartTokensUnscaled(new Linear(4), 3));
    float[] x = new float[128];
    Random random = new Random(1);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    RopeParameters unscaled = parameters.withScaling(new Unscaled());
    RopeParameters linear = parameters.withScaling(new Linear(4));
    for (int position = 0; position < 6; position++) {
      RopeParameters expected = position < 3 ? unscaled : linear;
      assertThat(rotated(parameters, x, position)).containsExactly(rotated(expected, x, position));
    }
  }

  @Test
  void deepSeeksPairLeavesTheRotationAtOneAndScalesTheSoftmax() {
    Frequencies frequencies = parameters(new Yarn(40, 4096).withMagnitudes(1, 1)).frequencies(1);
    assertThat(frequencies.attentionFactor()).isEqualTo(1);
    assertThat(frequencies.softmaxScaleMultiplier()).isCloseTo(1.8738542, within(1e-6));
  }

  @Test
  void everyScalingCanBeSaidInTheWordsOfLlamaCpp() {
    Generated.forAll(example -> {
      if (!example.isUniform()) {
        return;
      }
      RopeParameters parameters = example.parameters();
      LlamaCppMapping mapping = LlamaCppMapping.of(parameters, example.contextLength());
      ExplicitFrequencies said =
          mapping
              .operator()
              .frequencies(mapping.frequencyFactors(), PairAxes.single(parameters.pairs()));
      double[] expected = example.frequencies().inverse();
      double[] actual = said.inverse();
      for (int i = 0; i < actual.length; i++) {
        // A standing pair is divided by 1e30 there.
        assertThat(actual[i])
            .as(example.label())
            .isCloseTo(expected[i], within(expected[i] * 2e-5 + 1e-29));
      }
      double attention = example.frequencies().attentionFactor();
      assertThat(said.attentionFactor())
          .as(example.label())
          .isCloseTo(attention, within(attention * 1e-6));
    });
  }

  private static float[] rotated(RopeParameters parameters, float[] x, int position) {
    return Generated.rotated(Rotation.of(parameters, 1, Precision.EXACT), x, position);
  }

  private static double[] ones(int count, double value) {
    double[] all = new double[count];
    java.util.Arrays.fill(all, value);
    return all;
  }

  private static RopeParameters parameters(Scaling scaling) {
    return new RopeParameters(128, 128, 10000, 4096, Pairing.HALF, scaling);
  }
}
