package rope4j.tuning.search;

import java.util.Arrays;
import java.util.List;
import org.hipparchus.optim.InitialGuess;
import org.hipparchus.optim.MaxEval;
import org.hipparchus.optim.SimpleBounds;
import org.hipparchus.optim.nonlinear.scalar.GoalType;
import org.hipparchus.optim.nonlinear.scalar.ObjectiveFunction;
import org.hipparchus.optim.nonlinear.scalar.noderiv.CMAESOptimizer;
import org.hipparchus.random.MersenneTwister;
import rope4j.tuning.space.Candidate;
import rope4j.tuning.space.SearchSpace;

/// CMA-ES over a smooth space, begun anew from the next seed when it has settled.
final class CovarianceSearch {

  private static final double SIGMA = 0.15;
  private static final int ITERATIONS = 40;

  private final SearchSpace space;
  private final Race race;

  CovarianceSearch(SearchSpace space, Race race) {
    this.space = space;
    this.race = race;
  }

  /// Runs until every seed had its turn or the budget is spent.
  void run(List<Candidate> seeds, long seed) {
    int n = space.dimensions();
    double[] sigma = new double[n];
    Arrays.fill(sigma, SIGMA);
    double[] ones = new double[n];
    Arrays.fill(ones, 1);
    try {
      for (Candidate start : seeds) {
        var _ = race.measure(space.candidate(space.nearest(start)));
      }
      for (int turn = 0; turn < seeds.size(); turn++) {
        int population = 4 + (int) (3 * Math.log(n)) + 2 * turn;
        CMAESOptimizer optimizer =
            new CMAESOptimizer(
                ITERATIONS, 0, true, 0, 0, new MersenneTwister(seed + turn), false, null);
        var _ =
            optimizer.optimize(
                new ObjectiveFunction(
                    point -> race.measure(space.candidate(point)).value(race.top())),
                GoalType.MINIMIZE,
                new InitialGuess(space.nearest(seeds.get(turn))),
                new SimpleBounds(new double[n], ones),
                new CMAESOptimizer.Sigma(sigma),
                new CMAESOptimizer.PopulationSize(population),
                new MaxEval(Integer.MAX_VALUE));
      }
    } catch (BudgetSpent _) {
      // What was measured until then is kept.
    }
  }
}
