package rope4j.tuning.result;

import java.util.Comparator;
import java.util.List;
import rope4j.checkpoint.ModelDescription;
import rope4j.diagnosis.recipe.RecipeModel;
import rope4j.tuning.fitness.Objective;
import rope4j.tuning.search.Trial;

/// What a search came to.
///
/// @param file the model file as the user named it
/// @param model what the file says
/// @param recipeModel what recipes need to know of it
/// @param contextLength tokens searched for
/// @param objective what was searched for
/// @param seed of everything that is drawn
/// @param text what was measured on
/// @param points the closed forms, then what was found
/// @param bestClosed the closed form with the least loss on held-out text
/// @param yarn the one whose damage is the limit
/// @param recommended the rotation to run: the best found with no more damage than YaRN if it beats
///   the best closed form, else that
/// @param history everything the search measured
/// @param effort what it took
public record Tuning(
    String file,
    ModelDescription model,
    RecipeModel recipeModel,
    int contextLength,
    Objective objective,
    long seed,
    TextFacts text,
    List<Point> points,
    Point bestClosed,
    Point yarn,
    Point recommended,
    List<Trial> history,
    Effort effort) {

  public Tuning {
    points = List.copyOf(points);
    history = List.copyOf(history);
  }

  /// Whether something better than every closed form was found, beyond chance and without more
  /// damage than YaRN's.
  public boolean improved() {
    return !recommended.closedForm();
  }

  /// What is not worse than another in both respects, gentlest first.
  public List<Point> front() {
    return points.stream()
        .filter(point -> points.stream().noneMatch(point::isDominatedBy))
        .sorted(Comparator.comparingDouble(Point::damage))
        .toList();
  }

  /// What was found, in order.
  public List<Point> found() {
    return points.stream().filter(point -> !point.closedForm()).toList();
  }

  /// The model's name.
  public String name() {
    return file.substring(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
  }

  /// Context length over trained length.
  public double factor() {
    return (double) contextLength / model.trainedLength();
  }
}
