package rope4j.tuning.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rope4j.tuning.fitness.Objective;
import rope4j.tuning.space.Candidate;
import rope4j.tuning.space.ClosedForms;
import rope4j.tuning.space.SearchSpace;
import rope4j.tuning.space.Target;
import rope4j.tuning.space.Targets;

class SearchTest {

  private static final Target TARGET = Targets.small();
  private static final ClosedForms FORMS = ClosedForms.of(TARGET, Optional.empty());

  @Test
  void theSameSeedAndBudgetAreTheSameSearch() {
    assertThat(search(SearchSpace.all(TARGET, false), 500, 3).history())
        .isEqualTo(search(SearchSpace.all(TARGET, false), 500, 3).history());
  }

  @Test
  void anotherSeedIsAnotherSearch() {
    assertThat(search(SearchSpace.all(TARGET, false), 500, 3).history())
        .isNotEqualTo(search(SearchSpace.all(TARGET, false), 500, 4).history());
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 333, 500})
  void theBudgetIsSpentAndNotExceeded(int budget) {
    assertThat(search(SearchSpace.all(TARGET, false), budget, 1).evaluations()).isEqualTo(budget);
  }

  @Test
  void everyCandidateOfTheGeneticSearchKeepsLongRopesConstraints() {
    List<Candidate> tried =
        search(SearchSpace.all(TARGET, true).subList(3, 4), 2000, 1).history().stream()
            .filter(trial -> trial.stage().equals("longrope"))
            .map(Trial::candidate)
            .toList();
    assertThat(tried).hasSizeGreaterThan(500);
    for (Candidate candidate : tried) {
      double before = 1;
      for (double factor : candidate.divisors()) {
        assertThat(factor).isBetween(before, 1.25 * TARGET.factor());
        assertThat((float) factor).isEqualTo((float) (Math.round(100 * factor) / 100.0));
        before = factor;
      }
      assertThat(candidate.startTokens()).isIn(0, 1, 2, 4, 8, 12, 16, 20, 24, 28, 32, 64, 128, 256);
    }
    assertThat(tried).extracting(Candidate::startTokens).contains(0, 16);
  }

  @Test
  void everySpaceIsSearched() {
    assertThat(search(SearchSpace.all(TARGET, false), 500, 1).history())
        .extracting(Trial::stage)
        .contains("closed forms", "base", "yarn", "longrope2", "longrope");
  }

  @Test
  void itFindsWhatIsBetterThanEveryClosedForm() {
    Race race = search(SearchSpace.all(TARGET, false), 1500, 1);
    double closed =
        race.finished().stream()
            .filter(trial -> trial.stage().equals("closed forms"))
            .mapToDouble(Trial::loss)
            .min()
            .orElseThrow();
    Trial best =
        race.finished().stream().min(Comparator.comparingDouble(Trial::loss)).orElseThrow();
    assertThat(best.loss() - 1).isLessThan((closed - 1) / 2);
  }

  @Test
  void aPresetWithoutABudgetEndsWithItsGenerations() {
    Preset preset =
        new Preset("few", List.of("longrope"), Objective.NLL, 8, 4, 2, 2, 0.3, 3, Optional.empty());
    Race race = race();
    search(
        SearchSpace.all(TARGET, false).subList(3, 4),
        preset,
        new Budget.Evaluations(Integer.MAX_VALUE),
        () -> 0,
        race,
        1);
    assertThat(race.evaluations()).isLessThan(300);
  }

  @Test
  void everySpaceHasItsShareOfATimeAndNoneHasMore() {
    Race race = race();
    int before = race.evaluations();
    // Every evaluation takes a second.
    search(
        SearchSpace.all(TARGET, false),
        Preset.QUICK,
        new Budget.Time(Duration.ofSeconds(120)),
        () -> (race.evaluations() - before) * 1_000_000_000L,
        race,
        1);
    assertThat(race.evaluations() - before).isEqualTo(120);
    assertThat(race.history())
        .extracting(Trial::stage)
        .contains("base", "yarn", "longrope2", "longrope");
  }

  private static Race search(List<SearchSpace> spaces, int budget, long seed) {
    Race race = race();
    search(spaces, Preset.QUICK, new Budget.Evaluations(budget), () -> 0, race, seed);
    return race;
  }

  private static void search(
      List<SearchSpace> spaces,
      Preset preset,
      Budget budget,
      LongSupplier nanos,
      Race race,
      long seed) {
    Search.run(spaces, FORMS, preset, budget, new Deadline(budget, nanos), race, seed);
  }

  private static Race race() {
    Race race = new Race(new Landscape(), Landscape.rungs(), Objective.NLL, 100, (_, _, _) -> {});
    race.run(FORMS, () -> false);
    return race;
  }
}
