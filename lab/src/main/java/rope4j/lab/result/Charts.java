package rope4j.lab.result;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The charts of an experiment: by length, and by position at the greatest length.
final class Charts {

  private Charts() {}

  static List<Chart> of(Summary summary, List<Result> results) {
    List<Chart> charts = new ArrayList<>();
    charts.add(byLength(summary));
    List<Chart.Line> lines = byPosition(results);
    if (!lines.isEmpty()) {
      charts.add(
          new Chart(
              "by-position",
              "NLL by position, sequences of " + summary.lengths().getLast() + " tokens",
              "position, tokens",
              "NLL, nats",
              summary.trainedLength(),
              lines));
    }
    return charts;
  }

  private static Chart byLength(Summary summary) {
    Result.Metric metric = summary.hasFloor() ? Result.Metric.NLL : Result.Metric.ACCURACY;
    double unit = summary.hasFloor() ? 1 : 100;
    List<Chart.Line> lines = new ArrayList<>();
    for (Summary.Row row : summary.rows()) {
      List<Chart.Point> points = new ArrayList<>();
      for (int length : summary.lengths()) {
        summary
            .cell(row, length, metric)
            .ifPresent(cell -> points.add(new Chart.Point(length, unit * cell.mean())));
      }
      lines.add(new Chart.Line(row.label(), points));
    }
    return new Chart(
        "by-length",
        summary.hasFloor() ? "NLL by length" : "Right answers by length",
        "length of the test sequences, tokens",
        summary.hasFloor() ? "NLL, nats" : "accuracy, %",
        summary.trainedLength(),
        lines);
  }

  private static List<Chart.Line> byPosition(List<Result> results) {
    Map<String, List<Result>> byRow =
        results.stream()
            .filter(r -> r.metric() == Result.Metric.NLL_BY_POSITION)
            .collect(
                Collectors.groupingBy(
                    r -> new Summary.Row(r.encoding(), r.strategy(), r.fineTuningSteps()).label(),
                    LinkedHashMap::new,
                    Collectors.toList()));
    List<Chart.Line> lines = new ArrayList<>();
    byRow.forEach((label, of) -> {
      Map<Double, Double> curve =
          of.stream()
              .collect(
                  Collectors.groupingBy(
                      r -> (r.from() + r.to()) / 2.0,
                      TreeMap::new,
                      Collectors.averagingDouble(Result::value)));
      lines.add(
          new Chart.Line(
              label,
              curve.entrySet().stream()
                  .map(e -> new Chart.Point(e.getKey(), e.getValue()))
                  .toList()));
    });
    return lines;
  }
}
