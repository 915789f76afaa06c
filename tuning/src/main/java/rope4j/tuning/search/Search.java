package rope4j.tuning.search;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import rope4j.tuning.space.Candidate;
import rope4j.tuning.space.ClosedForms;
import rope4j.tuning.space.SearchSpace;

/// Searches spaces one after another, each with its share of the budget: small ones first, because
/// what is found in them is a seed for the larger ones.
public final class Search {

  private static final int SEEDS_FOUND = 4;

  private Search() {}

  /// Runs a search; the race has its results.
  ///
  /// @param deadline of the budget
  /// @param race has measured the closed forms
  public static void run(
      List<SearchSpace> spaces,
      ClosedForms forms,
      Preset preset,
      Budget budget,
      Deadline deadline,
      Race race,
      long seed) {
    long left = deadline.left();
    double weights = spaces.stream().mapToDouble(Search::weight).sum();
    int before = race.evaluations();
    double done = 0;
    for (int i = 0; i < spaces.size(); i++) {
      SearchSpace space = spaces.get(i);
      done += weight(space) / weights;
      race.begin(space.name(), limit(budget, before, done, deadline, left, race));
      List<Candidate> seeds = seeds(forms, race);
      if (space.factors() > 0) {
        new GeneticSearch(space, preset, race).run(seeds, seed + i);
      } else {
        new CovarianceSearch(space, race).run(seeds, seed + i);
      }
    }
  }

  private static BooleanSupplier limit(
      Budget budget, int before, double share, Deadline deadline, long left, Race race) {
    return switch (budget) {
      case Budget.Evaluations(int most) -> {
        long end = before + Math.round((most - before) * share);
        yield () -> race.evaluations() >= end;
      }
      case Budget.Time _ -> {
        long rest = Math.round(left * (1 - share));
        yield () -> deadline.left() <= rest;
      }
    };
  }

  /// The best found so far, then every closed form by merit.
  private static List<Candidate> seeds(ClosedForms forms, Race race) {
    List<Candidate> seeds = new ArrayList<>();
    List<Candidate> best = race.best();
    seeds.addAll(best.subList(0, Math.min(SEEDS_FOUND, best.size())));
    for (Candidate candidate : best) {
      if (forms.all().contains(candidate) && !seeds.contains(candidate)) {
        seeds.add(candidate);
      }
    }
    return seeds;
  }

  /// Larger spaces get more.
  private static double weight(SearchSpace space) {
    return switch (space.name()) {
      case "base" -> 1;
      case "yarn" -> 3;
      case "longrope2" -> 3;
      default -> 5;
    };
  }
}
