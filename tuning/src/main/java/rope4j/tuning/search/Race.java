package rope4j.tuning.search;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import rope4j.diagnosis.Progress;
import rope4j.tuning.fitness.Evaluator;
import rope4j.tuning.fitness.Measurement;
import rope4j.tuning.fitness.Objective;
import rope4j.tuning.fitness.Rungs;
import rope4j.tuning.fitness.Window;
import rope4j.tuning.space.Candidate;
import rope4j.tuning.space.ClosedForms;

/// Successive halving, one candidate at a time: it is measured on the next rung when it is among
/// the better half of all that were measured on this one so far.
///
/// The fitness is the loss past the trained length; damage to short text above YaRN's is charged
/// many times over, so that what is found can be used in YaRN's place.
public final class Race {

  /// Nats of fitness for a nat of damage above the limit.
  private static final double CHARGE = 10;

  /// Nats for any nat of damage: of two that predict alike the gentler one wins.
  private static final double PREFERENCE = 0.05;

  /// The limit, as a share of YaRN's damage: other text will show a little more or less of it.
  private static final double MARGIN = 0.95;

  /// Closed forms that are passed on whatever they do.
  private static final String CLOSED = "closed forms";

  private final Evaluator evaluator;
  private final Rungs rungs;
  private final Objective objective;
  private final Progress progress;
  private final long total;
  private final Map<String, Standing> standings = new HashMap<>();
  private final List<List<Double>> seen = new ArrayList<>();
  private final double[] limits;
  private final List<Trial> history = new ArrayList<>();
  private final Map<String, Trial> finished = new LinkedHashMap<>();
  private String stage = CLOSED;
  private BooleanSupplier spent = () -> false;
  private int evaluations;

  /// @param total evaluations that are expected, for the progress
  public Race(
      Evaluator evaluator, Rungs rungs, Objective objective, long total, Progress progress) {
    this.evaluator = evaluator;
    this.rungs = rungs;
    this.objective = objective;
    this.progress = progress;
    this.total = total;
    this.limits = new double[rungs.rungs().size()];
    for (int rung = 0; rung < limits.length; rung++) {
      seen.add(new ArrayList<>());
    }
  }

  /// Measures the closed forms on every rung, however they do; it comes before everything else.
  ///
  /// @param isSpent whether there is no more to spend
  /// @return whether all of them were measured
  public boolean run(ClosedForms forms, BooleanSupplier isSpent) {
    begin(CLOSED, isSpent);
    try {
      // First the one that sets the limit of damage.
      climb(forms.yarn(), true);
      forms.all().forEach(form -> climb(form, true));
      return true;
    } catch (BudgetSpent _) {
      return false;
    }
  }

  /// What comes next belongs to a stage and ends when its budget is spent.
  void begin(String name, BooleanSupplier isSpent) {
    stage = name;
    spent = isSpent;
  }

  /// Measures a candidate as far as it gets; one that was measured before costs nothing.
  ///
  /// @throws BudgetSpent when there is no more to spend
  Standing measure(Candidate candidate) {
    Standing known = standings.get(candidate.key());
    return known != null ? known : climb(candidate, false);
  }

  private Standing climb(Candidate candidate, boolean always) {
    if (standings.containsKey(candidate.key())) {
      return standings.get(candidate.key());
    }
    Standing standing = new Standing(0, Double.POSITIVE_INFINITY);
    Map<Window, Measurement> measured = new HashMap<>();
    for (int rung = 0; rung <= rungs.top(); rung++) {
      List<Measurement> all = new ArrayList<>();
      for (Window window : rungs.rungs().get(rung)) {
        Measurement known = measured.get(window);
        if (known == null) {
          if (spent.getAsBoolean()) {
            throw new BudgetSpent();
          }
          known = evaluator.measure(candidate, window);
          measured.put(window, known);
          evaluations++;
          progress.report(stage, Math.min(evaluations, total), total);
        }
        all.add(known);
      }
      double loss = Measurement.loss(all, objective);
      double damage = Measurement.damage(all);
      if (limits[rung] == 0) {
        limits[rung] = MARGIN * damage;
      }
      double fitness = loss + PREFERENCE * damage + CHARGE * Math.max(0, damage - limits[rung]);
      standing = new Standing(rung, fitness);
      Trial trial = new Trial(evaluations, stage, candidate, rung, loss, damage);
      history.add(trial);
      if (rung == rungs.top()) {
        finished.put(candidate.key(), trial);
      }
      boolean better = better(seen.get(rung), fitness);
      seen.get(rung).add(fitness);
      if (!better && !always) {
        break;
      }
    }
    standings.put(candidate.key(), standing);
    return standing;
  }

  /// Whether a value is among the lower half.
  private static boolean better(List<Double> values, double value) {
    long lower = values.stream().filter(other -> other < value).count();
    return 2 * lower <= values.size();
  }

  /// Candidates measured on all windows, best first.
  List<Candidate> best() {
    return finished.values().stream()
        .map(Trial::candidate)
        .sorted(
            java.util.Comparator.comparing((Candidate candidate) -> standings.get(candidate.key())))
        .toList();
  }

  int top() {
    return rungs.top();
  }

  /// Candidates so far, as far as each of them got.
  public int candidates() {
    return standings.size();
  }

  /// Evaluations so far, those from the cache too.
  public int evaluations() {
    return evaluations;
  }

  /// Everything measured, in order.
  public List<Trial> history() {
    return List.copyOf(history);
  }

  /// What was measured on all windows, in order.
  public List<Trial> finished() {
    return List.copyOf(finished.values());
  }
}
