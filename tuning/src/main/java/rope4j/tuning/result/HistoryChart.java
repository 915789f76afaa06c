package rope4j.tuning.result;

import static rope4j.diagnosis.page.Drawing.number;

import java.util.ArrayList;
import java.util.List;
import rope4j.diagnosis.page.Axis;
import rope4j.diagnosis.page.Markup;
import rope4j.tuning.search.Trial;

/// Every candidate that was measured on all search windows, in the order of the search, and the
/// least loss so far of those that damage short text no more than YaRN.
final class HistoryChart {

  private static final double REACH = 1.4;

  private HistoryChart() {}

  static void draw(Tuning tuning, Markup out) {
    int top = tuning.history().stream().mapToInt(Trial::rung).max().orElse(0);
    List<Trial> finished = tuning.history().stream().filter(trial -> trial.rung() == top).toList();
    double limit =
        finished.stream()
            .filter(trial -> trial.candidate().key().equals(tuning.yarn().candidate().key()))
            .mapToDouble(Trial::damage)
            .findFirst()
            .orElse(Double.POSITIVE_INFINITY);
    double least = finished.stream().mapToDouble(Trial::loss).min().orElse(0);
    List<Trial> shown = finished.stream().filter(trial -> trial.loss() <= REACH * least).toList();
    double greatest = shown.stream().mapToDouble(Trial::loss).max().orElse(1);
    Axis x = Axis.positions(Math.max(1, tuning.effort().evaluations()), Chart.LEFT, Chart.RIGHT, 8);
    Axis y = Axis.between(least, greatest, Chart.BOTTOM, Chart.TOP, 7);
    Chart chart =
        Chart.open(
            out,
            "history-title",
            "The search",
            x,
            "evaluations",
            y,
            "loss on search text, nats per token");
    List<String> stages = new ArrayList<>();
    double best = Double.POSITIVE_INFINITY;
    StringBuilder path = new StringBuilder();
    for (Trial trial : shown) {
      if (!stages.contains(trial.stage())) {
        stages.add(trial.stage());
      }
      boolean allowed = trial.damage() <= limit;
      chart.dot(
          "trial s" + (stages.indexOf(trial.stage()) + 1),
          trial.evaluation(),
          trial.loss(),
          allowed ? 4.5 : 2.5,
          trial.candidate().name());
      if (allowed && trial.loss() < best) {
        String at = number(x.at(trial.evaluation()));
        path.append(path.isEmpty() ? "M" + at + " " + number(y.at(trial.loss())) : "H" + at)
            .append("V")
            .append(number(y.at(trial.loss())));
        best = trial.loss();
      }
    }
    if (!path.isEmpty()) {
      chart.path("line s0 best", path + "H" + number(x.end()));
    }
    chart.close();
    out.open("ul", "class", "key");
    for (int i = 0; i < stages.size(); i++) {
      out.open("li");
      out.open("svg", "viewBox", "0 0 30 10", "aria-hidden", "true");
      out.empty("circle", "class", "trial s" + (i + 1), "cx", "15", "cy", "5", "r", "4.5");
      out.close();
      out.text(stages.get(i)).close();
    }
    out.element(
        "li", "small dots: more damage to short text than YaRN; off the chart: much worse ones");
    out.close();
  }
}
