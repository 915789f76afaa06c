package rope4j.diagnosis.probe.retrieval;

import rope4j.diagnosis.probe.trial.Proportion;

/// Adds up answers.
final class Tally {

  /// One answer.
  ///
  /// @param loss of the whole answer, nats
  /// @param tokens it has
  /// @param right items that are right
  /// @param items it has
  record Answer(double loss, double tokens, double right, double items) {

    static Answer of(double[] stored) {
      return new Answer(stored[0], stored[1], stored[2], stored[3]);
    }
  }

  private int count;
  private int exact;
  private double score;
  private double loss;
  private double tokens;
  private double distance;

  /// @param from tokens back to what was asked for
  void add(Answer answer, int from) {
    count++;
    distance += from;
    exact += answer.right() == answer.items() ? 1 : 0;
    score += answer.right() / answer.items();
    loss += answer.loss();
    tokens += answer.tokens();
  }

  void addAll(Tally other) {
    count += other.count;
    exact += other.exact;
    score += other.score;
    loss += other.loss;
    tokens += other.tokens;
    distance += other.distance;
  }

  boolean isEmpty() {
    return count == 0;
  }

  RetrievalCell cell(int length, double depth) {
    return new RetrievalCell(
        length,
        depth,
        (int) Math.round(distance / count),
        Proportion.of(exact, count),
        score / count,
        loss / tokens);
  }
}
