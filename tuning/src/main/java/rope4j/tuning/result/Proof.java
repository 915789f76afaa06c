package rope4j.tuning.result;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import rope4j.diagnosis.Interval;
import rope4j.tuning.fitness.Evaluator;
import rope4j.tuning.fitness.Measurement;
import rope4j.tuning.fitness.Objective;
import rope4j.tuning.fitness.Window;
import rope4j.tuning.search.Trial;
import rope4j.tuning.space.Candidate;
import rope4j.tuning.space.ClosedForms;

/// Measures what a search found, and every closed form, on text it never saw.
///
/// @param points closed forms first
/// @param bestClosed least loss of these
/// @param yarn the limit of damage
/// @param recommended as [Tuning#recommended]
public record Proof(List<Point> points, Point bestClosed, Point yarn, Point recommended) {

  /// Rotations found that are shown to held-out text: with each more, chance has one more try.
  public static final int MOST = 8;

  private static final double ERROR = 0.05;

  public Proof {
    points = List.copyOf(points);
  }

  /// What is to be proved: of everything measured on all search windows, the rotations that no
  /// other beats in both respects, and among these those with the least loss first. What no engine
  /// can run beats nothing that one can.
  ///
  /// @param finished measured on all search windows
  /// @param limit most damage that can be recommended, on search text
  public static List<Trial> front(List<Trial> finished, ClosedForms forms, double limit) {
    Set<String> closed = new HashSet<>();
    forms.all().forEach(form -> closed.add(form.key()));
    List<Trial> front =
        finished.stream()
            .filter(trial -> !closed.contains(trial.candidate().key()))
            .filter(trial -> finished.stream().noneMatch(other -> dominates(other, trial)))
            .sorted(Comparator.comparingDouble(Trial::damage))
            .toList();
    if (front.size() <= MOST) {
      return front;
    }
    // Half for what can be recommended, the rest spread over the whole front.
    List<Trial> chosen = new ArrayList<>();
    front.stream()
        .filter(trial -> trial.damage() <= limit && trial.candidate().runnable())
        .sorted(Comparator.comparingDouble(Trial::loss))
        .limit(MOST / 2)
        .forEach(chosen::add);
    List<Trial> rest = front.stream().filter(trial -> !chosen.contains(trial)).toList();
    int places = MOST - chosen.size();
    for (int i = 0; i < places; i++) {
      chosen.add(rest.get(i * (rest.size() - 1) / (places - 1)));
    }
    return chosen.stream().sorted(Comparator.comparingDouble(Trial::damage)).toList();
  }

  private static boolean dominates(Trial one, Trial other) {
    return (one.candidate().runnable() || !other.candidate().runnable())
        && one.loss() <= other.loss()
        && one.damage() <= other.damage()
        && (one.loss() < other.loss() || one.damage() < other.damage());
  }

  /// @param windows held-out text
  public static Proof of(
      List<Trial> front,
      ClosedForms forms,
      List<Window> windows,
      Objective objective,
      Evaluator evaluator) {
    Map<String, List<Measurement>> measured = new HashMap<>();
    for (Candidate form : forms.all()) {
      measured.put(form.key(), measure(form, windows, evaluator));
    }
    for (Trial trial : front) {
      measured.put(trial.candidate().key(), measure(trial.candidate(), windows, evaluator));
    }
    Candidate best =
        forms.all().stream()
            .min(
                Comparator.comparingDouble(
                    form -> Measurement.loss(measured(measured, form), objective)))
            .orElseThrow();
    double[] reference = Measurement.losses(measured(measured, best), objective);
    double coverage = 1 - ERROR / Math.max(1, front.size());
    List<Point> points = new ArrayList<>();
    for (Candidate form : forms.all()) {
      points.add(
          point(
              form,
              "closed forms",
              true,
              measured(measured, form),
              reference,
              coverage,
              objective));
    }
    for (Trial trial : front) {
      Candidate found = trial.candidate().named(name(trial, front));
      points.add(
          point(
              found,
              trial.stage(),
              false,
              measured(measured, found),
              reference,
              coverage,
              objective));
    }
    Point bestClosed = find(points, best);
    Point yarn = find(points, forms.yarn());
    Point recommended =
        points.stream()
            .filter(point -> !point.closedForm() && point.candidate().runnable())
            .filter(point -> point.damage() <= yarn.damage())
            .filter(Point::beats)
            .min(Comparator.comparingDouble(point -> point.loss().mean()))
            .orElse(bestClosed);
    return new Proof(points, bestClosed, yarn, recommended);
  }

  /// Rotations of one space may have one name: then they are numbered.
  private static String name(Trial trial, List<Trial> front) {
    String name = trial.candidate().name();
    List<Trial> same =
        front.stream().filter(other -> other.candidate().name().equals(name)).toList();
    return same.size() == 1 ? name : name + " #" + (same.indexOf(trial) + 1);
  }

  private static List<Measurement> measure(
      Candidate candidate, List<Window> windows, Evaluator evaluator) {
    return windows.stream().map(window -> evaluator.measure(candidate, window)).toList();
  }

  private static List<Measurement> measured(
      Map<String, List<Measurement>> measured, Candidate candidate) {
    return measured.getOrDefault(candidate.key(), List.of());
  }

  private static Point point(
      Candidate candidate,
      String stage,
      boolean closedForm,
      List<Measurement> measured,
      double[] reference,
      double coverage,
      Objective objective) {
    double[] losses = Measurement.losses(measured, objective);
    double[] gains = new double[losses.length];
    for (int i = 0; i < gains.length; i++) {
      gains[i] = reference[i] - losses[i];
    }
    return new Point(
        candidate,
        stage,
        closedForm,
        Interval.of(losses),
        Measurement.damage(measured),
        Interval.of(gains, coverage));
  }

  private static Point find(List<Point> points, Candidate candidate) {
    return points.stream()
        .filter(point -> point.candidate().key().equals(candidate.key()))
        .findFirst()
        .orElseThrow();
  }
}
