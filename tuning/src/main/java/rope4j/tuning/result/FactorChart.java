package rope4j.tuning.result;

import static rope4j.diagnosis.page.Drawing.number;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import rope4j.diagnosis.page.Axis;
import rope4j.diagnosis.page.Markup;

/// What divides each pair's frequency: the recommended rotation, the best found and the closed
/// forms.
final class FactorChart {

  private static final int STYLES = 7;

  private FactorChart() {}

  static void draw(Tuning tuning, Markup out) {
    List<Point> lines = lines(tuning);
    double most =
        lines.stream()
            .flatMapToDouble(point -> DoubleStream.of(point.candidate().factors()))
            .filter(factor -> factor <= 2.5 * tuning.factor())
            .max()
            .orElse(1);
    int pairs = tuning.recommended().candidate().divisors().size();
    Axis x = Axis.positions(Math.max(1, pairs - 1), Chart.LEFT, Chart.RIGHT, 8);
    Axis y = Axis.values(1, most, Chart.BOTTOM, Chart.TOP, 7);
    Chart chart =
        Chart.open(
            out,
            "factors-title",
            "Divisor of each pair's frequency",
            x,
            "pair, the fastest first",
            y,
            "divisor of the frequency");
    for (int i = lines.size() - 1; i >= 0; i--) {
      StringBuilder path = new StringBuilder();
      double[] factors = lines.get(i).candidate().factors();
      for (int pair = 0; pair < factors.length; pair++) {
        path.append(pair == 0 ? 'M' : 'L')
            .append(number(x.at(pair)))
            .append(' ')
            .append(number(y.at(Math.min(factors[pair], y.high()))));
      }
      chart.path("line " + style(tuning, lines, i), path.toString());
    }
    chart.close();
    out.open("ul", "class", "key");
    for (int i = 0; i < lines.size(); i++) {
      out.open("li");
      out.open("svg", "viewBox", "0 0 30 10", "aria-hidden", "true");
      out.empty("path", "class", "line " + style(tuning, lines, i), "d", "M1 5H29");
      out.close();
      out.text(
          lines.get(i).candidate().name()
              + ", attention "
              + Chart.decimals(lines.get(i).candidate().attentionFactor(), 3));
      out.close();
    }
    out.close();
  }

  private static String style(Tuning tuning, List<Point> lines, int i) {
    return lines.get(i) == tuning.recommended() ? "s0 best" : "s" + (1 + (i - 1) % STYLES);
  }

  /// The recommended one first; of the others found the best, then the closed forms that rescale.
  private static List<Point> lines(Tuning tuning) {
    List<Point> lines = new ArrayList<>(List.of(tuning.recommended()));
    tuning.found().stream()
        .min(java.util.Comparator.comparingDouble(point -> point.loss().mean()))
        .filter(point -> !lines.contains(point))
        .ifPresent(lines::add);
    for (Point point : tuning.points()) {
      boolean scales = point.candidate().divisors().stream().anyMatch(divisor -> divisor != 1);
      if (point.closedForm() && scales && !lines.contains(point)) {
        lines.add(point);
      }
    }
    return lines;
  }
}
