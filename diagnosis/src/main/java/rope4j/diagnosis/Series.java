package rope4j.diagnosis;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// A line of the chart, and how it looks wherever it is mentioned.
///
/// @param label unlike that of any other line
/// @param style class of the style sheet that sets colour and dash
/// @param curve mean NLL in equal steps over the context
/// @param buckets the whole context
/// @param control whether this is the control
/// @param recommended whether this is the strategy to run
record Series(
    String label,
    String style,
    List<Double> curve,
    List<Bucket> buckets,
    boolean control,
    boolean recommended) {

  /// Styles for strategies that the style sheet has.
  private static final int STYLES = 8;

  Series {
    curve = List.copyOf(curve);
    buckets = List.copyOf(buckets);
  }

  /// One per strategy, in order, then the control.
  static List<Series> of(Examination examination) {
    List<Series> series = new ArrayList<>();
    Set<String> labels = new HashSet<>(Set.of("control"));
    for (StrategyResult result : examination.results()) {
      String name = result.strategy().name();
      String label = result.strategy().label();
      // "yarn" and "yarn:8" are different names of what may be the same.
      String unlike = labels.add(label) ? label : label + " (" + name + ")";
      series.add(
          new Series(
              unlike,
              "s" + series.size() % STYLES,
              result.curve(),
              result.buckets(),
              false,
              examination.recommended().filter(name::equals).isPresent()));
    }
    List<Bucket> buckets =
        examination.results().isEmpty() ? List.of() : examination.results().getFirst().buckets();
    series.add(new Series("control", "sc", examination.controlCurve(), buckets, true, false));
    return List.copyOf(series);
  }

  /// The interval that belongs to each bucket.
  List<Interval> intervals() {
    return buckets.stream().map(bucket -> control ? bucket.control() : bucket.nll()).toList();
  }

  /// Where the line ends; 0 when nothing of it can be drawn.
  double last() {
    return curve.reversed().stream().filter(Double::isFinite).findFirst().orElse(0.0);
  }
}
