package rope4j.tuning.result;

import java.util.List;
import rope4j.diagnosis.page.Axis;
import rope4j.diagnosis.page.Markup;

/// What each rotation costs short text and what it loses on long text, both on held-out text.
final class FrontChart {

  /// Losses above this many times the least are off the chart: they would press the rest together.
  private static final double REACH = 1.4;

  private static final double MOST_DAMAGE = 3;

  private FrontChart() {}

  static void draw(Tuning tuning, Markup out) {
    double least =
        tuning.points().stream().mapToDouble(point -> point.loss().mean()).min().orElseThrow();
    double damage = tuning.yarn().damage();
    List<Point> shown =
        tuning.points().stream()
            .filter(point ->
                point == tuning.bestClosed()
                    || point == tuning.yarn()
                    || (point.loss().mean() <= REACH * least
                        && point.damage() <= MOST_DAMAGE * damage))
            .toList();
    List<Point> hidden = tuning.points().stream().filter(point -> !shown.contains(point)).toList();
    double greatest = shown.stream().mapToDouble(point -> point.loss().high()).max().orElseThrow();
    double lowest = shown.stream().mapToDouble(point -> point.loss().low()).min().orElseThrow();
    double widest = shown.stream().mapToDouble(Point::damage).max().orElseThrow();
    Axis x = Axis.values(0, widest * 1.05, Chart.LEFT, Chart.RIGHT, 8);
    Axis y = Axis.between(lowest, greatest, Chart.BOTTOM, Chart.TOP, 7);
    Chart chart =
        Chart.open(
            out,
            "front-title",
            "Loss past the trained length against damage to short text",
            x,
            "damage to short text: KL from the original rotation, nats",
            y,
            "loss past the trained length, nats per token");
    double limit = x.at(damage);
    chart.line("limit", limit, Chart.TOP, limit, Chart.BOTTOM);
    chart.text("tick", limit + 5, Chart.TOP + 10, "start", "YaRN's damage");
    for (Point point : shown) {
      double at = x.at(point.damage());
      chart.line("whisker", at, y.at(point.loss().low()), at, y.at(point.loss().high()));
    }
    for (Point point : shown) {
      boolean best = point == tuning.recommended();
      String style = best ? "dot best" : point.closedForm() ? "dot closed" : "dot found";
      chart.dot(style, point.damage(), point.loss().mean(), best ? 8 : 6, what(point));
      if (best || point.closedForm()) {
        boolean right = x.at(point.damage()) < Chart.RIGHT - 230;
        // Below its dot, where the closed forms' names are not.
        chart.text(
            best ? "name best" : "name",
            x.at(point.damage()) + (right ? 11 : -11),
            y.at(point.loss().mean()) + (best ? 19 : -7),
            right ? "start" : "end",
            point.candidate().name());
      }
    }
    chart.close();
    if (!hidden.isEmpty()) {
      out.element(
          "p",
          "Off the chart: "
              + String.join("; ", hidden.stream().map(FrontChart::what).toList())
              + ".",
          "class",
          "note");
    }
  }

  private static String what(Point point) {
    return point.candidate().name()
        + " (loss "
        + Chart.decimals(point.loss().mean(), 3)
        + ", KL "
        + Chart.decimals(point.damage(), 3)
        + ")";
  }
}
