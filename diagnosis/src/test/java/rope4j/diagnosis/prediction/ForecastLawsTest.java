package rope4j.diagnosis.prediction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import rope4j.rotation.Frequencies;
import rope4j.rotation.Linear;
import rope4j.rotation.NtkAware;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Scaling;
import rope4j.rotation.Unscaled;
import rope4j.rotation.Yarn;

/// What holds for every model. A failing example names its seed; `-Drope4j.seed=SEED` begins with
/// it.
class ForecastLawsTest {

  private static final long SEED = Long.getLong("rope4j.seed", 20261122L);
  private static final int CASES = 200;

  private record Example(RopeParameters model, int target, Random random, String label) {

    double extension() {
      return (double) target / model.trainedLength();
    }

    Scaling scaling() {
      double factor = random.nextDouble(1, 32);
      return switch (random.nextInt(4)) {
        case 0 -> new Unscaled();
        case 1 -> new Linear(factor);
        case 2 -> new NtkAware(factor);
        default -> new Yarn(factor, model.trainedLength());
      };
    }
  }

  private static void forAll(Consumer<Example> law) {
    for (long seed = SEED; seed < SEED + CASES; seed++) {
      Random random = new Random(seed);
      RopeParameters model =
          Models.model(
              2 * random.nextInt(2, 129),
              Math.exp(random.nextDouble(Math.log(100), Math.log(1e8))),
              random.nextInt(16, 32_768));
      int target = random.nextInt(1, 16 * model.trainedLength());
      law.accept(
          new Example(
              model, target, random, "-Drope4j.seed=" + seed + ": " + model + " at " + target));
    }
  }

  @Test
  void radiansLieBetweenZeroAndATurn() {
    forAll(example -> {
      Forecast forecast = Models.forecast(example.model(), example.scaling(), example.target());
      for (PairForecast pair : forecast.pairs()) {
        assertThat(pair.unseenRadians()).as(example.label()).isBetween(0.0, 2 * Math.PI);
        assertThat(pair.shiftRadians()).as(example.label()).isBetween(0.0, 2 * Math.PI);
      }
    });
  }

  @Test
  void linearScalingByTheExtensionNeverShowsAnUnseenAngle() {
    forAll(example -> {
      if (example.extension() >= 1) {
        Scaling linear = new Linear(example.extension());
        assertThat(Models.forecast(example.model(), linear, example.target()).unseenPairs())
            .as(example.label())
            .isZero();
      }
    });
  }

  @Test
  void theSameFrequenciesShiftNothing() {
    forAll(example -> {
      Forecast forecast = Models.forecast(example.model(), new Unscaled(), example.target());
      assertThat(forecast.shiftRadians()).as(example.label()).isZero();
    });
  }

  @Test
  void nothingIsUnseenWithinTheTrainedLength() {
    forAll(example -> {
      int within = Math.min(example.target(), example.model().trainedLength());
      Forecast forecast = Models.forecast(example.model(), new Unscaled(), within);
      assertThat(forecast.unseenRadians()).as(example.label()).isZero();
      assertThat(forecast.largestOverrun()).as(example.label()).isEqualTo(1);
    });
  }

  @Test
  void longerTargetsNeverUnseeAngles() {
    forAll(example -> {
      Scaling scaling = example.scaling();
      double here = Models.forecast(example.model(), scaling, example.target()).unseenRadians();
      double later =
          Models.forecast(example.model(), scaling, example.target() + 100).unseenRadians();
      assertThat(later).as(example.label()).isGreaterThanOrEqualTo(here);
    });
  }

  @Test
  void theCriticalDimensionOfPlainFrequenciesIsTheFormula() {
    forAll(example -> {
      RopeParameters model = example.model();
      int d = model.rotaryDimension();
      double turns = Math.log(model.trainedLength() / (2 * Math.PI)) / Math.log(model.base());
      double formula = Math.min(d, 2 * Math.ceil(d / 2.0 * turns));
      assertThat(
              Models.forecast(model, new Unscaled(), example.target())
                  .criticalDimension()
                  .dimension())
          .as(example.label())
          .isEqualTo((int) formula);
    });
  }

  @Test
  void scansFindWhatLookingAtEveryDistanceFinds() {
    forAll(example -> {
      Frequencies frequencies =
          example.model().withScaling(example.scaling()).frequencies(example.target());
      int searchTo = 1 + example.random().nextInt(2000);
      OptionalInt zero = OptionalInt.empty();
      double least = Double.POSITIVE_INFINITY;
      for (int m = searchTo; m >= 1; m--) {
        double similarity = DecayCurve.similarity(frequencies, m);
        zero = similarity < 0 ? OptionalInt.of(m) : zero;
        least = Math.min(least, similarity);
      }
      DecayCurve curve = DecayCurve.of(frequencies, searchTo);
      assertThat(curve.firstZero()).as(example.label()).isEqualTo(zero);
      assertThat(Math.abs(curve.minimum() - least)).as(example.label()).isLessThan(1e-12);
      BaseBound bound = BaseBound.of(frequencies, searchTo);
      assertThat(bound.largestContext())
          .as(example.label())
          .isEqualTo(zero.orElse(searchTo + 1) - 1);
      assertThat(bound.holds()).as(example.label()).isEqualTo(zero.isEmpty());
    });
  }

  @Test
  void float32StaysBelowItsBound() {
    forAll(example -> {
      AnglePrecision precision =
          Models.forecast(example.model(), example.scaling(), example.target()).anglePrecision();
      assertThat(precision.float32Direct())
          .as(example.label())
          .isLessThanOrEqualTo(precision.float32Bound());
    });
  }
}
