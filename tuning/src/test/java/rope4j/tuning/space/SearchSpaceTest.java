package rope4j.tuning.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.diagnosis.recipe.Extension;

class SearchSpaceTest {

  /// A float32 may round a border by half a unit.
  private static final double ROUNDING = 1e-6;

  @ParameterizedTest
  @MethodSource("rope4j.tuning.space.Targets#all")
  void everyPointOfLongRopeKeepsItsConstraints(Target target) {
    LongRopeSpace space = new LongRopeSpace(target, true);
    Random random = new Random(5);
    Set<Integer> startTokens = new HashSet<>();
    for (int i = 0; i < 2000; i++) {
      Candidate candidate = space.candidate(point(space, random));
      assertLongRope(candidate, target);
      startTokens.add(candidate.startTokens());
    }
    assertThat(startTokens)
        .containsExactlyInAnyOrder(0, 1, 2, 4, 8, 12, 16, 20, 24, 28, 32, 64, 128, 256);
  }

  /// Factors do not fall, lie in [1, 1.25 s] and are multiples of 0.01.
  static void assertLongRope(Candidate candidate, Target target) {
    double before = 1;
    for (double factor : candidate.divisors()) {
      assertThat(factor).isGreaterThanOrEqualTo(before);
      assertThat(factor).isLessThanOrEqualTo(1.25 * target.factor() * (1 + ROUNDING));
      assertThat((float) factor).isEqualTo((float) (Math.round(100 * factor) / 100.0));
      before = factor;
    }
    assertThat(candidate.attentionFactor()).isGreaterThanOrEqualTo(1);
  }

  @Test
  void withoutStartTokensEnginesCanRunEveryPointOfLongRope() {
    LongRopeSpace space = new LongRopeSpace(Targets.small(), false);
    Random random = new Random(5);
    for (int i = 0; i < 300; i++) {
      Candidate candidate = space.candidate(point(space, random));
      assertLongRope(candidate, Targets.small());
      assertThat(candidate.runnable()).isTrue();
    }
  }

  @Test
  void startTokensMakeAnotherRotationUnderAnotherName() {
    LongRopeSpace space = new LongRopeSpace(Targets.small(), true);
    double[] point = new double[space.dimensions()];
    Candidate none = space.candidate(point);
    point[point.length - 1] = 0.5;
    Candidate some = space.candidate(point);
    assertThat(none.runnable()).isTrue();
    assertThat(some.runnable()).isFalse();
    assertThat(some.name()).isEqualTo("LongRoPE after " + some.startTokens() + " tokens");
    assertThat(some.key()).isNotEqualTo(none.key());
    assertThat(space.candidate(space.nearest(some))).isEqualTo(some);
  }

  @ParameterizedTest
  @MethodSource("rope4j.tuning.space.Targets#all")
  void everyPointOfLongRope2KeepsItsConstraints(Target target) {
    LongRope2Space space = new LongRope2Space(target);
    Random random = new Random(5);
    for (int i = 0; i < 2000; i++) {
      Candidate candidate = space.candidate(point(space, random));
      int critical = Integer.parseInt(candidate.name().replaceFirst("^.* ", ""));
      assertThat(critical).isBetween(space.firstCritical(), space.lastCritical());
      double before = target.factor() * (1 - ROUNDING);
      for (int pair = critical; pair < target.pairs(); pair++) {
        double factor = candidate.divisors().get(pair);
        assertThat(factor).isGreaterThanOrEqualTo(before);
        assertThat(factor).isLessThanOrEqualTo(2 * target.factor() * (1 + ROUNDING));
        before = factor;
      }
      double atCritical = candidate.divisors().get(critical);
      for (int pair = 0; pair < critical; pair++) {
        assertThat(candidate.divisors().get(pair))
            .isCloseTo(
                Math.pow(atCritical, (double) pair / critical), within(1e-5 * target.factor()));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("rope4j.tuning.space.Targets#all")
  void everyPointOfEverySpaceIsARotation(Target target) {
    Random random = new Random(7);
    for (SearchSpace space : SearchSpace.all(target, true)) {
      for (int i = 0; i < 300; i++) {
        Candidate candidate = space.candidate(point(space, random));
        assertThat(candidate.divisors()).hasSize(target.pairs());
        assertThat(candidate.divisors().getFirst()).isGreaterThan(0);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("rope4j.tuning.space.Targets#all")
  void aClosedFormThatKeepsLongRopesConstraintsIsWithinHalfAStepOfOneOfItsPoints(Target target) {
    LongRopeSpace space = new LongRopeSpace(target, false);
    int inside = 0;
    for (Candidate form : ClosedForms.of(target, Optional.empty()).all()) {
      double least = form.divisors().stream().mapToDouble(Double::doubleValue).min().orElse(0);
      double most = form.divisors().getLast();
      if (least >= 1 && most <= 1.25 * target.factor()) {
        Candidate nearest = space.candidate(space.nearest(form));
        assertThat(nearest.factors())
            .as(form.name())
            .containsExactly(form.factors(), within(0.005 + ROUNDING));
        assertThat(nearest.attentionFactor()).isEqualTo(form.attentionFactor());
        inside++;
      }
    }
    assertThat(inside).isGreaterThanOrEqualTo(5);
  }

  @ParameterizedTest
  @MethodSource("rope4j.tuning.space.Targets#all")
  void yarnAsItIsPublishedIsAPointOfYarnsSpace(Target target) {
    YarnSpace space = new YarnSpace(target);
    Candidate yarn = ClosedForms.of(target, Optional.empty()).yarn();
    Candidate again = space.candidate(space.nearest(yarn));
    // To the last bit of a float32 or the one before.
    for (int pair = 0; pair < target.pairs(); pair++) {
      assertThat(again.divisors().get(pair) / yarn.divisors().get(pair)).isCloseTo(1, within(2e-7));
    }
    assertThat(again.attentionFactor()).isCloseTo(yarn.attentionFactor(), within(2e-7));
  }

  @ParameterizedTest
  @MethodSource("rope4j.tuning.space.Targets#all")
  void everyRaisedBaseIsAPointOfTheBaseSpace(Target target) {
    BaseSpace space = new BaseSpace(target);
    for (Candidate form : ClosedForms.of(target, Optional.empty()).all()) {
      boolean raised = form.extension() instanceof Extension.RaisedBase;
      if (raised && form.divisors().getLast() <= 8 * target.factor()) {
        double[] again = space.candidate(space.nearest(form)).factors();
        assertThat(again)
            .as(form.name())
            .containsExactly(form.factors(), within(1e-5 * again[again.length - 1]));
      }
    }
  }

  @Test
  void nothingOutsideACubeLeavesTheSpace() {
    LongRopeSpace space = new LongRopeSpace(Targets.small(), false);
    double[] point = {Double.NaN, -3, 7, 0.5, 0.2, 0.1, Double.NEGATIVE_INFINITY, 0.9, 40};
    assertLongRope(space.candidate(point), Targets.small());
  }

  @Test
  void theFirstCriticalPairMadeTenTurnsAndTheLastNone() {
    // Turns of the pairs: 40.7, 12.9, 4.07, 1.29, 0.41, …
    LongRope2Space space = new LongRope2Space(Targets.small());
    assertThat(space.firstCritical()).isEqualTo(1);
    assertThat(space.lastCritical()).isEqualTo(4);
  }

  private static double[] point(SearchSpace space, Random random) {
    double[] point = new double[space.dimensions()];
    for (int i = 0; i < point.length; i++) {
      point[i] = 1.4 * random.nextDouble() - 0.2;
    }
    return point;
  }
}
