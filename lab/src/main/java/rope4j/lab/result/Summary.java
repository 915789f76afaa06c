package rope4j.lab.result;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Results of an experiment, over all seeds: a row for each encoding, strategy and fine-tuning, a
/// column for each length.
public final class Summary {

  /// What a row is about.
  ///
  /// @param encoding the experiment's name for it
  /// @param strategy the experiment's name for it
  /// @param fineTuningSteps optimizer steps with the scaling in place
  public record Row(String encoding, String strategy, int fineTuningSteps) {

    /// As tables and charts name it.
    public String label() {
      return encoding
          + (strategy.equals("unscaled") ? "" : ", " + strategy)
          + (fineTuningSteps == 0 ? "" : ", " + fineTuningSteps + " steps more");
    }
  }

  private record Place(Row row, int length, Result.Metric metric) {}

  private final String experiment;
  private final int trainedLength;
  private final List<Row> rows;
  private final List<Integer> lengths;
  private final Map<Place, Cell> cells;

  private Summary(List<Result> results) {
    this.experiment = results.getFirst().experiment();
    this.trainedLength = results.getFirst().trainedLength();
    List<Result> whole = results.stream().filter(r -> !r.metric().byPosition()).toList();
    this.rows = whole.stream().map(Summary::row).distinct().toList();
    this.lengths =
        List.copyOf(
            whole.stream().map(Result::length).collect(Collectors.toCollection(TreeSet::new)));
    Map<Place, List<Double>> values =
        whole.stream()
            .collect(
                Collectors.groupingBy(
                    r -> new Place(row(r), r.length(), r.metric()),
                    LinkedHashMap::new,
                    Collectors.mapping(Result::value, Collectors.toList())));
    this.cells =
        values.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, entry -> Cell.of(entry.getValue())));
  }

  /// @param results at least one, all of one experiment
  public static Summary of(List<Result> results) {
    if (results.isEmpty()) {
      throw new IllegalArgumentException("there are no results yet; run the experiment");
    }
    return new Summary(results);
  }

  private static Row row(Result result) {
    return new Row(result.encoding(), result.strategy(), result.fineTuningSteps());
  }

  /// Its name.
  public String experiment() {
    return experiment;
  }

  /// Tokens of a training sequence.
  public int trainedLength() {
    return trainedLength;
  }

  /// In the order of measuring.
  public List<Row> rows() {
    return rows;
  }

  /// Ascending.
  public List<Integer> lengths() {
    return lengths;
  }

  /// What was measured; empty where nothing was.
  public Optional<Cell> cell(Row row, int length, Result.Metric metric) {
    return Optional.ofNullable(cells.get(new Place(row, length, metric)));
  }

  /// The greatest number of seeds behind a cell.
  public int seeds() {
    return cells.values().stream().mapToInt(Cell::seeds).max().orElse(0);
  }

  /// Whether answers can't all be known, so that losses tell more than right answers.
  public boolean hasFloor() {
    return cells.entrySet().stream()
        .anyMatch(e -> e.getKey().metric() == Result.Metric.FLOOR && e.getValue().mean() > 0);
  }
}
