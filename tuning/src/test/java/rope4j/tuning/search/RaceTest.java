package rope4j.tuning.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rope4j.tuning.fitness.Objective;
import rope4j.tuning.space.Candidate;
import rope4j.tuning.space.ClosedForms;
import rope4j.tuning.space.Target;
import rope4j.tuning.space.Targets;

class RaceTest {

  private final Target target = Targets.small();
  private final ClosedForms forms = ClosedForms.of(target, Optional.empty());
  private final Landscape landscape = new Landscape();
  private final Race race =
      new Race(landscape, Landscape.rungs(), Objective.NLL, 100, (_, _, _) -> {});

  @BeforeEach
  void closedForms() {
    race.run(forms, () -> false);
  }

  @Test
  void closedFormsAreMeasuredOnEverything() {
    assertThat(race.finished()).hasSize(forms.all().size());
    // A shorter window and six whole ones.
    assertThat(race.evaluations()).isEqualTo(7 * forms.all().size());
  }

  @Test
  void closedFormsEndWithTheBudget() {
    Race early = new Race(landscape, Landscape.rungs(), Objective.NLL, 100, (_, _, _) -> {});
    assertThat(early.run(forms, () -> early.evaluations() >= 20)).isFalse();
    assertThat(early.evaluations()).isEqualTo(20);
    assertThat(early.candidates()).isEqualTo(2);
  }

  @Test
  void aBadCandidateEndsOnTheFirstRung() {
    int before = race.evaluations();
    Standing standing = race.measure(flat(5));
    assertThat(standing.rung()).isZero();
    assertThat(race.evaluations()).isEqualTo(before + 1);
  }

  @Test
  void aGoodCandidateIsMeasuredOnEverything() {
    Candidate good =
        Candidate.of("good", new double[] {1, 1, 1.2, 1.8, 3, 4.2, 4.4, 4.6}, 1.1, target);
    Standing standing = race.measure(good);
    assertThat(standing.rung()).isEqualTo(2);
    assertThat(race.best().getFirst()).isEqualTo(good);
    assertThat(standing).isLessThan(race.measure(flat(5)));
  }

  @Test
  void aCandidateMeasuredBeforeCostsNothing() {
    Standing first = race.measure(flat(3));
    int before = race.evaluations();
    assertThat(race.measure(flat(3))).isSameAs(first);
    assertThat(race.evaluations()).isEqualTo(before);
    assertThat(landscape.asked).doesNotHaveDuplicates();
  }

  @Test
  void nothingIsMeasuredWhenTheBudgetIsSpent() {
    int before = race.evaluations();
    race.begin("longrope", () -> true);
    assertThatThrownBy(() -> race.measure(flat(2))).isInstanceOf(BudgetSpent.class);
    assertThat(race.evaluations()).isEqualTo(before);
  }

  @Test
  void damageAboveYarnsIsCharged() {
    Candidate gentle = Candidate.of("a", new double[] {1, 1, 1, 1, 1, 1, 1, 4}, 1.1, target);
    Candidate harsh = Candidate.of("b", new double[] {4, 4, 4, 4, 4, 4, 4, 4}, 1.1, target);
    double gap = race.measure(harsh).fitness() - race.measure(gentle).fitness();
    List<Trial> first = race.history().stream().filter(trial -> trial.rung() == 0).toList();
    double harshLoss = first.get(first.size() - 2).loss();
    double gentleLoss = first.getLast().loss();
    assertThat(gap).isGreaterThan(harshLoss - gentleLoss + 0.1);
  }

  private Candidate flat(double factor) {
    double[] factors = new double[8];
    java.util.Arrays.fill(factors, factor);
    return Candidate.of("flat", factors, 1, target);
  }
}
