package rope4j.tuning.fitness;

/// Neighbouring positions.
///
/// @param from the first
/// @param to the one after the last, above `from`
public record Span(int from, int to) {

  public Span {
    if (from < 0 || to <= from) {
      throw new IllegalArgumentException("a span from " + from + " to " + to + " is empty");
    }
  }
}
