package rope4j.tuning.search;

/// How far a candidate came, and how well it did there: lower is better, and any candidate that
/// came further is better than one that did not.
///
/// @param rung index of the last rung it was measured on
/// @param fitness nats on that rung
public record Standing(int rung, double fitness) implements Comparable<Standing> {

  @Override
  public int compareTo(Standing other) {
    return rung != other.rung
        ? Integer.compare(other.rung, rung)
        : Double.compare(fitness, other.fitness);
  }

  /// One number that orders as this does.
  double value(int top) {
    return fitness + 1000.0 * (top - rung);
  }
}
